import type { Clock } from '../../src/base/clock.js'
import { ErrorKind, internal, notFound, StatusError } from '../../src/base/errors.js'
import { PluginClient } from './plugin-client.js'
import { findPlugin, pluginFolders, pluginNames, type PluginFolders } from './plugin-places.js'

/** What a plugin tells of one of its volumes. */
export interface PluginVolume {
  name: string
  mountpoint: string
  createdAt: string
  status: Record<string, unknown>
}

const shortMs = 10_000
/** Making and mounting may take what a storage system takes. */
const longMs = 120_000
const interfaceName = 'VolumeDriver'

/** A driver that this daemon runs itself. */
export interface ManagedDriver {
  /** With its tag. */
  readonly name: string
  readonly socketPath: string
  /** Of each call; 0 leaves it to the kind of call. */
  readonly timeoutSeconds: number
  /** Where the host has what the driver calls so. */
  hostPath(path: string): string
}

/** The drivers that this daemon runs itself; those that are off are not listed. */
export interface ManagedDrivers {
  volumeDrivers(): ManagedDriver[]
  /** By a name, with or without its tag, or an id; undefined where none is meant. Throws `conflict` for one that is off, `notFound` for one of another kind. */
  volumeDriver(ref: string): ManagedDriver | undefined
}

const noManagedDrivers: ManagedDrivers = { volumeDrivers: () => [], volumeDriver: () => undefined }

/** One driver of volumes behind Docker's plugin protocol (docs.docker.com, "Docker volume plugins"). */
export class VolumePlugin {
  private scope: 'local' | 'global' | undefined

  constructor(
    private readonly client: PluginClient,
    private readonly managed?: ManagedDriver,
  ) {}

  get name(): string {
    return this.client.name
  }

  /** This daemon runs it. */
  get isOwn(): boolean {
    return this.managed !== undefined
  }

  /** `global` when every host sees the same volumes. */
  async scopeOf(): Promise<'local' | 'global'> {
    if (this.scope === undefined) {
      let answer: Record<string, unknown> = {}
      try {
        answer = await this.call('Capabilities', {}, shortMs)
      } catch (thrown) {
        // Plugins of the first version do not know the question; one that did not answer is asked again another time.
        if (!(thrown instanceof StatusError && thrown.kind === ErrorKind.internal)) return 'local'
      }
      const capabilities = answer['Capabilities'] as { Scope?: unknown } | undefined
      this.scope = String(capabilities?.Scope ?? '').toLowerCase() === 'global' ? 'global' : 'local'
    }
    return this.scope
  }

  async create(name: string, options: Record<string, string>): Promise<void> {
    await this.call('Create', { Name: name, Opts: options }, longMs)
  }

  async remove(name: string): Promise<void> {
    await this.call('Remove', { Name: name }, longMs)
  }

  /** Mounts it for a user and gives the folder. Throws `internal` when the plugin names none. */
  async mount(name: string, userId: string): Promise<string> {
    const { Mountpoint } = await this.call('Mount', { Name: name, ID: userId }, longMs)
    if (typeof Mountpoint !== 'string' || !Mountpoint.startsWith('/')) throw internal(`plugin ${this.name} mounted volume ${name} but did not say where`)
    return this.onHost(Mountpoint)
  }

  async unmount(name: string, userId: string): Promise<void> {
    await this.call('Unmount', { Name: name, ID: userId }, longMs)
  }

  async path(name: string): Promise<string> {
    const { Mountpoint } = await this.call('Path', { Name: name }, shortMs)
    return this.onHost(typeof Mountpoint === 'string' ? Mountpoint : '')
  }

  /** Undefined when it has no such volume, or cannot be asked. */
  async get(name: string): Promise<PluginVolume | undefined> {
    const { Volume } = await this.call('Get', { Name: name }, shortMs).catch(() => ({ Volume: undefined }))
    return this.volumeOf(Volume)
  }

  async list(): Promise<PluginVolume[]> {
    const { Volumes } = await this.call('List', {}, shortMs)
    return Array.isArray(Volumes) ? Volumes.flatMap((one: unknown) => this.volumeOf(one) ?? []) : []
  }

  private call(method: string, body: unknown, timeoutMs: number): Promise<Record<string, unknown>> {
    return this.client.call(`${interfaceName}.${method}`, body, this.managed && this.managed.timeoutSeconds > 0 ? this.managed.timeoutSeconds * 1000 : timeoutMs)
  }

  private volumeOf(value: unknown): PluginVolume | undefined {
    const { Name, Mountpoint, CreatedAt, Status } = (value ?? {}) as Record<string, unknown>
    if (typeof Name !== 'string' || Name === '') return undefined
    return {
      name: Name,
      mountpoint: this.onHost(typeof Mountpoint === 'string' ? Mountpoint : ''),
      createdAt: typeof CreatedAt === 'string' ? CreatedAt : '',
      status: typeof Status === 'object' && Status !== null ? (Status as Record<string, unknown>) : {},
    }
  }

  /** A driver of our own sees file systems of its own. */
  private onHost(path: string): string {
    return path === '' || !this.managed ? path : this.managed.hostPath(path)
  }
}

/** The volume plugins of this host, by name. Each that runs beside the daemon is activated when it is first used. */
export class VolumePlugins {
  private readonly active = new Map<string, VolumePlugin>()
  private readonly own = new WeakMap<ManagedDriver, VolumePlugin>()

  constructor(
    private readonly clock: Clock,
    private readonly folders: PluginFolders = pluginFolders,
    private readonly managed: ManagedDrivers = noManagedDrivers,
  ) {}

  /**
   * Throws `notFound` when there is no plugin of this name, or it is none for volumes; `conflict` when it is off; `unavailable` when it
   * does not answer.
   */
  async find(name: string): Promise<VolumePlugin> {
    const own = this.managed.volumeDriver(name)
    if (own) return this.ofOwn(own)
    const known = this.active.get(name)
    if (known) return known
    const address = await findPlugin(name, this.folders)
    if (!address) throw notFound(`plugin ${JSON.stringify(name)} not found`)
    const client = new PluginClient(name, address, this.clock)
    const { Implements } = await client.call('Plugin.Activate', {}, shortMs)
    if (!Array.isArray(Implements) || !Implements.includes(interfaceName)) throw notFound(`plugin ${JSON.stringify(name)} is no volume driver`)
    const plugin = new VolumePlugin(client)
    this.active.set(name, plugin)
    return plugin
  }

  /** A plugin that failed is activated anew: it may be another at another place now. */
  forget(name: string): void {
    this.active.delete(name)
  }

  /** Names of all that make themselves known; some may be drivers of something else. */
  names(): Promise<string[]> {
    return pluginNames(this.folders)
  }

  /** Those that answer as volume drivers. */
  async all(): Promise<VolumePlugin[]> {
    const found = await Promise.all((await this.names()).map((name) => this.find(name).catch(() => undefined)))
    return [...this.managed.volumeDrivers().map((one) => this.ofOwn(one)), ...found.filter((plugin) => plugin !== undefined)]
  }

  /** What its configuration says it is, it is: Docker activates no plugin that it runs itself. */
  private ofOwn(driver: ManagedDriver): VolumePlugin {
    const known = this.own.get(driver)
    if (known) return known
    const made = new VolumePlugin(new PluginClient(driver.name, { kind: 'unix', path: driver.socketPath, foreign: true }, this.clock), driver)
    this.own.set(driver, made)
    return made
  }
}
