import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { rfc3339, type Clock } from '../../src/base/clock.js'
import { conflict, internal, invalid, kindOf, messageOf, notFound, StatusError } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'
import type { Volume, VolumeCreateOptions } from '../../src/model/engine-api/volume.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { isMounted, MountFlag, unmountAll } from '../kernel/mount.js'
import { copyTree } from './copy-tree.js'
import { folderBytes } from './folder-bytes.js'
import { parseMountOptions } from './mount-options.js'
import { mountSystem, mountVolume, type MountSystem } from './mount-volume.js'
import { checkVolumeName } from './volume-name.js'
import { VolumePlugins, type VolumePlugin } from './volume-plugins.js'

/** Docker marks volumes made without a name by this label. */
const anonymousLabel = 'com.docker.volume.anonymous'
const localDriver = 'local'

/** Containers that hold a volume mounted, as kept for the next daemon. */
interface MountHolders {
  holders: string[]
}

interface VolumeRecord {
  driver: string
  options: Record<string, string>
  labels: Record<string, string>
  createdMs: number
}

/** What the store asks of the engine. */
export interface VolumeUsers {
  /** Containers, running or not, by the name of each volume they use. */
  users(): ReadonlyMap<string, readonly string[]>
}

/** A change, for `docker events`. */
export interface VolumeEvent {
  action: 'create' | 'destroy' | 'mount' | 'unmount' | 'prune'
  /** Empty for `prune`. */
  name: string
  attributes: Record<string, string>
}

/** A volume as a container sees it. */
export interface VolumeInfo {
  name: string
  driver: string
  /** The folder with its content. */
  mountpoint: string
}

/**
 * The named volumes of this host. By the driver `local`: a folder `<root>/<name>/_data` each, on which the
 * options `type`, `o` and `device` mount another file system while a container uses it. By plugins: what they say.
 */
export class VolumeStore {
  private readonly bucket: Bucket<VolumeRecord>
  private readonly records = new Map<string, VolumeRecord>()
  /** Containers that hold a volume mounted. */
  private readonly holders = new Map<string, Set<string>>()
  private readonly mounts: Bucket<MountHolders>
  /** One change of a volume at a time. */
  private readonly busy = new Map<string, Promise<unknown>>()
  private listener: (event: VolumeEvent) => void = () => undefined

  constructor(
    private readonly root: string,
    store: KeyValueStore,
    private readonly ids: IdSource,
    private readonly clock: Clock,
    private readonly engine: VolumeUsers,
    private readonly plugins = new VolumePlugins(clock),
    private readonly system: MountSystem = mountSystem,
  ) {
    this.bucket = store.bucket('volumes')
    for (const { key, value } of this.bucket.list()) this.records.set(key, value)
    this.mounts = store.bucket('volume-mounts')
    // Containers go on while the daemon is away.
    for (const { key, value } of this.mounts.list()) this.holders.set(key, new Set(value.holders))
  }

  /** One listener hears of every change. */
  onEvent(listener: (event: VolumeEvent) => void): void {
    this.listener = listener
  }

  /** Tells the listener that unused volumes of so many bytes were removed. */
  pruned(bytes: number): void {
    this.listener({ action: 'prune', name: '', attributes: { reclaimed: String(bytes) } })
  }

  /** The volume of this name, made when it is new; without a name, an anonymous one. Throws as `create`. */
  async ensure(request: { name?: string; driver?: string; options?: Record<string, string>; labels?: Record<string, string> }): Promise<VolumeInfo> {
    const anonymous = request.name === undefined || request.name === ''
    const name = anonymous ? this.ids.hexId() : (request.name as string)
    const driver = request.driver === undefined || request.driver === '' ? localDriver : request.driver
    checkVolumeName(name)
    const options = request.options ?? {}
    const asked = driver === localDriver ? parseMountOptions(options) : undefined
    if (asked?.type === 'none' && (asked.flags & MountFlag.bind) === 0) throw invalid('a volume of type "none" needs the option o=bind')
    const labels = { ...(anonymous && { [anonymousLabel]: '' }), ...request.labels }
    // A plugin may have one of that name from elsewhere.
    if (!anonymous) await this.lookUp(name).catch(() => undefined)
    return this.exclusively(name, async () => {
      const known = this.records.get(name)
      // Without a driver any volume of that name is meant.
      if (known) {
        // A plugin may be meant without its tag.
        const same = !request.driver || known.driver === driver || (driver !== localDriver && (await this.pluginOf(driver, `create ${name}`)).name === known.driver)
        if (!same) throw conflict(`create ${name}: conflict: volume name must be unique`)
        return { name, driver: known.driver, mountpoint: known.driver === localDriver ? this.folder(name) : '' }
      }
      const plugin = driver === localDriver ? undefined : await this.pluginOf(driver, `create ${name}`)
      if (plugin) await this.createByPlugin(plugin, name, options)
      else await mkdir(this.folder(name), { recursive: true, mode: 0o755 })
      const record: VolumeRecord = { driver: plugin?.name ?? localDriver, options, labels, createdMs: this.clock.nowMs() }
      await this.bucket.put(name, record)
      this.records.set(name, record)
      this.listener({ action: 'create', name, attributes: { driver: record.driver } })
      return { name, driver: record.driver, mountpoint: plugin ? '' : this.folder(name) }
    })
  }

  /** The volume made or found, as the Engine API shows it. Throws `invalid` and `notFound` with Docker's words. */
  async create(options: Pick<VolumeCreateOptions, 'Name' | 'Driver' | 'DriverOpts' | 'Labels'>): Promise<Volume> {
    const { name } = await this.ensure({
      ...(options.Name !== undefined && { name: options.Name }),
      ...(options.Driver !== undefined && { driver: options.Driver }),
      ...(options.DriverOpts && { options: options.DriverOpts }),
      ...(options.Labels && { labels: options.Labels }),
    })
    return this.inspect(name)
  }

  /** Throws `notFound`. */
  async inspect(name: string): Promise<Volume> {
    return this.described(name, await this.lookUp(name))
  }

  /** Ordered by name. `usage` adds bytes and containers of each. */
  async list(options: { usage: boolean }): Promise<Volume[]> {
    const users = this.engine.users()
    const names = [...this.records.keys()].sort()
    const volumes: Volume[] = []
    for (const name of names) {
      const record = this.records.get(name)
      if (!record) continue
      const shown = this.shown(name, record)
      if (options.usage && record.driver !== localDriver) shown.UsageData = { Size: -1, RefCount: users.get(name)?.length ?? 0 }
      else if (options.usage) shown.UsageData = { Size: await folderBytes(this.folder(name)), RefCount: users.get(name)?.length ?? 0 }
      volumes.push(shown)
    }
    await this.addFromPlugins(volumes)
    return volumes.sort((a, b) => ((a.Name ?? '') < (b.Name ?? '') ? -1 : 1))
  }

  /** Throws `conflict` while a container has it; `notFound` unless `force`. */
  async remove(name: string, force: boolean): Promise<void> {
    const found = await this.lookUp(name).catch((thrown: unknown) => {
      if (force) return undefined
      throw thrown
    })
    if (!found) return
    await this.exclusively(name, async () => {
      this.record(name)
      const users = this.usersOf(name)
      if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`)
      await this.drop(name, force)
    })
  }

  /**
   * Removes a volume made for a container that is being removed itself; one that others use, that has a name of
   * its own, or is gone stays.
   */
  async removeAnonymous(name: string, containerId: string): Promise<void> {
    const record = this.records.get(name)
    if (!record || !(anonymousLabel in record.labels)) return
    await this.exclusively(name, async () => {
      if (this.usersOf(name).some((user) => user !== containerId)) return
      this.holders.delete(name)
      await this.drop(name)
    })
  }

  users(): Promise<ReadonlyMap<string, readonly string[]>> {
    return Promise.resolve(this.engine.users())
  }

  /** True when volumes of this driver are recorded. */
  usesDriver(driver: string): boolean {
    return [...this.records.values()].some((record) => record.driver === driver)
  }

  /** True while containers have volumes of this driver mounted. */
  holdsDriver(driver: string): boolean {
    return [...this.holders.keys()].some((name) => this.records.get(name)?.driver === driver)
  }

  /** Drivers that can be asked for: those of plugins that answer too; with `own` also of the plugins that this daemon runs. */
  async driverNames({ own }: { own: boolean }): Promise<string[]> {
    const plugins = await this.plugins.all()
    return [localDriver, ...plugins.filter((plugin) => own || !plugin.isOwn).map(({ name }) => name)]
  }

  isAnonymous(volume: Volume): boolean {
    return volume.Labels !== undefined && anonymousLabel in volume.Labels
  }

  /**
   * Mounts what its options ask for, once for all containers, or has its plugin mount it, and gives the folder; doing it again
   * for the same container is fine. Throws `notFound`, and `internal` when it cannot be mounted.
   */
  async acquire(name: string, containerId: string, place?: { destination: string; readWrite: boolean; propagation: string }): Promise<string> {
    await this.lookUp(name)
    return this.exclusively(name, async () => {
      const record = this.record(name)
      const holders = this.holders.get(name) ?? new Set<string>()
      const isNew = !holders.has(containerId)
      this.holders.set(name, holders.add(containerId))
      // Known before it is mounted: a crash leaves nothing mounted that nobody takes off.
      if (isNew && needsMount(record)) await this.saveHolders(name)
      try {
        const folder = await this.mounted(name, record, containerId)
        if (isNew) {
          const seen = { destination: place?.destination ?? folder, propagation: '', 'read/write': String(place?.readWrite ?? true) }
          this.listener({ action: 'mount', name, attributes: { container: containerId, driver: record.driver, ...seen } })
        }
        return folder
      } catch (thrown) {
        if (isNew) {
          holders.delete(containerId)
          if (holders.size === 0) this.holders.delete(name)
          if (needsMount(record)) await this.saveHolders(name)
        }
        throw thrown
      }
    })
  }

  /** The container uses it no more; the last one takes the mount off. Doing it again is fine. */
  async release(name: string, containerId: string): Promise<void> {
    await this.exclusively(name, async () => {
      const holders = this.holders.get(name)
      if (!holders?.has(containerId)) return
      const record = this.records.get(name)
      if (record && record.driver !== localDriver) {
        // One that was taken away by force has nothing mounted any more.
        await (await this.pluginOf(record.driver, `unmount ${name}`).catch((thrown: unknown) => ifGone(thrown, true)))?.unmount(name, containerId)
      } else if (record && holders.size === 1 && needsMount(record)) unmountAll(this.folder(name))
      holders.delete(containerId)
      if (holders.size === 0) this.holders.delete(name)
      if (record && needsMount(record)) await this.saveHolders(name)
      this.listener({ action: 'unmount', name, attributes: { container: containerId, driver: record?.driver ?? localDriver } })
    })
  }

  /**
   * Fills an empty volume with what the image has at that place, attributes of the folder itself included.
   * Does nothing when the volume has content or the folder is none.
   */
  async copyUp(name: string, sourceFolder: string): Promise<void> {
    await this.exclusively(name, async () => {
      const source = await lstat(sourceFolder).catch(() => undefined)
      const { driver } = this.record(name)
      const target = driver === localDriver ? this.folder(name) : await (await this.pluginOf(driver, `get ${name}`)).path(name)
      if (!source?.isDirectory() || (await readdir(target)).length > 0) return
      try {
        await copyTree(sourceFolder, target)
      } catch (thrown) {
        // Nothing of it is left: half a copy would look like content and never be completed.
        throw internal(`cannot copy the image's content into volume ${name}: ${messageOf(thrown)}`, thrown)
      }
    })
  }

  /** Containers that have it, whether they run or not. */
  private usersOf(name: string): string[] {
    return [...new Set([...(this.engine.users().get(name) ?? []), ...(this.holders.get(name) ?? [])])]
  }

  /** With `force` a volume goes too whose driver is gone or off. */
  private async drop(name: string, force = false): Promise<void> {
    const record = this.records.get(name)
    if (!record) return
    // The record goes last: a folder without one would be found by nobody.
    if (record.driver !== localDriver) await (await this.pluginOf(record.driver, `remove ${name}`).catch((thrown: unknown) => ifGone(thrown, force)))?.remove(name)
    else {
      unmountAll(this.folder(name))
      await removeTree(join(this.root, name))
    }
    await this.mounts.delete(name)
    await this.bucket.delete(name)
    this.records.delete(name)
    this.listener({ action: 'destroy', name, attributes: { driver: record.driver } })
  }

  private folder(name: string): string {
    return join(this.root, name, '_data')
  }

  private record(name: string): VolumeRecord {
    const record = this.records.get(name)
    if (!record) throw notFound(`get ${name}: no such volume`)
    return record
  }

  private shown(name: string, record: VolumeRecord): Volume {
    return {
      Name: name,
      Driver: record.driver,
      Mountpoint: record.driver === localDriver ? this.folder(name) : '',
      CreatedAt: rfc3339(record.createdMs),
      Labels: record.labels,
      Scope: 'local',
      Options: record.options,
    }
  }

  private async mounted(name: string, record: VolumeRecord, containerId: string): Promise<string> {
    if (record.driver !== localDriver) return (await this.pluginOf(record.driver, `mount ${name}`)).mount(name, containerId)
    const folder = this.folder(name)
    await mkdir(folder, { recursive: true, mode: 0o755 })
    const wanted = parseMountOptions(record.options)
    if (wanted && !isMounted(folder)) await mountVolume(wanted, folder, this.system)
    return folder
  }

  private async saveHolders(name: string): Promise<void> {
    const holders = [...(this.holders.get(name) ?? [])]
    if (holders.length === 0) await this.mounts.delete(name)
    else await this.mounts.put(name, { holders })
  }

  /** Throws `notFound` in Docker's words, `unavailable` when it does not answer. */
  private async pluginOf(driver: string, doing: string): Promise<VolumePlugin> {
    try {
      return await this.plugins.find(driver)
    } catch (thrown) {
      const kind = kindOf(thrown)
      if (kind === 'notFound' || kind === 'conflict') throw new StatusError(kind, `${doing}: error looking up volume plugin ${driver}: ${messageOf(thrown)}`, { cause: thrown })
      throw thrown
    }
  }

  private async createByPlugin(plugin: VolumePlugin, name: string, options: Record<string, string>): Promise<void> {
    // One that is there already is taken as it is.
    if (!(await plugin.get(name))) await plugin.create(name, options)
  }

  /** The volume's record; one that a plugin has and that was not used here yet gets one. Throws `notFound`. */
  private async lookUp(name: string): Promise<VolumeRecord> {
    const known = this.records.get(name)
    if (known) return known
    for (const plugin of await this.plugins.all()) {
      const found = await plugin.get(name)
      if (!found) continue
      return this.exclusively(name, async () => {
        const record: VolumeRecord = this.records.get(name) ?? { driver: plugin.name, options: {}, labels: {}, createdMs: Date.parse(found.createdAt) || this.clock.nowMs() }
        await this.bucket.put(name, record)
        this.records.set(name, record)
        return record
      })
    }
    return this.record(name)
  }

  /** With what its plugin tells of it. */
  private async described(name: string, record: VolumeRecord): Promise<Volume> {
    const shown = this.shown(name, record)
    if (record.driver === localDriver) return shown
    const plugin = await this.plugins.find(record.driver).catch(() => undefined)
    const found = await plugin?.get(name)
    if (!plugin || !found) return shown
    return { ...shown, Mountpoint: found.mountpoint, Scope: await plugin.scopeOf(), ...(Object.keys(found.status).length > 0 && { Status: found.status as NonNullable<Volume['Status']> }) }
  }

  /** Fills in what plugins tell of volumes that are listed, and adds those of theirs that are not. */
  private async addFromPlugins(volumes: Volume[]): Promise<void> {
    const byName = new Map(volumes.map((volume) => [volume.Name, volume]))
    const told = await Promise.all(
      (await this.plugins.all()).map(async (plugin) => {
        // One that is gone must not keep the others from being listed.
        const [scope, list] = await Promise.all([plugin.scopeOf(), plugin.list()]).catch(() => ['local', []] as const)
        return list.map((one) => ({ ...one, scope, driver: plugin.name }))
      }),
    )
    for (const { name, mountpoint, createdAt, scope, driver } of told.flat()) {
      const known = byName.get(name)
      if (known?.Driver === driver) Object.assign(known, { Mountpoint: mountpoint, Scope: scope })
      else if (!known) volumes.push({ Name: name, Driver: driver, Mountpoint: mountpoint, ...(createdAt !== '' && { CreatedAt: createdAt }), Labels: {}, Scope: scope, Options: {} })
    }
  }

  private async exclusively<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.busy.get(name)
    const done = Promise.resolve(before).then(act, act)
    const settled = done.then(
      () => undefined,
      () => undefined,
    )
    this.busy.set(name, settled)
    try {
      return await done
    } finally {
      if (this.busy.get(name) === settled) this.busy.delete(name)
    }
  }
}

/** Nothing in place of a driver that is gone or off, where that is borne; else throws what was thrown. */
function ifGone(thrown: unknown, borne: boolean): undefined {
  if (!borne || !['notFound', 'conflict'].includes(kindOf(thrown))) throw thrown
  return undefined
}

/** True when something is taken off again after the last user. */
function needsMount(record: VolumeRecord): boolean {
  return record.driver !== localDriver || parseMountOptions(record.options) !== undefined
}
