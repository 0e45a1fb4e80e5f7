import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { ApiDeps } from '../../src/api/backends.js'
import type { BuildBackend, BuildRequest } from '../../src/api/build/backend.js'
import type { EventsBackend } from '../../src/api/events/backend.js'
import type { ImagesBackend, ProgressMessage } from '../../src/api/images/backend.js'
import type { NetworkCreateBody, NetworksBackend } from '../../src/api/networks/backend.js'
import { apiRoutes } from '../../src/api/routes.js'
import { ApiServer } from '../../src/api/server.js'
import type { SwarmBackend, SwarmInitOptions, SwarmJoinOptions } from '../../src/api/swarm/backend.js'
import { managerNeeded } from '../../src/api/swarm/sentences.js'
import type { SystemBackend } from '../../src/api/system/backend.js'
import type { VolumesBackend } from '../../src/api/volumes/backend.js'
import { rfc3339 } from '../../src/base/clock.js'
import { ErrorKind, StatusError, invalid, notFound } from '../../src/base/errors.js'
import { nullLogger } from '../../src/base/log.js'
import { Queue } from '../../src/base/queue.js'
import { systemClock } from '../../src/sys/system-clock.js'
import type { AuthConfig, ImageInspect } from '../../src/model/engine-api/image.js'
import type { EndpointSettings, Network } from '../../src/model/engine-api/network.js'
import type { EventMessage } from '../../src/model/engine-api/system.js'
import type { Volume } from '../../src/model/engine-api/volume.js'
import type { NetworkRows } from '../../src/model/network-table.js'
import type { ServiceTrace, TraceRequest } from '../../src/model/service-trace.js'
import type { BuildMessage } from '../../src/model/engine-api/build.js'
import { FakeContainers, FakeExec } from './fake-containers.js'
import { FakeControl } from './fake-control.js'
import { FakePlugins } from './fake-plugins.js'

const created = rfc3339(1_700_000_000_000)

/** Counts what it gets; a target `broken` fails after a line, `refused` before one. */
export class FakeBuild implements BuildBackend {
  readonly builds: { bytes: number; options: BuildRequest }[] = []
  async build(context: Readable, options: BuildRequest, emit: (message: BuildMessage) => Promise<void>) {
    let bytes = 0
    for await (const piece of context as AsyncIterable<Buffer>) bytes += piece.length
    this.builds.push({ bytes, options })
    if (options.target === 'refused') throw invalid('dockerfile parse error line 1: unknown instruction: FOO')
    await emit({ stream: 'Step 1/1 : FROM scratch\n' })
    if (options.target === 'broken') throw invalid("The command '/bin/sh -c exit 3' returned a non-zero code: 3")
    return `sha256:${'3'.repeat(64)}`
  }
  readonly sessions = new Map<string, Duplex>()
  session(id: string, connection: Duplex): Promise<void> {
    this.sessions.set(id, connection)
    return new Promise((resolve) => connection.once('close', resolve))
  }
  grpc(connection: Duplex): Promise<void> {
    return new Promise((resolve) => connection.once('close', resolve))
  }
  cached() {
    return Promise.resolve([{ ID: 'kept', Type: 'exec.cachemount' as const, Size: 7, Description: 'cached mount /x' }])
  }
  async prune({ matches }: Parameters<BuildBackend['prune']>[0]) {
    const ids = (await this.cached()).filter(matches).map(({ ID }) => ID)
    return { ids, freedBytes: 7 * ids.length }
  }
}

export class FakeImages implements ImagesBackend {
  readonly images = new Map<string, ImageInspect>()
  readonly imported: { bytes: number; options: object }[] = []
  loadedBytes = 0
  add(name: string): void {
    this.images.set(name, {
      Id: `sha256:${'1'.repeat(64)}`,
      RepoTags: [name],
      RepoDigests: [],
      Created: created,
      Config: { Cmd: ['sh'] },
      Architecture: 'amd64',
      Os: 'linux',
      Size: 1000,
      RootFS: { Type: 'layers', Layers: [`sha256:${'2'.repeat(64)}`] },
    })
  }
  async list() {
    return [...this.images.values()].map((image) => ({
      Id: image.Id ?? '',
      ParentId: '',
      RepoTags: image.RepoTags ?? [],
      RepoDigests: [],
      Created: 1_700_000_000,
      Size: 1000,
      SharedSize: -1,
      Labels: {},
      Containers: -1,
    }))
  }
  async inspect(ref: string) {
    const found = this.images.get(ref) ?? [...this.images.values()].find((image) => image.Id === ref)
    if (!found) throw notFound(`No such image: ${ref}`)
    return found
  }
  async history(ref: string) {
    await this.inspect(ref)
    return [{ Id: `sha256:${'1'.repeat(64)}`, Created: 1, CreatedBy: 'sh', Tags: [ref], Size: 1000, Comment: '' }]
  }
  async tag(ref: string, repo: string, tag: string) {
    this.images.set(`${repo}:${tag === '' ? 'latest' : tag}`, await this.inspect(ref))
  }
  async remove(ref: string) {
    await this.inspect(ref)
    this.images.delete(ref)
    return [{ Untagged: ref }]
  }
  async prune() {
    return { ImagesDeleted: [], SpaceReclaimed: 0 }
  }
  async load(archive: Readable, _options: object, progress: (message: ProgressMessage) => void) {
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      if (chunk.includes('damaged')) throw invalid('invalid image archive: damaged')
      this.loadedBytes += chunk.length
    }
    progress({ stream: 'Loaded image: app:v1\n' })
  }
  async import(rootfs: Readable, options: object) {
    let bytes = 0
    for await (const chunk of rootfs as AsyncIterable<Buffer>) bytes += chunk.length
    this.imported.push({ bytes, options })
    return `sha256:${'3'.repeat(64)}`
  }
  readonly pulls: { name: string; options: { tag?: string; platform?: string; auth: AuthConfig } }[] = []
  readonly pushes: { name: string; options: { tag?: string; auth: AuthConfig } }[] = []
  async pull(name: string, options: { tag?: string; platform?: string; auth: AuthConfig }, progress: (message: ProgressMessage) => void) {
    if (name.endsWith('/gone')) throw notFound(`pull access denied for ${name}, repository does not exist or may require 'docker login'`)
    this.pulls.push({ name, options })
    const full = options.tag === undefined ? name : `${name}:${options.tag}`
    progress({ status: `Pulling from ${name}`, id: options.tag ?? '' })
    this.add(full)
    progress({ status: `Status: Downloaded newer image for ${full}` })
  }
  async push(name: string, options: { tag?: string; auth: AuthConfig }, progress: (message: ProgressMessage) => void) {
    if (!this.images.has(`${name}:${options.tag ?? 'latest'}`)) throw notFound(`An image does not exist locally with the tag: ${name}`)
    this.pushes.push({ name, options })
    progress({ status: `The push refers to repository [${name}]` })
  }
  async distribution(name: string) {
    await this.inspect(name)
    const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${'4'.repeat(64)}`, size: 528 }
    return { Descriptor: descriptor, Platforms: [{ architecture: 'amd64', os: 'linux' }] }
  }
  async search(term: string, { limit }: { limit: number }) {
    const found = [...this.images.keys()].filter((name) => name.includes(term)).slice(0, limit)
    return found.map((name) => ({ name, description: '', is_official: false, is_automated: false, star_count: 0 }))
  }
  async save(refs: string[]) {
    for (const ref of refs) await this.inspect(ref)
    return (async function* () {
      yield Buffer.from(refs.join(','))
    })()
  }
}

export class FakeNetworks implements NetworksBackend {
  readonly networks = new Map<string, Network>()
  readonly connected: { network: string; container: string; endpoint: EndpointSettings }[] = []
  constructor() {
    this.add('bridge')
  }
  add(name: string, over: Partial<Network> = {}): Network {
    const network: Network = {
      Name: name,
      Id: name.padEnd(64, '0'),
      Created: created,
      Scope: 'local',
      Driver: 'bridge',
      EnableIPv4: true,
      EnableIPv6: false,
      IPAM: { Driver: 'default', Options: {}, Config: [] },
      Internal: false,
      Attachable: false,
      Ingress: false,
      ConfigFrom: { Network: '' },
      ConfigOnly: false,
      Containers: {},
      Options: {},
      Labels: {},
      ...over,
    }
    this.networks.set(network.Id ?? '', network)
    return network
  }
  /** What verbose answers are made of. */
  readonly tables = new Map<string, NetworkRows>()
  readonly traced: { request: TraceRequest; node: string | undefined }[] = []
  async rows(networkId: string) {
    return this.tables.get(networkId)
  }
  readonly troubles = new Map<string, string[]>()
  problems(networkId: string) {
    return this.troubles.get(networkId) ?? []
  }
  async checkSubnets(subnets: readonly string[]) {
    if (subnets.includes('192.0.2.0/24')) throw new StatusError(ErrorKind.forbidden, 'invalid pool request: Pool overlaps with other one on this address space: 192.0.2.0/24')
  }
  async trace(request: TraceRequest, node: string | undefined): Promise<ServiceTrace> {
    this.traced.push({ request, node })
    return { Service: { ID: 'service', Name: request.service, EndpointMode: 'vip' }, From: { NodeID: '', Hostname: '', DataPathAddress: '' }, Networks: [], Ports: [], Problems: [] }
  }
  async list() {
    return [...this.networks.values()]
  }
  async inspect(ref: string) {
    const found = this.networks.get(ref)
    if (!found) throw notFound(`network ${ref} not found`)
    return found
  }
  async create(body: NetworkCreateBody) {
    return { Id: this.add(body.Name ?? '', { Labels: body.Labels ?? {} }).Id ?? '', Warning: '' }
  }
  async remove(ref: string) {
    if (!this.networks.delete(ref)) throw notFound(`network ${ref} not found`)
  }
  async connect(network: string, container: string, endpoint: EndpointSettings) {
    this.connected.push({ network, container, endpoint })
  }
  async disconnect() {}
  prunes = 0
  pruned() {
    this.prunes++
  }
}

export class FakeVolumes implements VolumesBackend {
  readonly volumes = new Map<string, Volume>()
  readonly usersOf = new Map<string, string[]>()
  async list() {
    return [...this.volumes.values()]
  }
  async inspect(name: string) {
    const found = this.volumes.get(name)
    if (!found) throw notFound(`get ${name}: no such volume`)
    return found
  }
  async create(options: { Name?: string; Driver?: string; DriverOpts?: Record<string, string>; Labels?: Record<string, string> }) {
    const name = options.Name === undefined || options.Name === '' ? 'f'.repeat(64) : options.Name
    const volume: Volume = {
      Name: name,
      Driver: options.Driver ?? 'local',
      Mountpoint: `/volumes/${name}/_data`,
      CreatedAt: created,
      Labels: options.Labels ?? {},
      Options: options.DriverOpts ?? {},
      Scope: 'local',
      UsageData: { Size: 10, RefCount: 0 },
    }
    this.volumes.set(name, volume)
    return volume
  }
  async remove(name: string, force: boolean) {
    if (!this.volumes.delete(name) && !force) throw notFound(`get ${name}: no such volume`)
  }
  async users() {
    return this.usersOf
  }
  readonly reclaimed: number[] = []
  pruned(bytes: number) {
    this.reclaimed.push(bytes)
  }
  isAnonymous(volume: Volume) {
    return volume.Name?.length === 64
  }
}

export class FakeSwarm implements SwarmBackend {
  state: 'inactive' | 'worker' | 'manager' = 'inactive'
  readonly inits: SwarmInitOptions[] = []
  readonly joins: SwarmJoinOptions[] = []
  readonly theControl = new FakeControl()
  async init(options: SwarmInitOptions) {
    if (this.state !== 'inactive') throw managerNeeded.alreadyInSwarm()
    this.inits.push(options)
    this.state = 'manager'
    return this.theControl.addNode('host1', { managerStatus: { raftId: 1, address: '10.0.0.1:2377', leader: true, reachability: 'reachable' } }).id
  }
  async join(options: SwarmJoinOptions) {
    this.joins.push(options)
    this.state = 'worker'
  }
  async leave() {
    this.state = 'inactive'
  }
  async unlock() {}
  async unlockKey() {
    return 'SWMKEY-1-fake'
  }
  async info() {
    const [first] = this.theControl.nodes.keys()
    return {
      NodeID: this.state === 'inactive' ? '' : (first ?? ''),
      NodeAddr: '',
      LocalNodeState: this.state === 'inactive' ? ('inactive' as const) : ('active' as const),
      ControlAvailable: this.state === 'manager',
      Error: '',
      RemoteManagers: null,
    }
  }
  control() {
    if (this.state === 'inactive') throw managerNeeded.notInSwarm()
    if (this.state === 'worker') throw managerNeeded.worker()
    return this.theControl
  }
}

export class FakeSystem implements SystemBackend {
  async info() {
    return {
      ID: 'fake',
      Name: 'host1',
      Containers: 0,
      Images: 0,
      Driver: 'overlay2',
      DriverStatus: [],
      OSType: 'linux',
      Architecture: 'x86_64',
      NCPU: 2,
      MemTotal: 2 ** 31,
      ServerVersion: '0.1.0',
      DefaultRuntime: 'crun',
      Runtimes: { crun: { path: 'crun' } },
      CgroupDriver: 'cgroupfs' as const,
      CgroupVersion: '1' as const,
      Plugins: { Volume: ['local'], Network: ['bridge', 'overlay'], Authorization: [], Log: ['json-file'] },
    }
  }
  async version() {
    return {
      Platform: { Name: 'skep' },
      Components: [{ Name: 'Engine', Version: '0.1.0', Details: {} }],
      Version: '0.1.0',
      GitCommit: 'abc',
      GoVersion: '',
      Os: 'linux',
      Arch: 'amd64',
      KernelVersion: '6.18',
      BuildTime: created,
    }
  }
  async metrics() {
    return { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'up 1\n' }
  }
  async layersBytes() {
    return 1000
  }
  async authenticate({ password }: AuthConfig) {
    if (password !== 'right') throw new StatusError(ErrorKind.unauthorized, 'incorrect username or password')
    return { status: 'Login Succeeded', identityToken: '' }
  }
}

export class FakeEvents implements EventsBackend {
  readonly remembered: EventMessage[] = []
  private readonly readers = new Set<Queue<EventMessage>>()
  get readerCount(): number {
    return this.readers.size
  }
  publish(event: EventMessage): void {
    for (const reader of this.readers) reader.push(event)
  }
  past(sinceMs: number) {
    return this.remembered.filter((event) => (event.timeNano ?? 0) / 1e6 >= sinceMs)
  }
  live(signal: AbortSignal) {
    const queue = new Queue<EventMessage>(1000)
    this.readers.add(queue)
    const end = () => {
      this.readers.delete(queue)
      queue.close()
    }
    signal.addEventListener('abort', end, { once: true })
    return queue
  }
}

export interface FakeDeps extends ApiDeps {
  containers: FakeContainers
  exec: FakeExec
  images: FakeImages
  build: FakeBuild
  networks: FakeNetworks
  volumes: FakeVolumes
  plugins: FakePlugins
  swarm: FakeSwarm
  system: FakeSystem
  events: FakeEvents
}

export function fakeDeps(): FakeDeps {
  const containers = new FakeContainers()
  return {
    containers,
    exec: new FakeExec(containers),
    images: new FakeImages(),
    build: new FakeBuild(),
    networks: new FakeNetworks(),
    volumes: new FakeVolumes(),
    plugins: new FakePlugins(),
    swarm: new FakeSwarm(),
    system: new FakeSystem(),
    events: new FakeEvents(),
    clock: systemClock,
    randomName: () => 'brave_euler',
  }
}

/** A served API over fakes, on a unix socket of its own; dispose of it to close and clean up. */
export class FakeDaemon implements AsyncDisposable {
  private constructor(
    readonly deps: FakeDeps,
    readonly socketPath: string,
    readonly server: ApiServer,
    private readonly folder: string,
  ) {}

  get host(): string {
    return `unix://${this.socketPath}`
  }

  static async start(deps: FakeDeps = fakeDeps()): Promise<FakeDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'skep-api-'))
    const socketPath = join(folder, 'api.sock')
    const server = new ApiServer({ routes: apiRoutes(deps), logger: nullLogger, clock: deps.clock, productVersion: '0.1.0' })
    await server.listen({ kind: 'unix', path: socketPath })
    return new FakeDaemon(deps, socketPath, server, folder)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
