import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { open, type Database, type RootDatabase } from 'lmdb'
import { ErrorKind, StatusError, messageOf } from '../../src/base/errors.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'

/** How many buckets one database file can hold. */
const bucketsMax = 32

/**
 * The engine's local state: containers, images, volumes, networks and tasks of this host, in one
 * memory-mapped, transactional file. Writes made in the same turn of the event loop are committed together.
 */
export class StateDb implements KeyValueStore {
  private readonly buckets = new Map<string, Bucket<unknown>>()

  private constructor(private readonly root: RootDatabase) {}

  /** Opens or creates the database file; its folder is created too. Throws `internal` when it cannot be opened. */
  static open(path: string): StateDb {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      return new StateDb(open({ path, maxDbs: bucketsMax, noSubdir: true, encoding: 'msgpack' }))
    } catch (thrown) {
      throw new StatusError(ErrorKind.internal, `cannot open the state database ${path}: ${messageOf(thrown)}`, { cause: thrown })
    }
  }

  /** The bucket of this name, created when it is new. Asking again gives the same one. */
  bucket<T>(name: string): Bucket<T> {
    const known = this.buckets.get(name)
    if (known) return known as Bucket<T>
    const bucket = new LmdbBucket<T>(this.root.openDB<T, string>({ name }))
    this.buckets.set(name, bucket as Bucket<unknown>)
    return bucket
  }

  /** Waits for writes under way, then closes the file. */
  async close(): Promise<void> {
    await this.root.flushed
    await this.root.close()
  }
}

class LmdbBucket<T> implements Bucket<T> {
  constructor(private readonly db: Database<T, string>) {}

  get(key: string): T | undefined {
    return this.db.get(key)
  }

  async put(key: string, value: T): Promise<void> {
    await this.db.put(key, value)
  }

  async delete(key: string): Promise<void> {
    await this.db.remove(key)
  }

  list(): { key: string; value: T }[] {
    return [...this.db.getRange()].map(({ key, value }) => ({ key, value }))
  }
}
