import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync } from 'node:fs'
import { chmod, mkdir, readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { IdSource } from '../../src/base/id.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'
import { conflict, errnoOf, internal, messageOf, notFound } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { mount, mountDataBytesMax, mountsBelow, unmountAll, unmountAside } from '../kernel/mount.js'
import { syncFileSystem } from '../kernel/syncfs.js'
import { diskUsage } from './disk-usage.js'
import { mountInside } from './mount-inside.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import type { DraftToCommit, LayerDraft, LayerInfo, LayerView, PrepareOptions, Snapshotter, Writable } from './snapshotter.js'

/** A committed layer as it is remembered. */
interface LayerRecord {
  /** The name of its folder. */
  id: string
  diffId: string
  parent?: string
  sizeBytes: number
}

interface WritableRecord {
  id: string
  chainId?: string
  ephemeral: boolean
}

/** As Docker has it: one page of options holds this many short folder names with room to spare. */
const layersDeepMax = 125

/**
 * Snapshots on overlayfs. Below the root each layer is a folder of its own:
 *
 *     <id>/diff             the files of a layer, or what a container wrote
 *     <id>/work, <id>/merged   of writable layers only
 *
 * Records stand in the key-value store. A folder without a record is left over from a crash and removed
 * by `recover`; a layer's record is written only when its files are on disk.
 */
export class OverlaySnapshotter implements Snapshotter {
  readonly driver = 'overlay2'
  private readonly layerBucket: Bucket<LayerRecord>
  private readonly writableBucket: Bucket<WritableRecord>
  private readonly layersByChain = new Map<string, LayerRecord>()
  private readonly writablesByKey = new Map<string, WritableRecord>()
  /** Folders in use that have no record yet. */
  private readonly unrecorded = new Set<string>()
  private readonly mounted = new Set<string>()
  /** Mounts that are off already but keep the kernel busy, by the folder where they were. */
  private readonly leaving = new Map<string, Promise<void>>()

  constructor(
    private readonly root: string,
    store: KeyValueStore,
    private readonly ids: IdSource,
    private readonly log: Logger,
  ) {
    if (!isAbsolute(root)) throw internal(`the layers' folder must be an absolute path, not ${root}`)
    this.layerBucket = store.bucket('layers')
    this.writableBucket = store.bucket('writable-layers')
    for (const { key, value } of this.layerBucket.list()) this.layersByChain.set(key, value)
    for (const { key, value } of this.writableBucket.list()) this.writablesByKey.set(key, value)
  }

  /**
   * Makes the root, proves that overlayfs works there, and removes what a crash left behind. Call it once,
   * before anything else. Throws `internal` with the remedy where overlayfs cannot work.
   */
  async recover(): Promise<void> {
    await mkdir(join(this.root, 'empty'), { recursive: true, mode: 0o710 })
    await this.dropIncompleteRecords()
    const known = new Set(['empty'])
    for (const record of [...this.layersByChain.values(), ...this.writablesByKey.values()]) known.add(record.id)
    for (const { target } of mountsBelow(this.root)) {
      const id = target.slice(this.root.length + 1).split('/')[0] as string
      if (known.has(id)) this.mounted.add(target)
      else unmountAll(target)
    }
    const leftovers = (await readdir(this.root)).filter((name) => !known.has(name))
    for (const name of leftovers) await this.removeFolder(name)
    if (leftovers.length > 0) this.log.info('removed unfinished layers', { count: leftovers.length })
    await this.probe()
  }

  has(chainId: string): boolean {
    return this.layersByChain.has(chainId)
  }

  layer(chainId: string): LayerInfo {
    const record = this.layersByChain.get(chainId)
    if (!record) throw notFound(`no such layer: ${chainId}`)
    return this.info(chainId, record)
  }

  layers(): LayerInfo[] {
    return [...this.layersByChain].map(([chainId, record]) => this.info(chainId, record))
  }

  async draft(): Promise<LayerDraft> {
    const id = this.newFolder()
    const folder = join(this.root, id, 'diff')
    await mkdir(folder, { recursive: true })
    await chmod(join(this.root, id), 0o710)
    await chmod(folder, 0o755)
    return { folder, discard: () => this.discard(id) }
  }

  async commit(layers: readonly DraftToCommit[]): Promise<void> {
    if (layers.length === 0) return
    await syncFileSystem(this.root)
    for (const { draft, chainId, diffId, parent, sizeBytes } of layers) {
      const id = draft.folder.slice(this.root.length + 1).split('/')[0] as string
      if (!this.unrecorded.has(id)) throw internal(`${draft.folder} is not a draft`)
      if (this.layersByChain.has(chainId)) {
        await this.discard(id)
        continue
      }
      if (parent !== undefined && !this.layersByChain.has(parent)) throw notFound(`no such layer: ${parent}`)
      const record: LayerRecord = { id, diffId, sizeBytes, ...(parent !== undefined && { parent }) }
      this.layersByChain.set(chainId, record)
      this.unrecorded.delete(id)
      await this.layerBucket.put(chainId, record)
    }
  }

  async removeLayer(chainId: string): Promise<void> {
    const record = this.layersByChain.get(chainId)
    if (!record) return
    for (const other of this.layersByChain.values()) {
      if (other.parent === chainId) throw conflict(`layer ${chainId} has layers on top of it`)
    }
    for (const [key, writable] of this.writablesByKey) {
      if (writable.chainId === chainId) throw conflict(`layer ${chainId} is used by container ${key}`)
    }
    this.layersByChain.delete(chainId)
    this.unrecorded.add(record.id)
    await this.layerBucket.delete(chainId)
    await this.discard(record.id)
  }

  async prepare(key: string, chainId: string | undefined, options: PrepareOptions = {}): Promise<Writable> {
    const present = this.writable(key)
    if (present) return present
    const lowers = this.lowers(chainId)
    const id = this.newFolder()
    const record: WritableRecord = { id, ephemeral: options.ephemeral ?? false, ...(chainId !== undefined && { chainId }) }
    // Known from now on: nothing below it can be removed while its folders are made.
    this.writablesByKey.set(key, record)
    try {
      const base = join(this.root, id)
      const upper = join(base, 'diff')
      // Synchronous: four folders take less time than one way to a thread of the pool and back.
      mkdirSync(base, { mode: 0o710 })
      mkdirSync(upper)
      this.copyRootAttributes(lowers[0], upper)
      mkdirSync(join(base, 'work'), { mode: 0o700 })
      mkdirSync(join(base, 'merged'), { mode: 0o700 })
      await this.writableBucket.put(key, record)
      this.unrecorded.delete(id)
    } catch (thrown) {
      this.writablesByKey.delete(key)
      await this.writableBucket.delete(key)
      await this.discard(id)
      throw thrown
    }
    return this.describe(key, record)
  }

  writable(key: string): Writable | undefined {
    const record = this.writablesByKey.get(key)
    return record && this.describe(key, record)
  }

  writables(): Writable[] {
    return [...this.writablesByKey].map(([key, record]) => this.describe(key, record))
  }

  async mount(key: string): Promise<string> {
    const record = this.record(key)
    const { merged, lowers } = this.describe(key, record)
    if (this.mounted.has(merged)) return merged
    // Two file systems on the same folders are more than overlayfs promises to bear.
    await this.leaving.get(merged)
    if (record.ephemeral) {
      // A mount without syncing marks its work folder so that it is not trusted after a crash.
      const mark = join(this.root, record.id, 'work', 'work', 'incompat')
      if (existsSync(mark)) await removeTree(mark)
    }
    // Mounted by somebody else meanwhile.
    if (this.mounted.has(merged)) return merged
    this.mountOverlay(record, merged, lowers)
    this.mounted.add(merged)
    return merged
  }

  unmount(key: string): void {
    const record = this.writablesByKey.get(key)
    if (!record) return
    const merged = join(this.root, record.id, 'merged')
    if (!this.mounted.delete(merged)) return unmountAll(merged)
    const gone = unmountAside(merged).finally(() => this.leaving.get(merged) === gone && this.leaving.delete(merged))
    this.leaving.set(merged, gone)
  }

  async removeWritable(key: string): Promise<void> {
    const record = this.writablesByKey.get(key)
    if (!record) return
    this.unmount(key)
    this.writablesByKey.delete(key)
    this.unrecorded.add(record.id)
    await this.writableBucket.delete(key)
    await this.leaving.get(join(this.root, record.id, 'merged'))
    await this.discard(record.id)
  }

  usage(key: string): Promise<number> {
    return diskUsage(join(this.root, this.record(key).id, 'diff'))
  }

  view(key: string): LayerView {
    const { upper, lowers } = this.describe(key, this.record(key))
    return { upper, lowers }
  }

  private mountOverlay(record: WritableRecord, merged: string, lowers: string[]): void {
    const upper = join(this.root, record.id, 'diff')
    const work = join(this.root, record.id, 'work')
    const below = lowers.length > 0 ? lowers : [join(this.root, 'empty')]
    const options = (names: string[]): string =>
      [
        `lowerdir=${names.map(escapeOption).join(':')}`,
        `upperdir=${escapeOption(upper)}`,
        `workdir=${escapeOption(work)}`,
        // Moved folders and files with only their metadata copied would be links into lower layers: a
        // layer made of such a container would not stand alone.
        'redirect_dir=off,metacopy=off,index=off',
        ...(record.ephemeral ? ['volatile'] : []),
      ].join(',')
    const absolute = options(below)
    if (Buffer.byteLength(absolute) <= mountDataBytesMax) {
      mount({ source: 'overlay', target: merged, type: 'overlay', data: absolute })
      return
    }
    const relative = below.map((folder) => folder.slice(this.root.length + 1))
    mountInside(this.root, { source: 'overlay', target: merged, type: 'overlay', data: options(relative) })
  }

  /** The folders of a layer and of those below it, the topmost first. */
  private lowers(chainId: string | undefined): string[] {
    const folders: string[] = []
    for (let at = chainId; at !== undefined; at = this.layersByChain.get(at)?.parent) {
      const record = this.layersByChain.get(at)
      if (!record) throw notFound(`no such layer: ${at}`)
      folders.push(join(this.root, record.id, 'diff'))
      if (folders.length > layersDeepMax) throw conflict(`max depth exceeded: an image has at most ${layersDeepMax} layers`)
    }
    return folders
  }

  private describe(key: string, record: WritableRecord): Writable {
    const base = join(this.root, record.id)
    return {
      key,
      ...(record.chainId !== undefined && { chainId: record.chainId }),
      merged: join(base, 'merged'),
      upper: join(base, 'diff'),
      work: join(base, 'work'),
      lowers: this.lowers(record.chainId),
    }
  }

  private record(key: string): WritableRecord {
    const record = this.writablesByKey.get(key)
    if (!record) throw notFound(`no writable layer for ${key}`)
    return record
  }

  private info(chainId: string, record: LayerRecord): LayerInfo {
    return {
      chainId,
      diffId: record.diffId,
      ...(record.parent !== undefined && { parent: record.parent }),
      sizeBytes: record.sizeBytes,
      folder: join(this.root, record.id, 'diff'),
    }
  }

  /** The root of the mounted file system shows the upper folder's own owner and mode. */
  private copyRootAttributes(from: string | undefined, to: string): void {
    const stat = from === undefined ? undefined : lstatSync(from)
    if (stat && (stat.uid !== 0 || stat.gid !== 0)) chownSync(to, stat.uid, stat.gid)
    chmodSync(to, stat ? stat.mode & 0o7777 : 0o755)
  }

  private newFolder(): string {
    // 48 bits: short, because many of them share one page of mount options.
    const id = this.ids.hexId().slice(0, 12)
    this.unrecorded.add(id)
    return id
  }

  private async discard(id: string): Promise<void> {
    if (!this.unrecorded.delete(id)) return
    await this.removeFolder(id)
  }

  private async removeFolder(name: string): Promise<void> {
    await removeTree(join(this.root, name))
  }

  /** A record whose folder never came to be, or was taken away by hand. */
  private async dropIncompleteRecords(): Promise<void> {
    const there = (id: string): boolean => lstatSync(join(this.root, id, 'diff'), { throwIfNoEntry: false }) !== undefined
    for (const [key, record] of [...this.writablesByKey]) {
      if (there(record.id)) {
        await mkdir(join(this.root, record.id, 'work'), { recursive: true, mode: 0o700 })
        await mkdir(join(this.root, record.id, 'merged'), { recursive: true, mode: 0o700 })
        continue
      }
      this.writablesByKey.delete(key)
      await this.writableBucket.delete(key)
    }
    for (const [chainId, record] of [...this.layersByChain]) {
      if (there(record.id)) continue
      this.log.warn('the files of a layer are gone; images that use it have to be loaded again', { layer: chainId })
      this.layersByChain.delete(chainId)
      await this.layerBucket.delete(chainId)
    }
  }

  private async probe(): Promise<void> {
    const id = this.newFolder()
    const base = join(this.root, id)
    const merged = join(base, 'merged')
    try {
      for (const name of ['lower', 'diff', 'work', 'merged']) await mkdir(join(base, name), { recursive: true })
      this.mountOverlay({ id, ephemeral: false }, merged, [join(base, 'lower')])
      unmountAll(merged)
    } catch (thrown) {
      const why = errnoOf(thrown) === 'ENODEV' ? 'the kernel has no overlayfs (modprobe overlay)' : messageOf(thrown)
      throw internal(
        `overlayfs does not work in ${this.root}: ${why}. The data root must be on a file system that can hold its layers, such as ext4 or xfs (with ftype=1), and not on another overlay`,
        thrown,
      )
    } finally {
      await this.discard(id)
    }
  }
}

/** overlayfs splits its options at commas and colons unless a backslash stands before them. */
function escapeOption(path: string): string {
  return path.replace(/[\\:,]/g, '\\$&')
}
