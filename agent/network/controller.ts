import { dirname, join } from 'node:path'
import { conflict, internal, invalid, messageOf, StatusError } from '../../src/base/errors.js'
import type { Clock } from '../../src/base/clock.js'
import type { IdSource } from '../../src/base/id.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import { readSysctl, writeSysctl } from '../kernel/sysctl.js'
import { AddressBook } from './address-book.js'
import { ClusterTables } from './cluster/cluster-tables.js'
import { DnsService } from './dns/dns-service.js'
import type { ResolverSettings } from './dns/dns-service.js'
import type { OpenSandbox } from './driver.js'
import { LinkedContainers } from './bridge/linked-containers.js'
import { ContainerPorts, createPublisher } from './container-ports.js'
import { askedInterfaceName, checkConnect, checkInterfaceName, checkMac, interfaceSysctls, planEndpoint } from './endpoint-plan.js'
import { EndpointTable } from './endpoint-table.js'
import { memberOf, publicEndpoint } from './endpoint-view.js'
import type { Endpoint, Sandbox, StoredNetwork } from './endpoint.js'
import { HostKernel } from './host-kernel.js'
import { HostTable } from './lb/host-table.js'
import { TableGuard } from './lb/table-guard.js'
import { Networks, publicNetwork } from './networks.js'
import type { DataPath } from './overlay/data-path.js'
import { gatewayNetworkName } from './predefined.js'
import { forwardsOf } from './publisher.js'
import { SandboxWatchers, type SandboxWatcher } from './sandbox-watchers.js'
import { Sandboxes, setDefaultRoutes } from './sandbox.js'
import type { NetworkStore } from './store.js'
import type {
  EndpointInfo, EndpointSettings, Network, NetworkDetails, NetworkMember, NetworkOptions, NetworkSpec, PortBinding, PublishedPort, SandboxInfo, SandboxMode,
} from './types.js'
import { createEncryption } from './wireguard/create-encryption.js'
import type { EncryptionOptions } from './wireguard/create-encryption.js'
import type { Encryption } from './wireguard/encryption.js'

export interface NetworkControllerOptions {
  store: NetworkStore
  /** The folder of the containers' namespaces, in a place that is empty after a reboot: `<exec-root>/netns`. */
  netnsDir: string
  log: Logger
  clock: Clock
  rng: Rng
  ids: IdSource
  /** The folder of the overlay networks' namespaces; `overlay` beside the containers' when left out. */
  overlayDir?: string
  /** How packets of encrypted networks are carried; when left out, only by the kernel itself, with keys that a reboot ends. */
  encryption?: EncryptionOptions
  /** A namespace file to use as the host's; the daemon's own namespace when left out. */
  hostNetns?: string
  options?: NetworkOptions
}

/**
 * The networks of this host and the containers on them. State is decided and the kernel is changed
 * synchronously, so operations never interleave; only the store is waited for, at the end.
 */
export class NetworkController implements Disposable {
  readonly kernel: HostKernel
  readonly networks: Networks
  /** Keeps tables of this host whole. */
  readonly guard: TableGuard
  /** What the managers said of the cluster's networks; empty outside of a swarm. */
  readonly tables = new ClusterTables()
  readonly encryption: Encryption
  private readonly dns: DnsService
  private readonly table: HostTable
  private readonly watchers: SandboxWatchers
  private readonly addresses: AddressBook
  private readonly endpoints: EndpointTable
  private readonly sandboxes: Sandboxes
  private readonly ports: ContainerPorts
  private readonly linked: LinkedContainers
  private readonly options: NetworkOptions

  private constructor(private readonly given: NetworkControllerOptions) {
    this.options = given.options ?? {}
    this.kernel = new HostKernel(given.hostNetns)
    // Answers of a bridge's containers are translated on the bridge then, and the kernel takes none to ::1 from a device.
    const servesLoopback6 = (): boolean => this.kernel.run(() => readSysctl('net/bridge/bridge-nf-call-ip6tables')) === '1'
    this.table = new HostTable(this.kernel.nft, this.options.tableName ?? 'skep', given.log, () => ({ leaveLoopback6: servesLoopback6() }))
    this.guard = new TableGuard({ kernel: this.kernel, table: this.options.tableName ?? 'skep', clock: given.clock, log: given.log })
    this.guard.add(this.options.tableName ?? 'skep', () => this.table.restore())
    this.addresses = new AddressBook(given.clock)
    this.endpoints = new EndpointTable(given.store)
    this.sandboxes = new Sandboxes(given.netnsDir)
    this.watchers = new SandboxWatchers(this.endpoints, this.sandboxes)
    const publisher = createPublisher({ ...given, kernel: this.kernel, table: this.table, servesLoopback6 })
    this.encryption = createEncryption({ ...given, kernel: this.kernel }, given.encryption)
    this.networks = new Networks({ ...given, encryption: this.encryption, options: this.options, kernel: this.kernel, table: this.table, addresses: this.addresses, endpoints: this.endpoints, overlayDir: given.overlayDir ?? join(dirname(given.netnsDir), 'overlay') })
    this.ports = new ContainerPorts({ publisher, endpoints: this.endpoints, networks: this.networks, ...(this.options.defaultHostIp !== undefined && { defaultHostIp: this.options.defaultHostIp }) })
    this.linked = new LinkedContainers({ kernel: this.kernel, table: this.table, endpoints: this.endpoints, driver: this.networks.bridgeDriver })
    const { clock, rng, log } = given
    this.dns = new DnsService({
      tables: this.tables,
      network: (id) => this.networks.get(id),
      endpointsOf: (id) => this.endpoints.ofNetwork(id),
      onHost: (act) => this.kernel.run(act),
      clock, rng, log,
    })
    this.watchers.add(this.dns)
    this.networks.overlayDriver.setDataPath(given.store.get(dataPathKey) as DataPath | undefined)
  }

  /**
   * Reads what is stored, makes the predefined networks and brings the devices and the host's table to
   * that state. Call `recover` before anything else.
   */
  static async open(given: NetworkControllerOptions): Promise<NetworkController> {
    const controller = new NetworkController(given)
    try {
      await controller.start()
      return controller
    } catch (thrown) {
      controller[Symbol.dispose]()
      throw thrown
    }
  }

  /**
   * After a start: takes over the containers that still live, makes again what they miss, and removes
   * everything of all others: endpoints, addresses, ports, namespaces, interfaces.
   */
  async recover(liveContainers: ReadonlySet<string>): Promise<void> {
    const work: Promise<unknown>[] = []
    // Encryption is taken over first: nothing may look as if it were not there.
    const used = new Set(this.endpoints.all().filter(({ containerId }) => liveContainers.has(containerId)).map(({ networkId }) => networkId))
    for (const network of this.networks.all()) if (used.has(network.id)) await this.networks.attempt(network, () => this.networks.driverOf(network).prepare?.(network))
    for (const sandbox of this.endpoints.allSandboxes()) {
      if (liveContainers.has(sandbox.containerId)) this.adopt(sandbox)
      else work.push(this.removeSandbox(sandbox.containerId))
    }
    for (const endpoint of this.endpoints.all()) {
      if (!this.endpoints.sandbox(endpoint.containerId)) work.push(this.forget(endpoint))
    }
    for (const containerId of this.sandboxes.list()) if (!this.endpoints.sandbox(containerId)) this.sandboxes.remove(containerId)
    work.push(this.networks.bridgeDriver.removeLeftovers(this.networks.bridges(), new Set(this.endpoints.all().map((endpoint) => endpoint.hostLink))))
    this.networks.overlayDriver.removeLeftovers(new Set(this.networks.all().filter(({ ingress }) => ingress).map(({ id }) => id)))
    await Promise.all(work)
    await this.networks.overlayDriver.removeEncryptionLeftovers(this.networks.all().filter(({ ingress }) => ingress))
    await this.networks.followOptions()
  }

  /**
   * Serves names to the container at 127.0.0.11: those of its networks, and others by way of the upstream
   * servers. Resolves when it can ask; kept until its sandbox is removed.
   */
  async serveNames(containerId: string, resolver: ResolverSettings): Promise<void> {
    const sandbox = this.sandboxOf(containerId)
    sandbox.resolver = resolver
    this.watchers.changed(containerId)
    await Promise.all([this.endpoints.saveSandbox(sandbox), this.watchers.ready(containerId)])
  }

  /** Follows the containers from now on; those that are here are told at once. */
  watch(watcher: SandboxWatcher): void {
    this.watchers.follow(watcher)
  }

  /** Where this node takes packets of overlay networks: known from when it joined a swarm, kept over restarts. */
  async setDataPath(dataPath: DataPath | undefined): Promise<void> {
    this.networks.overlayDriver.setDataPath(dataPath)
    if (dataPath) await this.given.store.put(dataPathKey, dataPath)
    else await this.given.store.delete(dataPathKey)
  }

  /** The host's randomness. */
  get rng(): Rng {
    return this.given.rng
  }

  get dataPath(): DataPath | undefined {
    return this.given.store.get(dataPathKey) as DataPath | undefined
  }

  /** Makes a network. Throws `conflict` when the name is taken, `invalid`, `forbidden`, `notFound` (driver), `exhausted`. */
  createNetwork(spec: NetworkSpec): Promise<Network> {
    return this.networks.create(spec)
  }

  /** Removes a network. Throws `notFound`, `forbidden` for predefined ones and while containers are on it. */
  removeNetwork(ref: string): Promise<void> {
    return this.networks.remove(ref)
  }

  list(): Network[] {
    return this.networks.all().map(publicNetwork)
  }

  /** The name of a network that a container can be put on. Throws as `inspect` does. */
  async nameOf(ref: string): Promise<string> {
    return this.networks.resolve(ref).name
  }

  /** By id, name or start of the id. Throws `notFound`, `invalid` when ambiguous. */
  inspect(ref: string): NetworkDetails {
    const network = this.networks.resolve(ref)
    const members = this.endpoints.ofNetwork(network.id).map((endpoint) => [endpoint.containerId, memberOf(endpoint)])
    return { ...publicNetwork(network), containers: Object.fromEntries(members) as Record<string, NetworkMember> }
  }

  /**
   * Prepares the container's namespace, fresh also when one is left over. Throws `conflict` when the
   * container whose namespace is to be shared has none.
   */
  async createSandbox(containerId: string, mode: SandboxMode = { kind: 'own' }): Promise<SandboxInfo> {
    const removed = this.removeSandbox(containerId)
    if (mode.kind === 'container' && !this.endpoints.sandbox(mode.containerId)) {
      await removed
      throw conflict(`cannot join network of a non running container: ${mode.containerId}`)
    }
    const sandbox: Sandbox = { containerId, mode, published: [] }
    // The record goes first: after a crash in the middle it tells what to clean up.
    const saved = this.endpoints.saveSandbox(sandbox)
    try {
      if (mode.kind === 'own' || mode.kind === 'none') this.sandboxes.create(containerId)
    } catch (thrown) {
      await saved
      await this.endpoints.deleteSandbox(containerId)
      throw internal(`cannot make a network namespace for container ${containerId}: ${messageOf(thrown)}`, thrown)
    }
    await Promise.all([removed, saved])
    return { containerId, mode, path: this.pathOf(sandbox) }
  }

  /** The sandbox of a container that runs; undefined when there is none. */
  sandbox(containerId: string): SandboxInfo | undefined {
    const sandbox = this.endpoints.sandbox(containerId)
    return sandbox && { containerId, mode: sandbox.mode, path: this.pathOf(sandbox) }
  }

  /** Attaches the container, whose sandbox exists, to a network. Nothing is left behind when it fails. */
  async connect(containerId: string, networkRef: string, settings: EndpointSettings): Promise<EndpointInfo> {
    const network = this.networks.resolve(networkRef)
    const driver = this.networks.driverOf(network)
    if (driver.prepare) await driver.prepare(network)
    const sandbox = this.sandboxOf(containerId)
    checkConnect(sandbox, network, settings, this.endpoints.ofNetwork(network.id))
    const endpoint = this.newEndpoint(network, containerId, settings)
    const saved = this.endpoints.add(endpoint)
    let moved: boolean
    try {
      this.join(network, endpoint)
      this.setSysctls(endpoint)
      this.linked.follow(network)
      moved = this.ports.move(sandbox)
    } catch (thrown) {
      await saved
      await this.forget(endpoint)
      if (thrown instanceof StatusError) throw thrown
      throw internal(`cannot connect container ${settings.containerName} to network ${network.name}: ${messageOf(thrown)}`, thrown)
    }
    await saved
    if (moved) await this.endpoints.saveSandbox(sandbox)
    try {
      this.watchers.changed(containerId)
      await Promise.all([this.networks.driverOf(network).joined?.(network), this.watchers.ready(containerId)])
    } catch (thrown) {
      await this.forget(endpoint)
      throw internal(`cannot connect container ${settings.containerName} to network ${network.name}: ${messageOf(thrown)}`, thrown)
    }
    if (network.driver === 'overlay' && !network.internal) await this.connectGateway(containerId, settings.containerName)
    return publicEndpoint(endpoint)
  }

  /** Detaches the container from a network. Throws `forbidden` when it is not on it. */
  async disconnect(containerId: string, networkRef: string): Promise<void> {
    const network = this.networks.resolve(networkRef)
    const endpoint = this.endpoints.ofNetwork(network.id).find((one) => one.containerId === containerId)
    if (!endpoint) throw new StatusError('forbidden', `container ${containerId} is not connected to network ${network.name}`)
    const forgotten = this.forget(endpoint)
    const sandbox = this.endpoints.sandbox(containerId)
    if (sandbox) {
      this.ports.move(sandbox, endpoint)
      const left = this.endpoints.ofContainer(containerId)
      if (left.length > 0 && this.sandboxes.exists(containerId)) this.sandboxes.with(containerId, ({ links }) => setDefaultRoutes(links, left))
      await this.endpoints.saveSandbox(sandbox)
    }
    await forgotten
    this.watchers.changed(containerId)
    const rest = this.endpoints.ofContainer(containerId)
    if (rest.every((one) => one.networkName === gatewayNetworkName) && rest[0]) await this.disconnect(containerId, rest[0].networkId)
  }

  /** The container goes by another name on its networks from now on; on those of the swarm, names follow what the managers tell. */
  async rename(containerId: string, containerName: string): Promise<void> {
    const renamed = this.endpoints.ofContainer(containerId).map((endpoint) => this.endpoints.replace({ ...endpoint, containerName }))
    if (this.endpoints.sandbox(containerId)) this.watchers.changed(containerId)
    const followed = this.endpoints.ofContainer(containerId).map(({ networkId }) => this.followLinks(networkId))
    await Promise.all([...renamed, ...followed])
  }

  /** The container is linked to these others on a network from now on, and to no more. One that is not on it is left alone. */
  async setLinks(containerId: string, networkRef: string, linkedTo: readonly string[]): Promise<void> {
    const network = this.networks.resolve(networkRef)
    const endpoint = this.endpoints.ofNetwork(network.id).find((one) => one.containerId === containerId)
    if (!endpoint || !this.linked.isApart(network)) return
    const replaced = this.endpoints.replace({ ...endpoint, linkedTo: [...linkedTo] })
    await Promise.all([replaced, this.followLinks(network.id)])
  }

  /** The endpoints of a container, in the order of attachment. */
  endpointsOf(containerId: string): EndpointInfo[] {
    return this.endpoints.ofContainer(containerId).filter((one) => one.networkName !== gatewayNetworkName).map(publicEndpoint)
  }

  /**
   * Publishes ports at the endpoint that gives the container's default route, all or none. Containers
   * without such an endpoint (`host`, `none`, internal networks) publish nothing. Throws `internal` with
   * Docker's sentence when a port is taken.
   */
  async publish(containerId: string, bindings: readonly PortBinding[]): Promise<PublishedPort[]> {
    const sandbox = this.sandboxOf(containerId)
    const published = this.ports.publish(sandbox, bindings)
    if (published.length > 0) await this.endpoints.saveSandbox(sandbox)
    return published
  }

  /** The ports that are published now. */
  published(containerId: string): PublishedPort[] {
    return this.ports.published(containerId)
  }

  /** Removes the container's ports, endpoints and namespace; nothing to remove is fine. */
  async removeSandbox(containerId: string): Promise<void> {
    const sandbox = this.endpoints.sandbox(containerId)
    if (!sandbox) return
    const endpoints = this.endpoints.ofContainer(containerId)
    this.watchers.removed(containerId)
    this.ports.withdraw(sandbox, endpoints)
    // The interfaces go with the namespace, in the kernel's own time: deleting them would be waited for.
    this.sandboxes.remove(containerId)
    for (const endpoint of endpoints) {
      this.addresses.release(endpoint)
      const network = this.networks.get(endpoint.networkId)
      if (network) void this.networks.attempt(network, () => this.networks.driverOf(network).forgot?.(network, endpoint))
    }
    const deleted = [...endpoints.map((endpoint) => this.endpoints.delete(endpoint)), this.endpoints.deleteSandbox(containerId)]
    await Promise.all([...deleted, ...endpoints.map(({ networkId }) => this.followLinks(networkId))])
    this.networks.changed()
  }

  /** Lets go of sockets. Networks, containers and rules stay as they are. */
  [Symbol.dispose](): void {
    this.dns[Symbol.dispose]()
    this.guard[Symbol.dispose]()
    this.ports.close()
    this.networks.overlayDriver.close()
    this.encryption[Symbol.dispose]()
    this.kernel[Symbol.dispose]()
  }

  /** Takes the daemon's bridges and table out of the kernel, for uninstalling; containers must be gone. */
  async tearDown(): Promise<void> {
    this.guard.remove()
    await this.networks.tearDown()
    this.table.remove()
  }

  private async start(): Promise<void> {
    const forwards = this.endpoints.allSandboxes().flatMap((sandbox) =>
      this.endpoints.ofContainer(sandbox.containerId).flatMap((endpoint) => forwardsOf(endpoint, sandbox.published)),
    )
    await this.networks.start(forwards, this.linked.openings(this.networks.all()))
    for (const { id } of this.networks.all()) await this.followLinks(id)
    this.guard.start()
    for (const endpoint of this.endpoints.all()) {
      try {
        this.addresses.adopt(endpoint)
      } catch (err) {
        this.given.log.error('an address is stored twice', { endpoint: endpoint.endpointId, err })
      }
    }
  }

  private newEndpoint(network: StoredNetwork, containerId: string, settings: EndpointSettings): Endpoint {
    const endpointId = this.given.ids.hexId()
    const driver = this.networks.driverOf(network)
    const devices = driver.deviceNames(network, endpointId)
    const takenNames = this.endpoints.ofContainer(containerId).map((one) => one.interfaceName)
    // Also those that it made itself.
    const made = askedInterfaceName(settings) === undefined || !this.sandboxes.exists(containerId) ? [] : this.sandboxes.with(containerId, ({ links }) => links.list().map(({ name }) => name))
    checkInterfaceName(network, settings, [...takenNames, ...made])
    const hasMacs = driver.hasMacs ?? true
    checkMac(network, settings, hasMacs)
    return planEndpoint({ endpointId, containerId, network, settings, apart: this.linked.isApart(network), addresses: this.addresses.allocate(network, settings), devices, hasMacs, routedByDevice: driver.routesByDevice?.(network) ?? false, takenNames })
  }

  private join(network: StoredNetwork, endpoint: Endpoint): void {
    const driver = this.networks.driverOf(network)
    if (!driver.hasAddresses) return
    this.sandboxes.with(endpoint.containerId, (sandbox) => {
      driver.join(network, endpoint, sandbox)
      setDefaultRoutes(sandbox.links, this.endpoints.ofContainer(endpoint.containerId))
    })
  }

  private setSysctls(endpoint: Endpoint): void {
    const sysctls = interfaceSysctls(endpoint, endpoint.interfaceName)
    if (sysctls.length === 0 || endpoint.interfaceName === '') return
    this.sandboxes.with(endpoint.containerId, ({ netns }) => netns.run(() => {
      for (const { path, value } of sysctls) {
        try {
          writeSysctl(path, value)
        } catch (thrown) {
          throw invalid(`cannot set ${path.replaceAll('/', '.')} to "${value}": ${messageOf(thrown)}`, thrown)
        }
      }
    }))
  }

  private adopt(sandbox: Sandbox): void {
    const { containerId, mode } = sandbox
    try {
      this.ports.adopt(sandbox)
      if (mode.kind !== 'own') return
      if (!this.sandboxes.exists(containerId)) throw conflict(`the network namespace ${this.sandboxes.path(containerId)} is gone`)
      for (const endpoint of this.endpoints.ofContainer(containerId)) {
        const network = this.networks.get(endpoint.networkId)
        if (network) this.join(network, endpoint)
      }
      this.watchers.tell(this.dns, containerId)
    } catch (err) {
      this.given.log.error('the network of a running container could not be restored; restart the container', { container: containerId, err })
    }
  }

  /** Gives a container of an overlay network its way out, unless it has one. */
  private async connectGateway(containerId: string, containerName: string): Promise<void> {
    if (this.ports.endpointOf(containerId)) return
    const { id } = await this.networks.gateway()
    if (!this.endpoints.sandbox(containerId)) throw conflict(`container ${containerId} has no network namespace: it is not running`)
    await this.connect(containerId, id, { containerName })
  }

  private async forget(endpoint: Endpoint): Promise<void> {
    const network = this.networks.get(endpoint.networkId)
    this.addresses.release(endpoint)
    const deleted = Promise.all([this.endpoints.delete(endpoint), this.followLinks(endpoint.networkId)])
    if (network) await this.networks.attempt(network, () => this.networks.driverOf(network).leave(network, endpoint, (act) => this.inSandbox(endpoint.containerId, act)))
    await deleted
    this.networks.changed()
  }

  /** What links open on a network is brought to its endpoints; a failure is logged. */
  private async followLinks(networkId: string): Promise<void> {
    const network = this.networks.get(networkId)
    if (network) await this.networks.attempt(network, () => this.linked.follow(network))
  }

  private inSandbox(containerId: string, act: (sandbox: OpenSandbox) => void): void {
    if (this.sandboxes.exists(containerId)) this.sandboxes.with(containerId, act)
  }

  private sandboxOf(containerId: string): Sandbox {
    const sandbox = this.endpoints.sandbox(containerId)
    if (!sandbox) throw conflict(`container ${containerId} has no network namespace: it is not running`)
    return sandbox
  }

  private pathOf(sandbox: Sandbox): string | undefined {
    const { mode, containerId } = sandbox
    if (mode.kind === 'host') return this.given.hostNetns
    if (mode.kind !== 'container') return this.sandboxes.path(containerId)
    const other = this.endpoints.sandbox(mode.containerId)
    return other && this.pathOf(other)
  }
}

const dataPathKey = 'cluster/data-path'
