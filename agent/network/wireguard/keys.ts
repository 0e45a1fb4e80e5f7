import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { formatAddress } from '../../kernel/address-bytes.js'

/**
 * A key pair of this node, of Curve25519 as WireGuard has them: 32 bytes each, written in base64
 * (https://www.wireguard.com/protocol/). The private half is never sent anywhere.
 */
export interface KeyPair {
  privateKey: string
  publicKey: string
}

/** What comes before the 32 bytes in a PKCS #8 private key and in an X.509 public key of X25519 (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex')
const spkiHeadBytes = 12

/** A new pair from the system's source of randomness. */
export function newKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('x25519')
  const raw = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8Head.length)
  return { privateKey: raw.toString('base64'), publicKey: publicKeyOf(raw.toString('base64')) }
}

/** The public key that belongs to a private one. Throws `TypeError` for what is no key. */
export function publicKeyOf(privateKey: string): string {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, bytesOfKey(privateKey)]), format: 'der', type: 'pkcs8' })
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiHeadBytes).toString('base64')
}

/** Whether a text is a key: 32 bytes in canonical base64. */
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text)
}

/** The 32 bytes. Throws `TypeError` for what is no key. */
export function bytesOfKey(key: string): Uint8Array {
  if (!isKey(key)) throw new TypeError('not a WireGuard key: 32 bytes in base64 expected')
  return Buffer.from(key, 'base64')
}

/** In hexadecimal digits, as the configuration protocol of userspace WireGuard writes keys. */
export const hexOfKey = (key: string): string => Buffer.from(bytesOfKey(key)).toString('hex')
export const keyOfHex = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

/** `fd73:6b65:70`: a unique local prefix (RFC 4193) for the addresses inside of tunnels. */
const tunnelPrefix = [0xfd, 0x73, 0x6b, 0x65, 0x70]

/**
 * The address inside of tunnels that belongs to a public key, the same on every node: the prefix and 88 bits
 * of the key's SHA-256. Nobody can make a key for somebody else's address.
 */
export function tunnelAddressOf(publicKey: string): string {
  const digest = createHash('sha256').update(bytesOfKey(publicKey)).digest()
  return formatAddress(Uint8Array.from([...tunnelPrefix, ...digest.subarray(0, 16 - tunnelPrefix.length)]))
}
