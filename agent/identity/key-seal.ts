import { hkdfSync } from 'node:crypto'
import { aesKeyBytes, aesOpen, aesSeal, type NamedKey } from '../../src/sys/aes-gcm.js'

/** Keeps a node's private key from being read off its disk. */
export interface KeySeal {
  seal(keyPem: string): string
  /** The key in clear. Throws when it was sealed with a data key that is none of these. */
  open(sealed: string): string
  /** Whether it was sealed with the data key that seals now. */
  isCurrent(sealed: string): boolean
}

const label = 'SEALED PRIVATE KEY'
const context = Buffer.from('swarm-node.key')

/** Whether the text of a key file is sealed. */
export const isSealed = (text: string): boolean => text.includes(`-----BEGIN ${label}-----`)

/**
 * Seals with a key derived from the first of the manager's data keys (HKDF, RFC 5869), and opens what was sealed
 * with any of them; the text looks like PEM.
 */
export function keySeal(dataKeys: readonly [NamedKey, ...NamedKey[]]): KeySeal {
  const [key, ...older] = dataKeys.map((one) => new Uint8Array(hkdfSync('sha256', one.key, new Uint8Array(), context, aesKeyBytes))) as [Uint8Array, ...Uint8Array[]]
  const opened = (by: Uint8Array, sealed: string): string => aesOpen(by, Buffer.from(sealed.replace(/-----.*-----/g, ''), 'base64'), context).toString()
  const opens = (by: Uint8Array, sealed: string): boolean => {
    try {
      opened(by, sealed)
      return true
    } catch {
      return false
    }
  }
  return {
    seal(keyPem) {
      const base64 = aesSeal(key, Buffer.from(keyPem), context).toString('base64')
      return `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
    },
    open: (sealed) => opened(older.find((one) => opens(one, sealed)) ?? key, sealed),
    isCurrent: (sealed) => opens(key, sealed),
  }
}
