import { hkdfSync } from 'node:crypto'
import { aesKeyBytes, aesOpen, aesSeal } from '../../src/sys/aes-gcm.js'

/** Keeps a node's private key from being read off its disk. */
export interface KeySeal {
  seal(keyPem: string): string
  /** The key in clear. Throws when it was sealed with another data key. */
  open(sealed: string): string
}

const label = 'SEALED PRIVATE KEY'
const context = Buffer.from('swarm-node.key')

/** Whether the text of a key file is sealed. */
export const isSealed = (text: string): boolean => text.includes(`-----BEGIN ${label}-----`)

/** Seals with a key derived from the manager's data key (HKDF, RFC 5869); the text looks like PEM. */
export function keySeal(dataKey: Uint8Array): KeySeal {
  const key = new Uint8Array(hkdfSync('sha256', dataKey, new Uint8Array(), context, aesKeyBytes))
  return {
    seal(keyPem) {
      const base64 = aesSeal(key, Buffer.from(keyPem), context).toString('base64')
      return `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
    },
    open: (sealed) => aesOpen(key, Buffer.from(sealed.replace(/-----.*-----/g, ''), 'base64'), context).toString(),
  }
}
