import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { open, type Database, type RootDatabase } from 'lmdb'
import { ErrorKind, StatusError, messageOf } from '../../src/base/errors.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'

/** ENOSPC */
const noSpace = 28

/** Known to the package, not to its types. */
const ownersAlone = { permissionsMode: 0o600 }

/** How many buckets one database file can hold. */
const bucketsMax = 32

/**
 * The engine's local state: containers, images, volumes, networks and tasks of this host, in one
 * memory-mapped, transactional file. Writes made in the same turn of the event loop are committed together.
 */
export class StateDb implements KeyValueStore {
  private readonly buckets = new Map<string, Bucket<unknown>>()
  private readonly writes = new Writes()

  private constructor(private readonly root: RootDatabase) {}

  /** Opens or creates the database file; its folder is created too. Throws `internal` when it cannot be opened. */
  static open(path: string): StateDb {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      // What is in it is no one else's to read: environments of containers, keys of plugins. Earlier daemons made it readable.
      for (const file of [path, `${path}-lock`]) if (existsSync(file)) chmodSync(file, 0o600)
      return new StateDb(open({ path, maxDbs: bucketsMax, noSubdir: true, encoding: 'msgpack', ...ownersAlone }))
    } catch (thrown) {
      throw new StatusError(ErrorKind.internal, `cannot open the state database ${path}: ${messageOf(thrown)}`, { cause: thrown })
    }
  }

  /** The bucket of this name, created when it is new. Asking again gives the same one. */
  bucket<T>(name: string): Bucket<T> {
    const known = this.buckets.get(name)
    if (known) return known as Bucket<T>
    const bucket = new LmdbBucket<T>(this.root.openDB<T, string>({ name }), this.writes)
    this.buckets.set(name, bucket as Bucket<unknown>)
    return bucket
  }

  /** Waits for writes under way, then closes the file; those that come later are refused as `unavailable`. */
  async close(): Promise<void> {
    await this.writes.end()
    await this.root.flushed
    await this.root.close()
  }
}

/** The writes under way: lmdb starts each a turn of the event loop later, and throws out of nowhere when it is closed by then. */
class Writes {
  private readonly underWay = new Set<Promise<unknown>>()
  private ended = false

  async make(write: () => Promise<unknown>): Promise<void> {
    if (this.ended) throw new StatusError(ErrorKind.unavailable, 'the state database is closed: the daemon is shutting down')
    const made = write()
    this.underWay.add(made)
    try {
      await made
    } catch (thrown) {
      throw await writeFailure(thrown)
    } finally {
      this.underWay.delete(made)
    }
  }

  async end(): Promise<void> {
    this.ended = true
    await Promise.allSettled(this.underWay)
  }
}

/** What lmdb says of a commit that failed is in a promise beside its error, as `No space left on device: …`. */
async function writeFailure(thrown: unknown): Promise<Error> {
  let cause = thrown
  try {
    await (thrown as { commitError?: Promise<never> }).commitError
  } catch (reason) {
    cause = reason
  }
  const sentence = (cause as { code?: unknown }).code === noSpace ? 'no space left on device' : messageOf(cause)
  return new StatusError(ErrorKind.internal, `the state database cannot be written: ${sentence}`, { cause })
}

class LmdbBucket<T> implements Bucket<T> {
  constructor(private readonly db: Database<T, string>, private readonly writes: Writes) {}

  get(key: string): T | undefined {
    return this.db.get(key)
  }

  put(key: string, value: T): Promise<void> {
    return this.writes.make(() => this.db.put(key, value))
  }

  delete(key: string): Promise<void> {
    return this.writes.make(() => this.db.remove(key))
  }

  list(): { key: string; value: T }[] {
    return [...this.db.getRange()].map(({ key, value }) => ({ key, value }))
  }
}
