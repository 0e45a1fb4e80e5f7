import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { must } from '../base/assert.js'
import type { Clock } from '../base/clock.js'
import { invalid } from '../base/errors.js'
import type { IdSource } from '../base/id.js'
import type { Logger } from '../base/log.js'
import type { Rng } from '../base/rng.js'
import type { Scope } from '../base/scope.js'
import { Builder } from '../../agent/build/builder.js'
import { Engine } from '../../agent/engine/engine.js'
import { EventLog } from '../../agent/engine/view/events.js'
import { readHostFacts } from '../../agent/engine/host-facts.js'
import { EnginePaths } from '../../agent/engine/paths.js'
import { StateDb } from '../../agent/engine/state-db.js'
import { ContentStore } from '../../agent/image/content-store.js'
import { ImageStore } from '../../agent/image/image-store.js'
import { Images } from '../../agent/image/images.js'
import { insecureByDefault } from '../../agent/image/registry/endpoints.js'
import { LayerMemory } from '../../agent/image/registry/layer-memory.js'
import { Registries } from '../../agent/image/registry/registries.js'
import { mountOnThread } from '../../agent/file-threads/mount-thread.js'
import { FileThreads } from '../../agent/file-threads/pool.js'
import { AttachedNetworks } from '../../agent/executor/attached-networks.js'
import { NetworkController } from '../../agent/network/controller.js'
import type { NetworkOptions } from '../../agent/network/types.js'
import { PluginManager } from '../../agent/plugin/plugin-manager.js'
import { PluginStore } from '../../agent/plugin/plugin-store.js'
import { findProgram, isExecutable } from '../../agent/runtime/programs.js'
import { OverlaySnapshotter } from '../../agent/snapshot/overlay.js'
import { pluginFolders } from '../../agent/volume/plugin-places.js'
import { mountSystem } from '../../agent/volume/mount-volume.js'
import { VolumePlugins } from '../../agent/volume/volume-plugins.js'
import { VolumeStore } from '../../agent/volume/volume-store.js'
import { proxySettings, logOptionsOf, type DaemonConfig } from './config.js'
import type { HostTools } from './host-check.js'
import { networkStore } from './network-store.js'
import { version } from './version.js'

/** Everything of this host that runs containers. */
export interface HostParts {
  db: StateDb
  events: EventLog
  content: ContentStore
  snapshots: OverlaySnapshotter
  images: Images
  registries: Registries
  volumes: VolumeStore
  plugins: PluginManager
  networks: NetworkController
  /** The same for containers, with the networks of the swarm. */
  attached: AttachedNetworks
  engine: Engine
  builder: Builder
}

export interface HostPartsDeps {
  config: DaemonConfig
  tools: HostTools
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/** Opens them in the order they need each other; the scope closes them in reverse. */
export async function openHostParts(scope: Scope, { config, tools, clock, rng, ids, log }: HostPartsDeps): Promise<HostParts> {
  const dataRoot = config['data-root']
  const execRoot = config['exec-root']
  await mkdir(dataRoot, { recursive: true, mode: 0o710 })
  await mkdir(execRoot, { recursive: true, mode: 0o711 })

  const db = StateDb.open(join(dataRoot, 'engine.db'))
  scope.defer(() => db.close())
  const events = new EventLog(clock)
  const content = new ContentStore(join(dataRoot, 'content'), ids)
  await content.recover()
  const snapshots = new OverlaySnapshotter(join(dataRoot, 'overlay'), db, ids, log.child({ part: 'snapshots' }))
  await snapshots.recover()
  // The stores ask the engine who uses what; it is opened last.
  const opened: { engine?: Engine; plugins?: PluginManager } = {}
  const fileThreads = scope.use(new FileThreads(clock))
  const imageStore = new ImageStore(db, content, snapshots, clock, fileThreads)
  const pluginStore = new PluginStore(db)
  {
    using _plugins = imageStore.pin(pluginStore.contentKeys())
    // What an interrupted load or removal left.
    await imageStore.collect()
  }
  imageStore.onEvent(({ action, id, attributes }) => events.publish('image', action, id, attributes))
  const images = new Images(imageStore, { usersOf: (imageId) => opened.engine?.usersOf(imageId) ?? [] })
  const registries = new Registries(
    { store: imageStore, memory: new LayerMemory(db.bucket('registry-layers')), clock, rng },
    {
      mirrors: config['registry-mirror'],
      insecure: [...insecureByDefault, ...config['insecure-registry']],
      // Docker's own folder counts too, so that hosts set up for it need nothing new.
      certificates: [join(dirname(config['config-file']), 'certs.d'), '/etc/docker/certs.d'],
      downloadsAtOnce: config['max-concurrent-downloads'],
      uploadsAtOnce: config['max-concurrent-uploads'],
      downloadAttemptsMax: config['max-download-attempts'],
      userAgent: `skep/${version}`,
      proxies: proxySettings(config, process.env),
    },
  )
  scope.use(registries)
  const volumePlugins = new VolumePlugins(clock, pluginFolders, {
    volumeDrivers: () => opened.plugins?.volumeDrivers() ?? [],
    volumeDriver: (ref) => opened.plugins?.volumeDriver(ref),
  })
  const volumes = new VolumeStore(join(dataRoot, 'volumes'), db, ids, clock, { users: () => volumeUsers(opened.engine) }, volumePlugins, { ...mountSystem, mountAside: mountOnThread })
  volumes.onEvent(({ action, name, attributes }) => events.publish('volume', action, name, attributes))
  const host = readHostFacts()
  // Before the engine: containers that it starts again may need their drivers.
  const plugins = await PluginManager.open({
    execRoot,
    dataRoot,
    store: pluginStore,
    images: imageStore,
    registries,
    ids,
    clock,
    log: log.child({ part: 'plugins' }),
    host,
    users: volumes,
    onEvent: ({ action, id, name }) => events.publish('plugin', action, id, { name }),
    cgroupMode: tools.cgroupMode,
    ...(config['cgroup-parent'] !== undefined && { cgroupParent: config['cgroup-parent'] }),
    runtime: must(tools.runtimes[0], 'the host was checked for a runtime'),
    conmonProgram: tools.conmon,
  })
  scope.use(plugins)
  opened.plugins = plugins
  const networks = await NetworkController.open({
    store: networkStore(db.bucket('networks')),
    netnsDir: join(execRoot, 'netns'),
    log: log.child({ part: 'network' }),
    clock,
    rng,
    ids,
    encryption: {
      keyFile: join(dataRoot, 'network', 'encryption-keys.json'),
      program: () => wireguardProgram(config),
      rotationMs: config['encryption-key-rotation'] / 1e6,
    },
    options: networkOptions(config),
  })
  scope.use(networks)
  const attached = new AttachedNetworks({ controller: networks, clock, log: log.child({ part: 'network' }) })

  const engine = await Engine.open({
    // Of its own: a pull of many layers does not hold up `docker cp`, nor the other way round.
    archives: scope.use(new FileThreads(clock)),
    db,
    clock,
    rng,
    ids,
    log: log.child({ part: 'engine' }),
    events,
    paths: new EnginePaths(execRoot, dataRoot),
    images,
    rootfs: snapshots,
    volumes,
    network: attached,
    host,
    settings: {
      init: config.init,
      logDriver: config['log-driver'],
      logOptions: logOptionsOf(config),
      hostGateways: config['host-gateway-ip'],
      dns: { servers: config.dns, search: config['dns-search'], options: config['dns-opt'] },
      ...(config['cgroup-parent'] !== undefined && { cgroupParent: config['cgroup-parent'] }),
    },
    cgroupMode: tools.cgroupMode,
    runtimes: tools.runtimes,
    conmonProgram: tools.conmon,
  })
  scope.use(engine)
  opened.engine = engine
  const builder = await Builder.open({
    engine,
    store: imageStore,
    files: fileThreads,
    proxies: proxySettings(config, process.env),
    ids,
    clock,
    db,
    folder: join(dataRoot, 'builds'),
    cacheFolder: join(dataRoot, 'build-cache'),
    stagesAtOnce: Math.max(2, availableParallelism()),
  })
  scope.use(builder)
  return { db, events, content, snapshots, images, registries, volumes, plugins, networks, attached, engine, builder }
}

function volumeUsers(engine: Engine | undefined): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>()
  for (const container of engine?.all() ?? []) {
    for (const mount of container.record.mounts) {
      if (mount.type !== 'volume' || mount.name === undefined) continue
      users.set(mount.name, [...(users.get(mount.name) ?? []), container.id])
    }
  }
  return users
}

function networkOptions(config: DaemonConfig): NetworkOptions {
  return {
    mtu: config.mtu,
    icc: config.icc,
    ipMasquerade: config['ip-masq'],
    ...(config.bip !== undefined && { bip: config.bip }),
    ...(config['fixed-cidr'] !== undefined && { fixedCidr: config['fixed-cidr'] }),
    ...(config['default-address-pool'].length > 0 && { defaultAddressPools: config['default-address-pool'].map(addressPool) }),
  }
}

/** wireguard-go, as it is installed now: it may come while the daemon runs. */
async function wireguardProgram(config: DaemonConfig): Promise<string | undefined> {
  const given = config['wireguard-path'] ?? ''
  if (given === '') return findProgram('wireguard-go', process.env)
  return (await isExecutable(given)) ? given : undefined
}

function addressPool(text: string): { base: string; size: number } {
  const match = /^base=([^,]+),size=(\d{1,3})$/.exec(text)
  if (!match) throw invalid(`invalid default address pool ${text}: base=CIDR,size=BITS expected`)
  return { base: match[1] as string, size: Number(match[2]) }
}
