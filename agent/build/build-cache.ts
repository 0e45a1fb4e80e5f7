import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { rfc3339, type Clock } from '../../src/base/clock.js'
import type { IdSource } from '../../src/base/id.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'
import { unlessAborted } from '../../src/base/unless-aborted.js'
import type { BuildCache as BuildCacheEntry } from '../../src/model/engine-api/image.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { diskUsage } from '../snapshot/disk-usage.js'

/** What builds keep for later ones beside images. */
interface CacheRecord {
  id: string
  type: 'exec.cachemount' | 'regular'
  description: string
  createdMs: number
  lastUsedMs: number
  usageCount: number
  /** Of what came from a URL. */
  download?: { url: string; digest: string; bytes: number; etag?: string; lastModified?: string; fileName?: string }
}

export interface KeptDownload {
  digest: string
  path: string
  etag?: string
  lastModified?: string
  fileName?: string
}

/** A folder that a RUN has for itself or shares, until released. */
export interface CacheFolder {
  path: string
  /** True for one that was made just now. */
  fresh: boolean
  release(): void
}

export interface CachePruneOptions {
  /** Also what was used lately; without it only what is older than `untilMs` and in nobody's use goes either way. */
  untilMs?: number
  /** Keep this many bytes of the newest. */
  keepBytes?: number
  matches: (entry: BuildCacheEntry) => boolean
}

/** Folders of `RUN --mount=type=cache` and files that ADD fetched. Each is `<folder>/<id>`, with a record in the store. */
export class BuildCache {
  private readonly bucket: Bucket<CacheRecord>
  private readonly records = new Map<string, CacheRecord>()
  /** How many use a folder now. */
  private readonly users = new Map<string, number>()
  /** Those that wait for a locked folder, in their order. */
  private readonly locks = new Map<string, Promise<void>>()

  private constructor(
    private readonly folder: string,
    store: KeyValueStore,
    private readonly ids: IdSource,
    private readonly clock: Clock,
  ) {
    this.bucket = store.bucket('build-cache')
    for (const { key, value } of this.bucket.list()) this.records.set(key, value)
  }

  /** Opens it and removes what a crash left without a record. */
  static async open(folder: string, store: KeyValueStore, ids: IdSource, clock: Clock): Promise<BuildCache> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const cache = new BuildCache(folder, store, ids, clock)
    for (const name of await readdir(folder)) if (!cache.records.has(name)) await removeTree(join(folder, name))
    for (const id of [...cache.records.keys()]) if (!existsSync(join(folder, id))) await cache.forget(id)
    return cache
  }

  /**
   * The folder of a cache mount. `locked` waits until nobody else has it, `private` gives another one while it is in
   * use. A fresh one gets this owner and mode.
   */
  async acquire(key: string, sharing: 'shared' | 'private' | 'locked', owner: { uid: number; gid: number; mode: number }, signal: AbortSignal): Promise<CacheFolder> {
    let id = idOf(`mount:${key}`)
    if (sharing === 'private') for (let n = 1; (this.users.get(id) ?? 0) > 0; n++) id = idOf(`mount:${key}:${n}`)
    const unlock = sharing === 'locked' ? await this.lock(id, signal) : undefined
    // Taken before anything is awaited, so that two never take a private one.
    const unused = this.use(id)
    const release = once(() => {
      unused()
      unlock?.()
    })
    try {
      const path = join(this.folder, id, 'files')
      const fresh = !existsSync(path)
      if (fresh) {
        mkdirSync(path, { recursive: true, mode: 0o755 })
        chownSync(path, owner.uid, owner.gid)
        chmodSync(path, owner.mode)
      }
      await this.touch(id, 'exec.cachemount', `cached mount ${key}`)
      return { path, fresh, release }
    } catch (thrown) {
      release()
      throw thrown
    }
  }

  /** What a URL gave the last time. */
  download(url: string): KeptDownload | undefined {
    const id = idOf(`url:${url}`)
    const known = this.records.get(id)?.download
    const path = join(this.folder, id, 'file')
    if (!known || !existsSync(path)) return undefined
    const { digest, etag, lastModified, fileName } = known
    return { digest, path, ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }), ...(fileName !== undefined && { fileName }) }
  }

  /** Keeps what a URL gave from being pruned. */
  hold(url: string): Disposable {
    return { [Symbol.dispose]: this.use(idOf(`url:${url}`)) }
  }

  /** Keeps a fetched file by moving it here; gives its new place. */
  async keepDownload(from: string, download: NonNullable<CacheRecord['download']>): Promise<string> {
    const id = idOf(`url:${download.url}`)
    mkdirSync(join(this.folder, id), { recursive: true, mode: 0o700 })
    const path = join(this.folder, id, 'file')
    renameSync(from, path)
    await this.touch(id, 'regular', `http url ${download.url}`, download)
    return path
  }

  /** Notes that a kept file was used again. */
  async usedDownload(url: string): Promise<void> {
    const id = idOf(`url:${url}`)
    const record = this.records.get(id)
    if (record) await this.touch(id, record.type, record.description, record.download)
  }

  /** All of it, for `docker system df`. */
  async list(): Promise<BuildCacheEntry[]> {
    const entries: BuildCacheEntry[] = []
    for (const { id, type, description, createdMs, lastUsedMs, usageCount } of this.records.values()) {
      entries.push({
        ID: id,
        Parents: [],
        Type: type,
        Description: description,
        InUse: this.users.has(id),
        Shared: false,
        Size: await diskUsage(join(this.folder, id)),
        CreatedAt: rfc3339(createdMs),
        LastUsedAt: rfc3339(lastUsedMs),
        UsageCount: usageCount,
      })
    }
    return entries
  }

  /** Removes what nobody uses and the options do not keep. Gives the ids and the bytes freed. */
  async prune({ untilMs, keepBytes, matches }: CachePruneOptions): Promise<{ ids: string[]; freedBytes: number }> {
    const entries = (await this.list()).sort((a, b) => (a.LastUsedAt ?? '').localeCompare(b.LastUsedAt ?? ''))
    let left = entries.reduce((sum, { Size: bytes = 0 }) => sum + bytes, 0)
    const ids: string[] = []
    let freedBytes = 0
    for (const entry of entries) {
      const { ID: id = '', Size: bytes = 0 } = entry
      const record = this.records.get(id)
      if (!record || this.users.has(id) || !matches(entry)) continue
      if (untilMs !== undefined && record.lastUsedMs >= untilMs) continue
      if (keepBytes !== undefined && left <= keepBytes) break
      // Out of the way before anything is awaited: a step that asks for it from now on makes a new one.
      const leaving = this.temporary()
      if (existsSync(join(this.folder, id))) renameSync(join(this.folder, id), leaving)
      await this.forget(id)
      await removeTree(leaving)
      left -= bytes
      freedBytes += bytes
      ids.push(id)
    }
    return { ids, freedBytes }
  }

  private async touch(id: string, type: CacheRecord['type'], description: string, download?: CacheRecord['download']): Promise<void> {
    const nowMs = this.clock.nowMs()
    const known = this.records.get(id)
    const record: CacheRecord = {
      id, type, description,
      createdMs: known?.createdMs ?? nowMs,
      lastUsedMs: nowMs,
      usageCount: (known?.usageCount ?? 0) + 1,
      ...(download && { download }),
    }
    this.records.set(id, record)
    await this.bucket.put(id, record)
  }

  /** Counts a user; gives what ends that. */
  private use(id: string): () => void {
    this.users.set(id, (this.users.get(id) ?? 0) + 1)
    return once(() => {
      this.users.set(id, (this.users.get(id) ?? 1) - 1)
      if (this.users.get(id) === 0) this.users.delete(id)
    })
  }

  private async forget(id: string): Promise<void> {
    this.records.delete(id)
    await this.bucket.delete(id)
  }

  private async lock(id: string, signal: AbortSignal): Promise<() => void> {
    const before = this.locks.get(id) ?? Promise.resolve()
    let free = (): void => undefined
    const own = new Promise<void>((resolve) => (free = resolve))
    const after = before.then(() => own)
    this.locks.set(id, after)
    // Not before: who gave up waiting leaves the folder to the one that has it.
    void after.then(() => {
      if (this.locks.get(id) === after) this.locks.delete(id)
    })
    try {
      await unlessAborted(before, signal)
      return free
    } catch (thrown) {
      free()
      throw thrown
    }
  }

  /** A name for a file or folder beside the kept ones, for what comes or goes; removed with the next start when it stays. */
  temporary(): string {
    return join(this.folder, `moving-${this.ids.hexId().slice(0, 16)}`)
  }
}

function idOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 25)
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}
