import { webcrypto } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { must } from '../../src/base/assert.js'
import { errnoOf, internal, invalid } from '../../src/base/errors.js'
import { aesKeyBytes, aesOpen, aesSeal, type NamedKey } from '../../src/sys/aes-gcm.js'
import { writeFileAtomic } from '../../src/sys/atomic-file.js'

/** The first one seals; those after it open what is not sealed by it yet. */
export type DataKeys = readonly [NamedKey, ...NamedKey[]]

/** The keys of a manager's disk, and how they lie there. */
export interface HeldKeys {
  /** Of the Raft log, its snapshots and, while locked, the node's private key. */
  dataKeys: DataKeys
  /** Seals the data keys; undefined while autolock is off. */
  unlockKey: Uint8Array | undefined
  /** Of the cluster object that the unlock key was read from. */
  version: number
}

/** Data keys on disk that only their unlock key gives out. */
export interface SealedKeys {
  format: 1 | 2
  sealed: { id: number; sealed: Uint8Array }[]
  version: number
}

/** Where the file lies. The simulation has one that crashes. */
export interface KeyFiles {
  /** Throws `ENOENT` when there is none. */
  read(path: string): Promise<string>
  /** A crash leaves the old content or the new one; it survives one from then on. */
  write(path: string, text: string): Promise<void>
  remove(path: string): Promise<void>
}

const realFiles: KeyFiles = {
  read: (path) => readFile(path, 'utf8'),
  write: (path, text) => writeFileAtomic(path, text, 0o600),
  remove: (path) => rm(path, { force: true }),
}

const formatVersion = 2
/** Key files of format 1 had a single key without a name; what it sealed names none. */
const unnamedId = 0

/**
 * The file (JSON) beside a manager's Raft folder that holds its data keys: `{format, version, keys}`, where each
 * key is `{id, dataKey}` in clear or `{id, sealedDataKey}` under the unlock key, base64, the current one first.
 * Whatever else is sealed hangs on the data keys, so that locking, unlocking and rotating are one atomic write of
 * this file. Files of format 1, `{format, version, dataKey | sealedDataKey}`, are read too, and stay as they are
 * until something changes; programs that know that format alone refuse this one.
 */
export class DataKeyFile {
  constructor(
    private readonly path: string,
    private readonly files: KeyFiles = realFiles,
  ) {}

  /** Undefined when there is none. Throws `internal` for a file that is damaged, or was written by a newer program. */
  async read(): Promise<HeldKeys | SealedKeys | undefined> {
    let text: string
    try {
      text = await this.files.read(this.path)
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined
      throw thrown
    }
    const { format, version, keys, ...only } = this.parse(text)
    if (typeof format === 'number' && format > formatVersion) {
      throw internal(`the data keys of this manager in ${this.path} have format ${format}, this program reads up to ${formatVersion}: start the newer skepd that wrote them`)
    }
    if ((format !== 1 && format !== 2) || typeof version !== 'number') throw this.damaged()
    const listed: unknown[] = format === 1 ? [{ id: unnamedId, ...only }] : Array.isArray(keys) ? keys : []
    const found = listed.map((one) => this.readKey(one))
    const clear = found.flatMap(({ id, key }) => (key ? [{ id, key }] : []))
    const sealed = found.flatMap(({ id, sealed }) => (sealed ? [{ id, sealed }] : []))
    if (found.length === 0 || (clear.length > 0 && sealed.length > 0)) throw this.damaged()
    return sealed.length > 0 ? { format, sealed, version } : { dataKeys: asKeys(clear), unlockKey: undefined, version }
  }

  private readKey(given: unknown): { id: number; key?: Uint8Array; sealed?: Uint8Array } {
    if (typeof given !== 'object' || given === null) throw this.damaged()
    const { id, dataKey, sealedDataKey } = given as Record<string, unknown>
    if (typeof id !== 'number' || !(id >= 0 && id < 2 ** 32)) throw this.damaged()
    if (typeof sealedDataKey === 'string') return { id, sealed: bytesOf(sealedDataKey) }
    const key = typeof dataKey === 'string' ? bytesOf(dataKey) : undefined
    if (key?.length !== aesKeyBytes) throw this.damaged()
    return { id, key }
  }

  async write({ dataKeys, unlockKey, version }: HeldKeys): Promise<void> {
    const keys = dataKeys.map(({ id, key }, at) => {
      if (!unlockKey) return { id, dataKey: base64(key) }
      return { id, sealedDataKey: base64(aesSeal(unlockKey, key, contextOf(version, { id, at, of: dataKeys.length }))) }
    })
    await this.files.write(this.path, `${JSON.stringify({ format: formatVersion, version, keys })}\n`)
  }

  async remove(): Promise<void> {
    await this.files.remove(this.path)
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

/** A key that is to take the place of these, or the first one. */
export function createDataKey(before: readonly NamedKey[] = []): NamedKey {
  return { id: Math.max(unnamedId, ...before.map(({ id }) => id)) + 1, key: webcrypto.getRandomValues(new Uint8Array(aesKeyBytes)) }
}

/** Throws `invalid` when they were sealed under another key. */
export function openDataKeys({ format, sealed, version }: SealedKeys, unlockKey: Uint8Array): HeldKeys {
  try {
    const dataKeys = sealed.map(({ id, sealed: key }, at) => {
      const context = format === 1 ? contextOf(version) : contextOf(version, { id, at, of: sealed.length })
      return { id, key: Uint8Array.from(aesOpen(unlockKey, key, context)) }
    })
    return { dataKeys: asKeys(dataKeys), unlockKey, version }
  } catch (cause) {
    throw invalid('swarm could not be unlocked: invalid key provided', cause)
  }
}

/** A key is tied to its place among the others: none can be taken out or put before another. */
function contextOf(version: number, place?: { id: number; at: number; of: number }): Buffer {
  return Buffer.from(`manager data key ${version}${place ? ` ${place.id} ${place.at} of ${place.of}` : ''}`)
}

const asKeys = ([first, ...others]: readonly NamedKey[]): DataKeys => [must(first, 'there is a key'), ...others]
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))
