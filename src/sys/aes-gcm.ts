import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** The length of a key. */
export const aesKeyBytes = 32

/** One of several keys, told apart by what is sealed with them. */
export interface NamedKey {
  readonly id: number
  readonly key: Uint8Array
}

const nonceBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM with a random nonce: nonce (12 bytes), ciphertext, tag (16 bytes). `context` is not
 * stored, opening with another one fails. Source: NIST SP 800-38D, which allows 2^32 random nonces a key.
 */
export function aesSeal(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(context)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** What was sealed. Throws when the key is another, or the data or its context were changed. */
export function aesOpen(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(context)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()])
}
