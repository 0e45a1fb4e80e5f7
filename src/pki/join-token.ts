import { timingSafeEqual, webcrypto } from 'node:crypto'
import { StatusError } from '../base/errors.js'

/**
 * What lets a node join: `SWMTKN-1-<digest>-<secret>`. The digest is the SHA-256 of the cluster's root
 * certificate in base 36, padded with zeros to 50 characters; the secret 128 random bits in base 36,
 * padded to 25. The format is SwarmKit's.
 */
export interface JoinToken {
  /** `sha256:<hex>` */
  rootDigest: string
  secret: string
}

const digestLength = 50
const secretLength = 25

/** A new token with a fresh secret for the root of this digest (`sha256:<hex>`). */
export function createJoinToken(rootDigest: string): string {
  const digest = BigInt(`0x${rootDigest.replace(/^sha256:/, '')}`)
  const secret = BigInt(`0x${Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex')}`)
  return `SWMTKN-1-${base36(digest, digestLength)}-${base36(secret, secretLength)}`
}

/** Throws `invalid` ("invalid join token") for anything that is not one. */
export function parseJoinToken(token: string): JoinToken {
  const match = /^SWMTKN-1-([0-9a-z]{50})-([0-9a-z]{25})$/.exec(token.trim())
  const digest = match ? fromBase36(match[1] as string) : 0n
  const hex = digest.toString(16).padStart(64, '0')
  if (!match || hex.length > 64) {
    throw new StatusError('invalid', 'invalid join token: print the right one on a manager with "swarm join-token worker" or "swarm join-token manager"')
  }
  return { rootDigest: `sha256:${hex}`, secret: match[2] as string }
}

/** Whether two tokens are the same, in a time that does not tell where they differ. */
export function sameToken(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

const base36 = (value: bigint, length: number): string => value.toString(36).padStart(length, '0')

function fromBase36(text: string): bigint {
  let value = 0n
  for (const digit of text) value = value * 36n + BigInt(parseInt(digit, 36))
  return value
}
