import { StatusError } from '../../../src/base/errors.js'
import { aesKeyBytes, aesOpen, aesSeal } from '../../../src/sys/aes-gcm.js'

/** Seals what goes to disk. `context` is not stored: opening with another one fails. */
export interface Sealer {
  seal(plain: Uint8Array, context: Uint8Array): Uint8Array
  /** Throws `forbidden` when the key is another, or the data or its context were changed. */
  open(sealed: Uint8Array, context: Uint8Array): Uint8Array
}

/** The length of a data key. */
const dataKeyBytes = aesKeyBytes

/**
 * AES-256-GCM with a random nonce per record. The context ties a record to its place, so sealed records
 * cannot be swapped. The bound of 2^32 random nonces per key is far beyond one log's life.
 */
export function aesSealer(dataKey: Uint8Array): Sealer {
  if (dataKey.length !== dataKeyBytes) {
    throw new StatusError('invalid', `the data key of the Raft log must be ${dataKeyBytes} bytes, not ${dataKey.length}`)
  }
  return {
    seal: (plain, context) => aesSeal(dataKey, plain, context),
    open(sealed, context) {
      try {
        return aesOpen(dataKey, sealed, context)
      } catch (thrown) {
        throw new StatusError('forbidden', 'the Raft log cannot be opened with this data key', { cause: thrown })
      }
    },
  }
}
