import { conflict, invalid, messageOf, notFound, internal, StatusError } from '../../src/base/errors.js'
import type { Clock } from '../../src/base/clock.js'
import { deepEqual } from '../../src/model/equality.js'
import type { IdSource } from '../../src/base/id.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import { unlessAborted } from '../../src/base/unless-aborted.js'
import { prefixesOf } from './address-book.js'
import type { AddressBook } from './address-book.js'
import { BridgeDriver, tableNetwork } from './bridge/bridge-driver.js'
import { DevicelessDriver } from './deviceless-driver.js'
import type { NetworkDriver } from './driver.js'
import type { EndpointTable } from './endpoint-table.js'
import type { StoredNetwork } from './endpoint.js'
import { IpvlanDriver } from './ipvlan/ipvlan-driver.js'
import { MacvlanDriver } from './macvlan/macvlan-driver.js'
import type { HostKernel } from './host-kernel.js'
import { hostSubnets } from './host-subnets.js'
import { defaultAddressPools, planSubnets } from './ipam.js'
import type { HostTable } from './lb/host-table.js'
import { ingressDevice } from './lb/ingress-ruleset.js'
import type { LinkOpening, PortForward } from './lb/host-ruleset.js'
import { NetworkTable } from './network-table.js'
import { OverlayDriver } from './overlay/overlay-driver.js'
import type { ParentDriver } from './parent/parent-driver.js'
import { defaultBridgeSpec, gatewayNetworkName, gatewayNetworkSpec, predefinedNames } from './predefined.js'
import type { NetworkStore } from './store.js'
import { overlaps, parseSubnet, prefixText } from './subnet.js'
import type { Prefix } from './subnet.js'
import type { Encryption } from './wireguard/encryption.js'
import type { Network, NetworkOptions, NetworkSpec } from './types.js'

/** What the networks of a host are built on. */
export interface NetworksGiven {
  kernel: HostKernel
  table: HostTable
  addresses: AddressBook
  endpoints: EndpointTable
  store: NetworkStore
  log: Logger
  clock: Clock
  rng: Rng
  ids: IdSource
  options: NetworkOptions
  /** The folder of the overlay networks' namespaces. */
  overlayDir: string
  encryption: Encryption
}

/** The life of networks: made, kept over restarts, removed. */
export class Networks {
  readonly bridgeDriver: BridgeDriver
  readonly overlayDriver: OverlayDriver
  /** Those whose containers are on a device of the host. */
  private readonly parentDrivers: ReadonlyMap<string, ParentDriver>
  private readonly table: NetworkTable
  /** Networks whose devices are going: their names and bridges are not free yet. */
  private readonly leaving = new Set<string>()
  private readonly drivers: ReadonlyMap<string, NetworkDriver>
  /** Told when a network is gone, or a container off one. */
  private readonly awaiting = new Set<() => void>()

  constructor(private readonly given: NetworksGiven) {
    this.table = new NetworkTable(given.store)
    this.bridgeDriver = new BridgeDriver(given.kernel, given.table, given.options.mtu ?? 1500)
    this.overlayDriver = new OverlayDriver(given.kernel, given.overlayDir, given.encryption, given.log)
    const onParents = [new MacvlanDriver(given.kernel), new IpvlanDriver(given.kernel)]
    this.parentDrivers = new Map(onParents.map((driver) => [driver.name, driver]))
    const drivers: NetworkDriver[] = [this.bridgeDriver, this.overlayDriver, ...onParents, new DevicelessDriver('host'), new DevicelessDriver('null')]
    this.drivers = new Map(drivers.map((driver) => [driver.name, driver]))
  }

  all(): StoredNetwork[] {
    return this.table.all().filter((network) => !this.leaving.has(network.id))
  }
  get(id: string): StoredNetwork | undefined {
    return this.table.get(id)
  }
  /** By id, name or start of the id. Throws `notFound`, also while it is being removed, `invalid` when ambiguous. */
  resolve(ref: string): StoredNetwork {
    const network = this.table.resolve(ref)
    if (this.leaving.has(network.id)) throw notFound(`network ${ref} not found`)
    return network
  }
  bridges(): StoredNetwork[] {
    return this.all().filter((network) => network.driver === this.bridgeDriver.name)
  }
  driverOf(network: StoredNetwork): NetworkDriver {
    return this.driver(network.driver)
  }

  /** Brings the kernel to what is stored, with these published ports and links, and makes the predefined networks. */
  async start(forwards: readonly PortForward[], openings: readonly LinkOpening[]): Promise<void> {
    for (const network of this.all()) this.given.addresses.addNetwork(network)
    this.given.table.load({ networks: this.bridges().map((network) => tableNetwork(network, this.bridgeDriver.options(network))), forwards, openings })
    for (const network of this.all()) await this.attempt(network, () => this.driverOf(network).createNetwork(network))
    if (!this.table.byName('host')) await this.add({ name: 'host', driver: 'host' })
    if (!this.table.byName('none')) await this.add({ name: 'none', driver: 'null' })
    if (!this.table.byName('bridge')) await this.followOptions()
  }

  /**
   * Brings the default network to the daemon's options, once no container is on it: at start, after
   * the endpoints of containers that are gone were removed.
   */
  async followOptions(): Promise<void> {
    const wanted = this.given.options.bridge === 'none' ? undefined : defaultBridgeSpec(this.given.options)
    const existing = this.table.byName('bridge')
    if (existing && wanted && matches(existing, wanted)) return
    if (existing && this.given.endpoints.ofNetwork(existing.id).length > 0) {
      this.given.log.warn('the default network keeps its old options until a start with no container on it', { network: existing.name })
      return
    }
    if (existing) await this.drop(existing)
    if (wanted) await this.add(wanted)
  }

  async create(spec: NetworkSpec): Promise<Network> {
    if (predefinedNames.includes(spec.name)) {
      throw new StatusError('forbidden', `operation is not permitted on predefined ${spec.name} network`)
    }
    if (spec.name.trim() === '' || spec.name.includes('/')) throw invalid(`invalid network name: "${spec.name}"`)
    this.driver(spec.driver || 'bridge').validate(spec)
    return this.add(spec)
  }

  /**
   * Resolves when no removed network of the cluster has the name here any more: it has until its last container is
   * gone. Rejects with the signal's reason.
   */
  async nameLeft({ id, name }: Pick<StoredNetwork, 'id' | 'name'>, signal: AbortSignal): Promise<void> {
    const before = (): StoredNetwork | undefined => this.table.all().find((one) => one.name === name && one.id !== id && one.driver === this.overlayDriver.name)
    for (let other = before(); other; other = before()) {
      let wake = (): void => undefined
      const changed = new Promise<void>((resolve) => (wake = resolve))
      this.awaiting.add(wake)
      try {
        // What somebody else takes away already is waited for.
        if (!this.leaving.has(other.id)) await this.forgetCluster(other.id)
        if (this.table.get(other.id)) await unlessAborted(changed, signal)
      } finally {
        this.awaiting.delete(wake)
      }
    }
  }

  /** Makes a network of the cluster known here, as the managers describe it; nothing is made in the kernel yet. */
  async ensureCluster(network: StoredNetwork): Promise<void> {
    const present = this.table.get(network.id)
    const named = this.table.byName(network.name)
    if (named && named.id !== network.id) throw conflict(`network ${network.name} of the swarm cannot be used here: this host has a network of that name; rename or remove it`)
    if (present && deepEqual(present, network)) return
    if (present) this.given.addresses.removeNetwork(network.id)
    this.given.addresses.addNetwork(network)
    for (const endpoint of this.given.endpoints.ofNetwork(network.id)) this.given.addresses.adopt(endpoint)
    await this.table.put(network)
  }

  /** The network that gives containers of overlay networks their way out; made when it is first needed. */
  async gateway(): Promise<StoredNetwork> {
    const present = this.table.byName(gatewayNetworkName)
    if (present && !this.leaving.has(present.id)) return present
    await this.add(gatewayNetworkSpec)
    return this.resolve(gatewayNetworkName)
  }

  /** Forgets a network of the cluster that nobody here is on; others stay. */
  async forgetCluster(id: string): Promise<void> {
    const network = this.table.get(id)
    if (!network || network.driver !== this.overlayDriver.name || this.given.endpoints.ofNetwork(id).length > 0) return
    await this.drop(network)
  }

  async remove(ref: string): Promise<void> {
    const network = this.resolve(ref)
    if (predefinedNames.includes(network.name)) {
      throw new StatusError('forbidden', `${network.name} is a pre-defined network and cannot be removed`)
    }
    const active = this.given.endpoints.ofNetwork(network.id)
    if (active.length > 0) {
      const names = active.map((endpoint) => `name:"${endpoint.containerName}" id:"${endpoint.endpointId.slice(0, 12)}"`).join(', ')
      throw new StatusError('forbidden', `error while removing network: network ${network.name} has active endpoints (${names}); disconnect them first`)
    }
    await this.drop(network)
  }

  /** A network or an endpoint is gone: who waits for a name looks again. */
  changed(): void {
    for (const wake of this.awaiting) wake()
  }

  /** Takes the devices of all networks out of the kernel. */
  async tearDown(): Promise<void> {
    await Promise.all(this.all().map((network) => this.attempt(network, () => this.driverOf(network).removeNetwork(network))))
  }

  /** Does something for a network whose failure must not stop the rest; it is logged. */
  async attempt(network: StoredNetwork, act: () => void | Promise<void>): Promise<void> {
    try {
      await act()
    } catch (err) {
      this.given.log.error('a network could not be brought to its state', { network: network.name, err })
    }
  }

  private async drop(network: StoredNetwork): Promise<void> {
    this.leaving.add(network.id)
    try {
      await this.driverOf(network).removeNetwork(network)
      this.given.addresses.removeNetwork(network.id)
      await this.table.delete(network.id)
    } finally {
      this.leaving.delete(network.id)
      this.changed()
    }
  }

  private async add(spec: NetworkSpec): Promise<Network> {
    const driver = this.driver(spec.driver || 'bridge')
    if (this.table.byName(spec.name)) throw conflict(`network with name ${spec.name} already exists`)
    const network: StoredNetwork = {
      id: this.given.ids.hexId(),
      name: spec.name,
      driver: driver.name,
      scope: 'local',
      createdMs: this.given.clock.nowMs(),
      internal: spec.internal ?? false,
      enableIpv4: spec.enableIpv4 ?? true,
      enableIpv6: spec.enableIpv6 ?? false,
      attachable: spec.attachable ?? false,
      ingress: spec.ingress ?? false,
      options: { ...spec.options },
      labels: { ...spec.labels },
      ipam: { driver: spec.ipam?.driver || 'default', options: { ...spec.ipam?.options }, config: [] },
    }
    if (driver.hasAddresses) this.complete(network, spec, driver)
    // The record goes first: after a crash in the middle it tells what was about to be made.
    const saved = this.table.add(network)
    try {
      this.given.addresses.addNetwork(network)
      driver.createNetwork(network)
    } catch (thrown) {
      await saved
      await this.attempt(network, () => this.drop(network))
      throw thrown instanceof StatusError ? thrown : internal(`cannot make network ${spec.name}: ${messageOf(thrown)}`, thrown)
    }
    await saved
    return publicNetwork(network)
  }

  private complete(network: StoredNetwork, spec: NetworkSpec, driver: NetworkDriver): void {
    if (!network.enableIpv4 && !network.enableIpv6) throw invalid(`cannot make network ${network.name}: IPv4 or IPv6 must be enabled`)
    const device = this.deviceOf(network)
    const kindOf = (name: string): string => (this.parentDrivers.has(name) ? 'parent' : name)
    const same = this.table.all().filter((other) => kindOf(other.driver) === kindOf(network.driver)).find((other) => this.deviceOf(other) === device)
    if (same) throw conflict(`cannot make network ${network.name}: network ${same.name} is already using ${device}`)
    const present = this.given.kernel.links.find(device)
    if (present && network.driver === this.bridgeDriver.name && present.kind !== 'bridge') {
      throw conflict(`cannot make network ${network.name}: a device ${device} exists and is not a bridge; choose another name`)
    }
    if (present) network.adoptedDevice = true
    // Without a device of the host it leads nowhere.
    if (this.parentDrivers.get(driver.name)?.hasParent(network) === false) network.internal = true
    network.ipam.config = planSubnets({
      config: spec.ipam?.config ?? [],
      enableIpv4: network.enableIpv4,
      enableIpv6: network.enableIpv6,
      pools: this.given.options.defaultAddressPools ?? defaultAddressPools,
      inUse: prefixesOf(this.all()),
      onHost: this.prefixesOnHost(),
      uniqueLocalBits: () => (BigInt(this.given.rng.below(0x100)) << 32n) | BigInt(this.given.rng.below(0x1_0000_0000)),
    })
  }

  /** The bridge of a network, or the device that its containers are on. */
  private deviceOf(network: StoredNetwork): string {
    return this.parentDrivers.get(network.driver)?.parentOf(network) ?? this.bridgeDriver.options(network).device
  }

  /** Throws `forbidden` for a subnet that overlaps one that an interface of this host is on, or `invalid`. */
  checkOnHost(subnets: readonly string[]): void {
    const { links } = this.given.kernel
    const names = new Map(links.list().map(({ index, name }) => [index, name]))
    const own = links.addresses().map(({ address, prefixLength, index }) => ({ prefix: parseSubnet(`${address}/${prefixLength}`), name: names.get(index) ?? '' }))
    for (const subnet of subnets) {
      const wanted = parseSubnet(subnet)
      // Ingress devices have an address of the data path alone, which its own interface has as well.
      const clash = own.find(({ prefix, name }) => overlaps(prefix, wanted) && !name.startsWith('lo'))
      if (!clash) continue
      throw new StatusError('forbidden', `invalid pool request: Pool overlaps with other one on this address space: ${subnet} overlaps with ${prefixText(clash.prefix)}, which interface ${clash.name} of this host is on; choose another subnet`)
    }
  }

  /** The subnets that this host is on by itself, its own networks left out; at most `max` of them. */
  subnetsOfHost(max: number): string[] {
    const { links } = this.given.kernel
    const bridges = this.all().filter(({ driver, adoptedDevice }) => driver === this.bridgeDriver.name && !adoptedDevice)
    const own = new Set([ingressDevice, ...bridges.map((network) => this.deviceOf(network))])
    return hostSubnets({ links: links.list(), addresses: links.addresses(), routes: links.routes() }, own, max)
  }

  private prefixesOnHost(): Prefix[] {
    const { links } = this.given.kernel
    const routes = links.routes().filter((route) => !route.destination.endsWith('/0')).map((route) => route.destination)
    const addresses = links.addresses().map((one) => `${one.address}/${one.prefixLength}`)
    return [...routes, ...addresses].map(parseSubnet)
  }

  private driver(name: string): NetworkDriver {
    const driver = this.drivers.get(name)
    if (!driver) throw notFound(`plugin "${name}" not found: the network drivers here are ${[...this.drivers.keys()].join(', ')}`)
    return driver
  }
}

/** Whether a stored default network is what these options ask for. */
function matches(network: StoredNetwork, spec: NetworkSpec): boolean {
  const options = Object.entries(spec.options ?? {}).every(([name, value]) => network.options[name] === value)
  const ranges = (spec.ipam?.config ?? []).every((wanted) =>
    network.ipam.config.some(
      (one) => one.subnet === wanted.subnet && (!wanted.gateway || one.gateway === wanted.gateway) && (!wanted.ipRange || one.ipRange === wanted.ipRange),
    ),
  )
  return options && ranges && network.enableIpv6 === (spec.enableIpv6 ?? false)
}

/** A network as others may see it: a copy without what only this folder needs. */
export function publicNetwork(network: StoredNetwork): Network {
  const { adoptedDevice: _, ...rest } = network
  return structuredClone(rest)
}
