import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Timer } from '../../src/base/clock.js'
import { conflict, ErrorKind, invalid, messageOf, StatusError } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { Plugin, PluginPrivilege } from '../../src/model/engine-api/plugin.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { EnginePaths } from '../engine/paths.js'
import type { ImageStore } from '../image/image-store.js'
import type { Progress } from '../image/progress.js'
import { canonicalName, familiarName, familiarRepository, parseReference, withDefaultTag, type Reference } from '../image/reference.js'
import type { Credentials } from '../image/registry/credentials.js'
import { bringPlugin, fetchPlugin, pushPlugin, type PluginContent } from '../image/registry/plugins.js'
import type { Registries } from '../image/registry/registries.js'
import { unmountAll } from '../kernel/mount.js'
import { Cgroups } from '../runtime/cgroup/cgroup.js'
import type { CgroupMode } from '../runtime/cgroup/mode.js'
import { Conmon } from '../runtime/conmon.js'
import { ExitWatch } from '../runtime/exit-watch.js'
import { OciRuntime, type RuntimeChoice } from '../runtime/oci-runtime.js'
import { makePlugin } from './make-plugin.js'
import { parsePluginConfig } from './plugin-config.js'
import { PluginControl, type PluginDriver } from './plugin-control.js'
import { PluginPaths } from './plugin-paths.js'
import { contentKeys, shownPlugin, type PluginRecord } from './plugin-record.js'
import { endLeftover, type PluginRunDeps } from './plugin-run.js'
import type { PluginStore } from './plugin-store.js'
import { privilegesOf, refusalOf } from './privileges.js'
import { carriedSettings, changedSettings, initialSettings } from './settings.js'

/** Keys of writable layers that are plugins'. */
const rootfsPrefix = 'plugin-'
/** How often supervisors are looked at. */
const roundMs = 5_000

/** A change, for `docker events`. */
export interface PluginEvent {
  action: 'pull' | 'create' | 'enable' | 'disable' | 'remove' | 'push'
  /** The plugin's id; the name asked for when it was pulled. */
  id: string
  name: string
}

/** What a plugin is asked of the parts that may use it. */
export interface PluginUsers {
  /** True when there are volumes of a driver of this name. */
  usesDriver(name: string): boolean
  /** True while containers have such volumes mounted. */
  holdsDriver(name: string): boolean
}

export interface PluginManagerOptions extends Pick<PluginRunDeps, 'clock' | 'log' | 'host'> {
  execRoot: string
  dataRoot: string
  store: PluginStore
  images: ImageStore
  registries: Registries
  ids: IdSource
  users: PluginUsers
  onEvent: (event: PluginEvent) => void
  cgroupMode: CgroupMode
  /** The control group above containers and plugins; made from the exec root when left out. */
  cgroupParent?: string
  runtime: RuntimeChoice
  /** Path of conmon. */
  conmonProgram: string
}

/**
 * The plugins that this daemon installs and runs (docs.docker.com, "Docker Engine managed plugin system"). `ref` is a name with or
 * without its tag, an id or a unique start of one; methods throw `notFound` for others.
 */
export class PluginManager implements AsyncDisposable {
  private readonly controls = new Map<string, PluginControl>()
  private readonly pins = new Map<string, Disposable>()
  private readonly run: PluginRunDeps
  private round: Timer | undefined

  private constructor(private readonly deps: PluginManagerOptions) {
    const { execRoot, dataRoot, cgroupMode, clock, log } = deps
    const enginePaths = new EnginePaths(execRoot, dataRoot)
    const paths = new PluginPaths(execRoot, dataRoot)
    for (const folder of [paths.runtimeRoot, paths.exitDir, paths.runDir]) mkdirSync(folder, { recursive: true, mode: 0o711 })
    mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 })
    this.run = {
      ...deps,
      paths,
      snapshots: deps.images.snapshots,
      cgroupParent: deps.cgroupParent ?? enginePaths.cgroupParent,
      cgroups: new Cgroups(cgroupMode, clock),
      conmon: new Conmon(deps.conmonProgram, enginePaths.socketDir),
      runtime: new OciRuntime(deps.runtime, paths.runtimeRoot),
      exitWatch: new ExitWatch(
        paths.exitDir,
        (id, exitCode) => this.controls.get(id)?.exited(exitCode),
        (err) => log.error('the watch for ended plugins failed; restart the daemon', { err }),
      ),
    }
    for (const record of deps.store.all()) this.adopt(record)
  }

  /** Brings what is stored and what runs together: plugins that are enabled run when this resolves, or are tried again and again. */
  static async open(options: PluginManagerOptions): Promise<PluginManager> {
    const manager = new PluginManager(options)
    await manager.removeLeftovers()
    await Promise.all([...manager.controls.values()].map((control) => control.recover()))
    // What ended between its adoption and now.
    manager.run.exitWatch.reportAll()
    manager.keepLooking()
    return manager
  }

  /** Ends the plugins that no running container needs; the others go on, and the next daemon finds them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.round?.cancel()
    await Promise.all([...this.controls.values()].map((control) => control.close(this.deps.users.holdsDriver(control.record.name))))
    this.run.exitWatch[Symbol.dispose]()
    this.run.cgroups.removeIfEmpty(this.run.cgroupParent)
  }

  /** Ordered by name. */
  list(): Plugin[] {
    return this.deps.store.all().map(shownPlugin)
  }

  inspect(ref: string): Plugin {
    return shownPlugin(this.deps.store.find(ref))
  }

  /** Layers that no image need have, by their chain ids. */
  layers(): string[] {
    return this.deps.store.contentKeys()
  }

  /** What a plugin of a registry needs to be granted. Throws as `Registries.pull`, `invalid` for what is no plugin. */
  async privileges(remote: string, credentials: Credentials, signal: AbortSignal): Promise<PluginPrivilege[]> {
    const { reference } = remoteReference(remote)
    const { configData } = await this.deps.registries.receive(reference, credentials, signal, (client, deps) => fetchPlugin(client, reference, deps, signal))
    return privilegesOf(parsePluginConfig(configData))
  }

  /** The name that a plugin from a registry gets, with its tag: the one given, or its own. Throws `invalid`. */
  localName(remote: string, name: string | undefined): string {
    if (name === undefined || name === '') {
      const { reference, tag } = remoteReference(remote)
      const { domain, path } = reference
      return familiarName(withDefaultTag({ domain, path, ...((reference.tag ?? tag) !== undefined && { tag: reference.tag ?? tag ?? '' }) }))
    }
    const local = parseReference(name)
    if (local.digest !== undefined) throw invalid('cannot use digest in plugin tag')
    return familiarName(withDefaultTag(local))
  }

  /** Installs a plugin, disabled. Throws `conflict` for a name that is taken, `invalid` when other privileges are needed than granted. */
  async pull(remote: string, options: PluginPullOptions, progress: Progress, signal: AbortSignal): Promise<void> {
    const name = this.localName(remote, options.name)
    this.deps.store.checkFree(name)
    const { reference, config, content, pin } = await this.receive(remote, options, progress, signal)
    using _pin = pin
    this.deps.onEvent({ action: 'pull', id: familiarName(reference), name })
    await this.add(name, canonicalName(reference), config, content)
  }

  /** Another version in place of a plugin that is disabled. Settings that were made stay where the new one has them. */
  async upgrade(ref: string, remote: string, options: PluginPullOptions, progress: Progress, signal: AbortSignal): Promise<void> {
    await this.control(ref).exclusively(async (control) => {
      const { record } = control
      if (record.enabled) throw conflict(`plugin must be disabled before upgrading: plugin ${record.name} is enabled`)
      const { reference, config, content, pin } = await this.receive(remote, options, progress, signal)
      using _pin = pin
      this.deps.onEvent({ action: 'pull', id: familiarName(reference), name: record.name })
      const old = record.rootfs
      const rootfs = `${rootfsPrefix}${this.deps.ids.hexId()}`
      await this.deps.images.snapshots.prepare(rootfs, content.chainId)
      try {
        control.unmount()
        const settings = carriedSettings(record.config, record.settings, config)
        await this.keep({ ...record, reference: canonicalName(reference), config, settings, content, rootfs })
      } catch (thrown) {
        await this.deps.images.snapshots.removeWritable(rootfs)
        throw thrown
      }
      await this.deps.images.snapshots.removeWritable(old)
      await this.deps.images.collect()
    })
  }

  /** Installs a plugin from the archive of its configuration and root file system, disabled. Throws `conflict` and `invalid`. */
  async create(name: string, archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const parsed = parseReference(name)
    if (parsed.digest !== undefined) throw invalid('canonical references are not permitted')
    const full = familiarName(withDefaultTag(parsed))
    this.deps.store.checkFree(full)
    const { config, content, pin } = await makePlugin(this.deps.images, archive, signal)
    using _pin = pin
    const { id } = await this.add(full, full, config, content)
    this.deps.onEvent({ action: 'create', id, name: full })
  }

  /** Sends a plugin to the registry that its name tells. Throws as `Registries.push`. */
  async push(ref: string, credentials: Credentials, progress: Progress, signal: AbortSignal): Promise<void> {
    const { id, name, content } = this.deps.store.find(ref)
    const reference = withDefaultTag(parseReference(name))
    const { tag = '' } = reference
    progress({ status: `The push refers to repository [${reference.domain}/${reference.path}]` })
    using _pin = this.deps.images.pin(contentKeys(content))
    await this.deps.registries.send(reference, credentials, signal, (client, uploads) => pushPlugin(this.deps.images, client, { ...reference, tag }, content, uploads, progress, signal))
    this.deps.onEvent({ action: 'push', id, name })
  }

  /** Starts it and waits until it listens. `timeoutSeconds` limits the calls of it, 0 leaves that to their kind. */
  async enable(ref: string, timeoutSeconds: number): Promise<void> {
    await this.control(ref).exclusively(async (control) => {
      const { id, name, enabled } = control.record
      if (enabled) throw conflict(`plugin already enabled: plugin ${name} is enabled`)
      await control.enable(timeoutSeconds)
      this.deps.onEvent({ action: 'enable', id, name })
    })
  }

  /** Ends it. Throws `conflict` while volumes are its own, unless `force`. */
  async disable(ref: string, force: boolean): Promise<void> {
    await this.control(ref).exclusively(async (control) => {
      const { id, name, enabled } = control.record
      if (!force && this.deps.users.usesDriver(name)) throw conflict(`plugin ${name} is in use`)
      if (!enabled) throw conflict(`plugin is already disabled: plugin ${name} found but disabled`)
      await control.disable()
      this.deps.onEvent({ action: 'disable', id, name })
    })
  }

  /** Throws `conflict` while it is enabled or volumes are its own, unless `force`. */
  async remove(ref: string, force: boolean): Promise<void> {
    await this.control(ref).exclusively(async (control) => {
      const { id, name, enabled, rootfs } = control.record
      if (!force && this.deps.users.usesDriver(name)) throw conflict(`plugin ${name} is in use`)
      if (!force && enabled) throw conflict(`plugin ${name} is enabled`)
      if (enabled) await control.disable()
      control.unmount()
      // The record first: the rest without it is removed at the next start at the latest.
      await this.deps.store.delete(id)
      control.forget()
      this.controls.delete(id)
      this.pins.get(id)?.[Symbol.dispose]()
      this.pins.delete(id)
      await this.deps.images.snapshots.removeWritable(rootfs)
      await removeTree(join(this.run.paths.dataDir, id))
      await this.deps.images.collect()
      this.deps.onEvent({ action: 'remove', id, name })
    })
  }

  /** `name[.field]=value` each. Throws `internal` with Docker's words. */
  async set(ref: string, changes: readonly string[]): Promise<void> {
    await this.control(ref).exclusively(async ({ record }) => {
      if (record.enabled) throw new StatusError(ErrorKind.internal, 'cannot set on an active plugin, disable plugin before setting')
      await this.keep({ ...record, settings: changedSettings(record.config, record.settings, changes) })
    })
  }

  /** The drivers of volumes among the plugins that are enabled, ordered by name. */
  volumeDrivers(): PluginDriver[] {
    return this.deps.store.all().flatMap(({ id, enabled }) => (enabled ? (this.controls.get(id)?.volumeDriver() ?? []) : []))
  }

  /** The driver that a name or an id means; undefined where no plugin is meant. Throws `conflict` for one that is disabled, `notFound` for one of another kind. */
  volumeDriver(ref: string): PluginDriver | undefined {
    const record = this.deps.store.lookUp(ref)
    if (!record) return undefined
    if (!record.enabled) throw conflict(`plugin ${ref} found but disabled`)
    const driver = this.controls.get(record.id)?.volumeDriver()
    if (!driver) throw new StatusError(ErrorKind.notFound, 'plugin does not provide "volumedriver" capability')
    return driver
  }

  private async receive(remote: string, options: PluginPullOptions, progress: Progress, signal: AbortSignal) {
    const { reference } = remoteReference(remote)
    const { registries } = this.deps
    const received = await registries.receive(reference, options.credentials, signal, async (client, deps) => {
      const found = await fetchPlugin(client, reference, deps, signal)
      const config = parsePluginConfig(found.configData)
      // Before the privileges are looked at: Docker's clients are told in the stream what is wrong with them.
      progress({ status: `Pulling from ${familiarRepository(reference)}`, id: reference.digest ?? reference.tag ?? '' })
      const refusal = refusalOf(privilegesOf(config), options.privileges)
      // No fault of where it is from: nobody else is asked for it.
      if (refusal) return refusal
      return { reference, config, ...(await bringPlugin(deps, client, reference, found, progress, signal)) }
    })
    if (received instanceof StatusError) throw received
    return received
  }

  /** A new plugin whose content is here and pinned by the caller. */
  private async add(name: string, reference: string, config: PluginRecord['config'], content: PluginContent): Promise<PluginRecord> {
    // Another request may have been quicker.
    this.deps.store.checkFree(name)
    const id = this.deps.ids.hexId()
    const rootfs = `${rootfsPrefix}${id}`
    const record: PluginRecord = { id, name, reference, enabled: false, timeoutSeconds: 0, config, settings: initialSettings(config), content, rootfs }
    const { snapshots } = this.deps.images
    await snapshots.prepare(rootfs, content.chainId)
    try {
      this.deps.store.checkFree(name)
      this.adopt(record)
      await this.deps.store.save(record)
    } catch (thrown) {
      this.controls.delete(id)
      this.pins.get(id)?.[Symbol.dispose]()
      this.pins.delete(id)
      await snapshots.removeWritable(rootfs)
      throw thrown
    }
    return record
  }

  private adopt(record: PluginRecord): void {
    this.pins.set(record.id, this.deps.images.pin(contentKeys(record.content)))
    this.controls.set(record.id, new PluginControl(this.run, record, (changed) => this.keep(changed)))
  }

  /** The record as it is from now on. */
  private async keep(record: PluginRecord): Promise<void> {
    const pin = this.deps.images.pin(contentKeys(record.content))
    try {
      await this.deps.store.save(record)
    } catch (thrown) {
      pin[Symbol.dispose]()
      throw thrown
    }
    const control = this.controls.get(record.id)
    if (control) control.record = record
    this.pins.get(record.id)?.[Symbol.dispose]()
    this.pins.set(record.id, pin)
  }

  private control(ref: string): PluginControl {
    const { id } = this.deps.store.find(ref)
    const control = this.controls.get(id)
    if (!control) throw new StatusError(ErrorKind.internal, `plugin ${ref} has a record and no control`)
    return control
  }

  /** Ends and removes what is here by our hand and belongs to no plugin that is known: what a crash left. */
  private async removeLeftovers(): Promise<void> {
    const { images, store, log } = this.deps
    const { paths, exitWatch } = this.run
    const known = store.all()
    const strangers = (folder: string, nameOf: (id: string) => string) => readdirSync(folder).filter((name) => !known.some(({ id }) => nameOf(id) === name))
    const tolerant = async (id: string, remove: () => Promise<void>): Promise<void> => {
      try {
        await remove()
      } catch (err) {
        log.warn('what a plugin left could not be removed', { plugin: id, reason: messageOf(err) })
      }
    }
    for (const id of strangers(paths.runtimeRoot, (one) => one)) await tolerant(id, () => endLeftover(this.run, id))
    for (const id of strangers(paths.exitDir, (one) => one)) if (/^[0-9a-f]{64}$/.test(id)) exitWatch.forget(id)
    for (const { key } of images.snapshots.writables()) {
      if (key.startsWith(rootfsPrefix) && !known.some(({ rootfs }) => rootfs === key)) await tolerant(key, () => images.snapshots.removeWritable(key))
    }
    for (const id of strangers(paths.dataDir, (one) => one)) {
      await tolerant(id, () => {
        // What it had mounted is others': a removal must not go on in there.
        unmountAll(paths.propagated(id))
        return removeTree(join(paths.dataDir, id))
      })
    }
  }

  private keepLooking(): void {
    this.round = this.deps.clock.setTimer(roundMs, () => {
      for (const control of this.controls.values()) control.look()
      this.keepLooking()
    })
  }
}

/** What installing from a registry takes. */
export interface PluginPullOptions {
  /** The local name; the remote one without it. */
  name?: string
  credentials: Credentials
  /** What the user granted. */
  privileges: readonly PluginPrivilege[]
}

/** A name in a registry: by its digest where it has one, and then `tag` is what stood beside it. */
function remoteReference(remote: string): { reference: Reference; tag?: string } {
  const parsed = parseReference(remote)
  const { domain, path, digest, tag } = parsed
  if (digest === undefined) return { reference: withDefaultTag(parsed) }
  return { reference: { domain, path, digest }, ...(tag !== undefined && { tag }) }
}
