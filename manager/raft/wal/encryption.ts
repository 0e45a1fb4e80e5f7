import { must } from '../../../src/base/assert.js'
import { StatusError } from '../../../src/base/errors.js'
import { aesKeyBytes, aesOpen, aesSeal, type NamedKey } from '../../../src/sys/aes-gcm.js'

/** Seals what goes to disk. `context` is not stored: opening with another one fails. */
export interface SealingKey {
  /** What is sealed names it; 0 is the key of logs from before keys had names, and is not named. */
  readonly id: number
  seal(plain: Uint8Array, context: Uint8Array): Uint8Array
}

/** The keys of a log and its snapshots. */
export interface Sealer {
  /** Seals what is written from now on: a file that is begun keeps the key it was begun with. */
  readonly current: SealingKey
  /** Throws `forbidden` when there is no such key, it is another, or the data or its context were changed. */
  open(sealed: Uint8Array, context: Uint8Array, keyId: number): Uint8Array
}

/**
 * AES-256-GCM with a random nonce per record, by keys of which the first one seals and all open. The context
 * ties a record to its place, so sealed records cannot be swapped. The bound of 2^32 random nonces per key is
 * far beyond one log's life.
 */
export class KeyRing implements Sealer {
  private readonly keys = new Map<number, Uint8Array>()
  private sealing: SealingKey | undefined

  /** Throws `invalid` for a key of another length. */
  constructor(keys: readonly NamedKey[]) {
    this.use(keys)
  }

  get current(): SealingKey {
    return must(this.sealing, 'there is a key')
  }

  /** The first one seals from now on. Those of before are kept: what is being read may need them. */
  use(keys: readonly NamedKey[]): void {
    for (const { id, key } of keys) {
      if (key.length !== aesKeyBytes) throw new StatusError('invalid', `the data key of the Raft log must be ${aesKeyBytes} bytes, not ${key.length}`)
      this.keys.set(id, key)
    }
    const { id, key } = must(keys[0], 'there is a key')
    if (this.sealing?.id !== id) this.sealing = { id, seal: (plain, context) => aesSeal(key, plain, context) }
  }

  open(sealed: Uint8Array, context: Uint8Array, keyId: number): Uint8Array {
    const key = this.keys.get(keyId)
    if (!key) throw new StatusError('forbidden', `the Raft log is sealed with data key ${keyId}, which this manager does not have`)
    try {
      return aesOpen(key, sealed, context)
    } catch (thrown) {
      throw new StatusError('forbidden', 'the Raft log cannot be opened with this data key', { cause: thrown })
    }
  }
}
