import { chmodSync, lstatSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoOf, messageOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import { writeFileAtomic } from '../../../src/sys/atomic-file.js'
import { isKey, publicKeyOf } from './keys.js'

/** A key of this node while it is in use: each has an interface of its own. */
export interface StoredKey {
  privateKey: string
  publicKey: string
  /** Which of the node's two interfaces it is on: they take turns. */
  slot: Slot
  /** UDP port. */
  port: number
  /** Wall clock. */
  createdAtMs: number
}

export type Slot = 'a' | 'b'

const fileBytesMax = 64 * 1024
const ownerOnly = 0o600

/**
 * This node's private keys, in a file that only its owner can read. A key is written down before it is used,
 * so that the next daemon finds the interfaces that belong to it. The oldest key comes first.
 */
export class KeyStore {
  private constructor(
    private readonly path: string,
    private stored: readonly StoredKey[],
  ) {}

  /**
   * Reads the file. One that is damaged, or that others could read, is not used: new keys are made then, which
   * costs nothing but a handshake.
   */
  static open(path: string, log: Logger): KeyStore {
    try {
      return new KeyStore(path, readKeys(path))
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') log.warn(`the encryption keys in ${path} are not used any more: ${messageOf(thrown)}`)
      return new KeyStore(path, [])
    }
  }

  get keys(): readonly StoredKey[] {
    return this.stored
  }

  /** Resolves when the file says so. */
  async save(keys: readonly StoredKey[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
    const entries = keys.map(({ privateKey, slot, port, createdAtMs }) => ({ privateKey, slot, port, createdAtMs }))
    await writeFileAtomic(this.path, `${JSON.stringify({ keys: entries })}\n`, ownerOnly)
    this.stored = [...keys]
  }

  async clear(): Promise<void> {
    this.stored = []
    await rm(this.path, { force: true })
  }
}

function readKeys(path: string): StoredKey[] {
  const { mode, size } = lstatSync(path)
  if ((mode & 0o077) !== 0) {
    chmodSync(path, ownerOnly)
    throw new Error('others could read the file')
  }
  if (size > fileBytesMax) throw new Error(`the file is over ${fileBytesMax} bytes`)
  const { keys } = JSON.parse(readFileSync(path, 'utf8')) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length > 2) throw new Error('a list of at most two keys is expected')
  const read = keys.map(readKey)
  if (new Set(read.map(({ slot }) => slot)).size !== read.length) throw new Error('two keys are on one interface')
  return read
}

function readKey(entry: unknown): StoredKey {
  const { privateKey, slot, port, createdAtMs } = (entry ?? {}) as Record<string, unknown>
  if (typeof privateKey !== 'string' || !isKey(privateKey)) throw new Error('a key is damaged')
  if (slot !== 'a' && slot !== 'b') throw new Error('a slot is damaged')
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) throw new Error('a port is damaged')
  if (typeof createdAtMs !== 'number' || !Number.isFinite(createdAtMs)) throw new Error('a time is damaged')
  return { privateKey, publicKey: publicKeyOf(privateKey), slot, port, createdAtMs }
}
