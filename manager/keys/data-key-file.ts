import { webcrypto } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { errnoOf, internal, invalid } from '../../src/base/errors.js'
import { aesKeyBytes, aesOpen, aesSeal } from '../../src/sys/aes-gcm.js'
import { writeFileAtomic } from '../../src/sys/atomic-file.js'

/** The key of a manager's disk, and how it lies there. */
export interface DataKey {
  /** Seals the Raft log, its snapshots and, while locked, the node's private key. */
  dataKey: Uint8Array
  /** Seals the data key; undefined while autolock is off. */
  unlockKey: Uint8Array | undefined
  /** Of the cluster object that the unlock key was read from. */
  version: number
}

/** A data key on disk that only its unlock key gives out. */
export interface SealedDataKey {
  sealed: Uint8Array
  version: number
}

/**
 * The file (JSON) beside a manager's Raft folder that holds its data key: `{format, version, dataKey}`
 * in clear or `{format, version, sealedDataKey}` under the unlock key, base64. Whatever else is sealed
 * hangs on the data key, so that locking, unlocking and rotating are one atomic write of this file.
 */
export class DataKeyFile {
  constructor(private readonly path: string) {}

  /** Undefined when there is none. Throws `internal` for a file that is damaged. */
  async read(): Promise<DataKey | SealedDataKey | undefined> {
    let text: string
    try {
      text = await readFile(this.path, 'utf8')
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined
      throw thrown
    }
    const { format, version, dataKey, sealedDataKey } = this.parse(text)
    if (format === 1 && typeof version === 'number') {
      if (typeof sealedDataKey === 'string') return { sealed: Buffer.from(sealedDataKey, 'base64'), version }
      const key = typeof dataKey === 'string' ? Uint8Array.from(Buffer.from(dataKey, 'base64')) : undefined
      if (key?.length === aesKeyBytes) return { dataKey: key, unlockKey: undefined, version }
    }
    throw this.damaged()
  }

  async write({ dataKey, unlockKey, version }: DataKey): Promise<void> {
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
    const content = unlockKey ? { sealedDataKey: base64(aesSeal(unlockKey, dataKey, contextOf(version))) } : { dataKey: base64(dataKey) }
    await writeFileAtomic(this.path, `${JSON.stringify({ format: 1, version, ...content })}\n`, 0o600)
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }

  private parse(text: string): Record<string, unknown> {
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch (cause) {
      throw this.damaged(cause)
    }
  }

  private damaged(cause?: unknown): Error {
    return internal(`the data key of this manager in ${this.path} is damaged: restore the file, or leave the swarm with --force and join again`, cause)
  }
}

export function createDataKey(): Uint8Array {
  return webcrypto.getRandomValues(new Uint8Array(aesKeyBytes))
}

/** Throws `invalid` when it was sealed under another key. */
export function openDataKey({ sealed, version }: SealedDataKey, unlockKey: Uint8Array): DataKey {
  try {
    return { dataKey: Uint8Array.from(aesOpen(unlockKey, sealed, contextOf(version))), unlockKey, version }
  } catch (cause) {
    throw invalid('swarm could not be unlocked: invalid key provided', cause)
  }
}

const contextOf = (version: number): Buffer => Buffer.from(`manager data key ${version}`)
