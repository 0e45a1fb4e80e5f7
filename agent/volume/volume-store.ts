import { lookup } from 'node:dns/promises'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { rfc3339, type Clock } from '../../src/base/clock.js'
import { conflict, internal, invalid, messageOf, notFound } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { Bucket, KeyValueStore } from '../../src/base/key-value.js'
import type { Volume, VolumeCreateOptions } from '../../src/model/engine-api/volume.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { bindMount, isMounted, mount, MountFlag, unmountAll } from '../kernel/mount.js'
import { copyTree } from './copy-tree.js'
import { folderBytes } from './folder-bytes.js'
import { addressOption, parseMountOptions, withAddress, type VolumeMount } from './mount-options.js'
import { checkVolumeName } from './volume-name.js'

/** Docker marks volumes made without a name by this label. */
const anonymousLabel = 'com.docker.volume.anonymous'
const localDriver = 'local'

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
  action: 'create' | 'destroy' | 'mount' | 'unmount'
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
 * The named volumes of this host, by the driver `local`: a folder `<root>/<name>/_data` each, on which the
 * options `type`, `o` and `device` mount another file system while a container uses it.
 */
export class VolumeStore {
  private readonly bucket: Bucket<VolumeRecord>
  private readonly records = new Map<string, VolumeRecord>()
  /** Containers that hold a volume mounted. */
  private readonly holders = new Map<string, Set<string>>()
  /** One change of a volume at a time. */
  private readonly busy = new Map<string, Promise<unknown>>()
  private listener: (event: VolumeEvent) => void = () => undefined

  constructor(
    private readonly root: string,
    store: KeyValueStore,
    private readonly ids: IdSource,
    private readonly clock: Clock,
    private readonly engine: VolumeUsers,
  ) {
    this.bucket = store.bucket('volumes')
    for (const { key, value } of this.bucket.list()) this.records.set(key, value)
  }

  /** One listener hears of every change. */
  onEvent(listener: (event: VolumeEvent) => void): void {
    this.listener = listener
  }

  /** The volume of this name, made when it is new; without a name, an anonymous one. Throws as `create`. */
  async ensure(request: { name?: string; driver?: string; options?: Record<string, string>; labels?: Record<string, string> }): Promise<VolumeInfo> {
    const anonymous = request.name === undefined || request.name === ''
    const name = anonymous ? this.ids.hexId() : (request.name as string)
    const driver = request.driver === undefined || request.driver === '' ? localDriver : request.driver
    checkVolumeName(name)
    if (driver !== localDriver) {
      throw notFound(`create ${name}: error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`)
    }
    const options = request.options ?? {}
    const asked = parseMountOptions(options)
    if (asked?.type === 'none' && (asked.flags & MountFlag.bind) === 0) throw invalid('a volume of type "none" needs the option o=bind')
    const labels = { ...(anonymous && { [anonymousLabel]: '' }), ...request.labels }
    return this.exclusively(name, async () => {
      if (!this.records.has(name)) {
        await mkdir(this.folder(name), { recursive: true, mode: 0o755 })
        const record: VolumeRecord = { driver, options, labels, createdMs: this.clock.nowMs() }
        await this.bucket.put(name, record)
        this.records.set(name, record)
        this.listener({ action: 'create', name, attributes: { driver } })
      }
      return { name, driver, mountpoint: this.folder(name) }
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
    return this.shown(name, this.record(name))
  }

  /** Throws `notFound`. */
  inspect(name: string): Promise<Volume> {
    return Promise.resolve().then(() => this.shown(name, this.record(name)))
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
      if (options.usage) shown.UsageData = { Size: await folderBytes(this.folder(name)), RefCount: users.get(name)?.length ?? 0 }
      volumes.push(shown)
    }
    return volumes
  }

  /** Throws `conflict` while a container has it; `notFound` unless `force`. */
  async remove(name: string, force: boolean): Promise<void> {
    if (!this.records.has(name) && force) return
    await this.exclusively(name, async () => {
      this.record(name)
      const users = this.usersOf(name)
      if (users.length > 0) throw conflict(`remove ${name}: volume is in use - [${users.join(', ')}]`)
      await this.drop(name)
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

  isAnonymous(volume: Volume): boolean {
    return volume.Labels !== undefined && anonymousLabel in volume.Labels
  }

  /**
   * Mounts what its options ask for, once for all containers, and gives the folder; doing it again for the
   * same container is fine. Throws `notFound`, and `invalid` when it cannot be mounted.
   */
  async acquire(name: string, containerId: string): Promise<string> {
    return this.exclusively(name, async () => {
      const record = this.record(name)
      const folder = this.folder(name)
      await mkdir(folder, { recursive: true, mode: 0o755 })
      const wanted = parseMountOptions(record.options)
      if (wanted && !isMounted(folder)) await mountVolume(name, wanted, folder)
      const holders = this.holders.get(name) ?? new Set()
      this.holders.set(name, holders)
      if (!holders.has(containerId)) {
        holders.add(containerId)
        this.listener({ action: 'mount', name, attributes: { container: containerId, destination: folder, driver: record.driver } })
      }
      return folder
    })
  }

  /** The container uses it no more; the last one takes the mount off. Doing it again is fine. */
  async release(name: string, containerId: string): Promise<void> {
    await this.exclusively(name, () => {
      const holders = this.holders.get(name)
      if (!holders?.delete(containerId)) return Promise.resolve()
      const record = this.records.get(name)
      if (holders.size === 0) {
        this.holders.delete(name)
        if (record && parseMountOptions(record.options)) unmountAll(this.folder(name))
      }
      this.listener({ action: 'unmount', name, attributes: { container: containerId, driver: record?.driver ?? localDriver } })
      return Promise.resolve()
    })
  }

  /**
   * Fills an empty volume with what the image has at that place, attributes of the folder itself included.
   * Does nothing when the volume has content or the folder is none.
   */
  async copyUp(name: string, sourceFolder: string): Promise<void> {
    await this.exclusively(name, async () => {
      this.record(name)
      const source = await lstat(sourceFolder).catch(() => undefined)
      const target = this.folder(name)
      if (!source?.isDirectory() || (await readdir(target)).length > 0) return
      try {
        await copyTree(sourceFolder, target)
      } catch (thrown) {
        // Half a copy would look like content and never be completed.
        for (const entry of await readdir(target)) await removeTree(join(target, entry))
        throw internal(`cannot copy the image's content into volume ${name}: ${messageOf(thrown)}`, thrown)
      }
    })
  }

  /** Containers that have it, whether they run or not. */
  private usersOf(name: string): string[] {
    return [...new Set([...(this.engine.users().get(name) ?? []), ...(this.holders.get(name) ?? [])])]
  }

  private async drop(name: string): Promise<void> {
    const record = this.records.get(name)
    if (!record) return
    // The record goes last: a folder without one would be found by nobody.
    unmountAll(this.folder(name))
    await removeTree(join(this.root, name))
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
      Mountpoint: this.folder(name),
      CreatedAt: rfc3339(record.createdMs),
      Labels: record.labels,
      Scope: 'local',
      Options: record.options,
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

async function mountVolume(name: string, wanted: VolumeMount, folder: string): Promise<void> {
  try {
    if (wanted.flags & MountFlag.bind) {
      bindMount(wanted.device, folder, {
        readOnly: (wanted.flags & MountFlag.readOnly) !== 0,
        recursive: (wanted.flags & MountFlag.recursive) !== 0,
      })
      return
    }
    const host = addressOption(wanted.data)
    const data = host === undefined ? wanted.data : withAddress(wanted.data, (await lookup(host)).address)
    mount({ source: wanted.device, target: folder, type: wanted.type, flags: wanted.flags, ...(data !== '' && { data }) })
  } catch (thrown) {
    throw invalid(`cannot mount volume ${name} (${wanted.type} ${wanted.device}): ${messageOf(thrown)}`, thrown)
  }
}
