import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { StatusError } from '../../../src/base/errors.js'

/** Seals what goes to disk. `context` is not stored: opening with another one fails. */
export interface Sealer {
  seal(plain: Uint8Array, context: Uint8Array): Uint8Array
  /** Throws `forbidden` when the key is another, or the data or its context were changed. */
  open(sealed: Uint8Array, context: Uint8Array): Uint8Array
}

const nonceBytes = 12
const tagBytes = 16
/** The length of a data key. */
export const dataKeyBytes = 32

/**
 * AES-256-GCM with a random nonce per record: nonce (12 bytes), ciphertext, tag (16 bytes). The
 * context ties a record to its place, so sealed records cannot be swapped. Source: NIST SP 800-38D;
 * its bound of 2^32 random nonces per key is far beyond one log's life between key rotations.
 */
export function aesSealer(dataKey: Uint8Array): Sealer {
  if (dataKey.length !== dataKeyBytes) {
    throw new StatusError('invalid', `the data key of the Raft log must be ${dataKeyBytes} bytes, not ${dataKey.length}`)
  }
  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', dataKey, nonce)
      cipher.setAAD(context)
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, context) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', dataKey, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
        decipher.setAAD(context)
        decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
        return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()])
      } catch (thrown) {
        throw new StatusError('forbidden', 'the Raft log cannot be opened with this data key', { cause: thrown })
      }
    },
  }
}
