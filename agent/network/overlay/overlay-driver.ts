import { join } from 'node:path'
import { invalid, kindOf, messageOf, StatusError, unavailable } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import { familyOf } from '../../kernel/address-bytes.js'
import { hasIpv6, LinkBatch } from '../../kernel/link.js'
import { listNetns, Netns } from '../../kernel/netns.js'
import { writeSysctlIfPresent } from '../../kernel/sysctl.js'
import { hostLinkPrefix } from '../bridge/bridge-driver.js'
import { bridgeOption } from '../bridge/bridge-options.js'
import type { NetworkDriver, OpenSandbox } from '../driver.js'
import { macOfHex } from '../endpoint.js'
import type { Endpoint, StoredNetwork } from '../endpoint.js'
import type { HostKernel } from '../host-kernel.js'
import type { NetworkSpec } from '../types.js'
import { isEncrypted } from '../../../src/model/encrypted-option.js'
import type { Encryption } from '../wireguard/encryption.js'
import { tunnelMtu } from '../wireguard/tunnel.js'
import { encryptedOverlayMtu, hasAddress, overlayMtu, underlayMtu } from './data-path.js'
import type { DataPath } from './data-path.js'
import type { Reachable } from './forwarding.js'
import type { ForwardingTable } from './forwarding-table.js'
import { removeSegment, Segment } from './segment.js'

/** The option of a network that holds its VXLAN network identifier, named as Docker names it. */
export const vniOption = 'com.docker.network.driver.overlay.vxlanid_list'

/** A network while it has devices on this host. */
interface Active {
  segment: Segment
  table: ForwardingTable
}

/**
 * Networks across hosts: a namespace for each network with VXLAN to the other nodes, made with its first
 * user here and taken down with the last.
 */
export class OverlayDriver implements NetworkDriver {
  readonly name = 'overlay'
  readonly hasAddresses = true
  private readonly active = new Map<string, Active>()
  /** What the managers said of networks, also of those without devices here. */
  private readonly remotes = new Map<string, Map<string, Reachable>>()
  private dataPath: DataPath | undefined

  constructor(
    private readonly kernel: HostKernel,
    /** The folder of the networks' namespaces, in a place that is empty after a reboot. */
    private readonly folder: string,
    readonly encryption: Encryption,
    private readonly log: Logger,
  ) {}

  validate(_spec: NetworkSpec): void {
    throw unavailable('This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.')
  }

  setDataPath(dataPath: DataPath | undefined): void {
    this.dataPath = dataPath
  }

  deviceNames(_network: StoredNetwork, endpointId: string): { containerPrefix: string; host: string } {
    return { containerPrefix: 'eth', host: `${hostLinkPrefix}${endpointId.slice(0, 12)}` }
  }

  /** Nothing is made before somebody is on the network. */
  createNetwork(): void {}

  /** Rejects with `unsupported` and the reason when the network is to be encrypted and this host cannot do that. */
  async prepare(network: StoredNetwork): Promise<void> {
    if (!isEncrypted(network.options)) return
    const { address } = this.ownDataPath(network)
    try {
      await this.encryption.use(tunnelMtu(underlayMtu(this.kernel.links, address), address))
    } catch (thrown) {
      throw new StatusError(kindOf(thrown), `network ${network.name} is encrypted, which this node cannot do: ${messageOf(thrown)}`, { cause: thrown })
    }
  }

  async removeNetwork(network: StoredNetwork): Promise<void> {
    this.takeDown(network.id)
  }

  join(network: StoredNetwork, endpoint: Endpoint, sandbox: OpenSandbox): void {
    const active = this.activate(network)
    const { segment } = active
    const port = segment.plug(endpoint.hostLink, macOfHex(endpoint.endpointId, '06:42'), {
      links: sandbox.links, netns: sandbox.netns, name: endpoint.interfaceName, mac: endpoint.macAddress,
    })
    const link = sandbox.links.find(endpoint.interfaceName)
    if (!link) throw new StatusError('internal', `network ${network.name}: the interface ${endpoint.interfaceName} vanished from the container`)
    const { index } = link
    const batch = new LinkBatch()
    // Every published port brings the ingress network, also to hosts without IPv6.
    const ipv6Address = network.ingress && !hasIpv6() ? '' : endpoint.ipv6Address
    if (ipv6Address === '') batch.setLink(index, { linkLocalIpv6: false })
    else sandbox.netns.run(() => writeSysctlIfPresent(`net/ipv6/conf/${endpoint.interfaceName}/accept_dad`, '0'))
    const addresses: [string, number][] = [[endpoint.ipv4Address, endpoint.ipv4PrefixLength], [ipv6Address, endpoint.ipv6PrefixLength]]
    for (const [address, prefixLength] of addresses) if (address !== '') batch.addAddress({ index, address, prefixLength })
    batch.setLink(index, { up: true })
    // All subnets of the network are one segment.
    for (const { subnet } of network.ipam.config) {
      const family = familyOf(subnet)
      if ((family === 4 ? endpoint.ipv4Address : ipv6Address) !== '') batch.setRoute({ family, destination: subnet, index })
    }
    sandbox.links.apply(batch)
    const place: Reachable = { mac: endpoint.macAddress, addresses: addresses.map(([address]) => address).filter((one) => one !== ''), via: { port } }
    active.table.setLocal(endpoint.endpointId, place)
    this.settle(network.id, active)
  }

  /** Resolves when everything that is on the network can be reached from here. */
  async joined(network: StoredNetwork): Promise<void> {
    await this.active.get(network.id)?.table.settle()
  }

  async leave(network: StoredNetwork, endpoint: Endpoint): Promise<void> {
    this.active.get(network.id)?.segment.unplug(endpoint.hostLink)
    this.forgot(network, endpoint)
  }

  /** The endpoint is gone with its namespace; the network's devices go with its last one. */
  forgot(network: StoredNetwork, endpoint: Endpoint): void {
    this.unplugged(network.id, endpoint.endpointId)
  }

  /** A port for the host itself, under a name of its own; gives the network's MTU. Doing it again is fine. */
  plugHost(network: StoredNetwork, port: { name: string; mac: string; bridgeEnd: string; addresses: readonly string[] }): number {
    const active = this.activate(network)
    using netns = this.kernel.run(() => Netns.current())
    const index = active.segment.plug(port.bridgeEnd, macOfHex('00000001', '06:42'), { links: this.kernel.links, netns, name: port.name, mac: port.mac })
    active.table.setLocal(port.bridgeEnd, { mac: port.mac, addresses: port.addresses, via: { port: index } })
    this.settle(network.id, active)
    return active.segment.mtu
  }

  unplugHost(networkId: string, bridgeEnd: string): void {
    const active = this.active.get(networkId)
    if (!active) return
    active.segment.unplug(bridgeEnd)
    this.unplugged(networkId, bridgeEnd)
  }

  /** What the managers say can be reached elsewhere; resolves when it can. Rejects with the kernel's reason. */
  async setRemotes(networkId: string, places: readonly Reachable[]): Promise<void> {
    const remotes = new Map(places.map((place) => [place.mac, place]))
    this.remotes.set(networkId, remotes)
    const active = this.active.get(networkId)
    active?.table.setRemotes(remotes)
    await active?.table.settle()
  }

  /** Some of it changed. */
  async changeRemotes(networkId: string, gone: readonly Reachable[], come: readonly Reachable[]): Promise<void> {
    const remotes = this.remotes.get(networkId)
    if (!remotes) return this.setRemotes(networkId, come)
    for (const { mac } of gone) remotes.delete(mac)
    for (const place of come) remotes.set(place.mac, place)
    const active = this.active.get(networkId)
    active?.table.touch([...gone, ...come].map(({ mac }) => mac))
    await active?.table.settle()
  }

  forgetRemotes(networkId: string): void {
    this.remotes.delete(networkId)
  }

  /** Takes down the networks of an earlier daemon that nobody uses any more; the host itself may use those of `keep`. */
  removeLeftovers(keep: ReadonlySet<string>): void {
    for (const id of listNetns(this.folder)) if (!this.active.has(id) && !keep.has(id)) removeSegment(join(this.folder, id))
  }

  /** The end of encryption, unless a network here, or one that the host itself may be on, uses it. */
  async removeEncryptionLeftovers(kept: readonly StoredNetwork[]): Promise<void> {
    if (!kept.some(({ id, options }) => isEncrypted(options) && listNetns(this.folder).includes(id))) await this.encryption.removeLeftovers()
  }

  /** Lets go of sockets; devices stay. */
  close(): void {
    for (const active of this.active.values()) closeActive(active)
    this.active.clear()
  }

  private unplugged(networkId: string, key: string): void {
    const active = this.active.get(networkId)
    if (active?.table.deleteLocal(key) && active.table.localCount === 0) this.takeDown(networkId)
  }

  private takeDown(networkId: string): void {
    const active = this.active.get(networkId)
    if (active) closeActive(active)
    this.active.delete(networkId)
    removeSegment(join(this.folder, networkId))
    this.encryption.letGo(networkId)
  }

  private activate(network: StoredNetwork): Active {
    const present = this.active.get(network.id)
    if (present) return present
    const path = join(this.folder, network.id)
    const known = this.remotes.get(network.id)
    const segment = Segment.adopt(path, network.id) ?? this.createSegment(path, network)
    const active: Active = { segment, table: segment.forwarding(known ?? new Map<string, Reachable>(), known !== undefined) }
    this.active.set(network.id, active)
    if (isEncrypted(network.options)) {
      this.encryption.hold(network.id)
      this.gather(segment, network)
    }
    return active
  }

  /** Decrypted packets come one by one. It goes without that too, slower. */
  private gather(segment: Segment, network: StoredNetwork): void {
    try {
      segment.gather()
    } catch (err) {
      this.log.debug('packets of an encrypted network are taken one by one', { network: network.name, err })
    }
  }

  private ownDataPath(network: StoredNetwork): DataPath {
    const { dataPath } = this
    if (!dataPath) throw unavailable(`network ${network.name} cannot be used here yet: this node is waiting for the managers`)
    if (!hasAddress(this.kernel.links, dataPath.address)) {
      throw new StatusError('unavailable', `network ${network.name} cannot be used on this node: its data path address ${dataPath.address} is none of this host's; leave the swarm and join again with --data-path-addr`)
    }
    return dataPath
  }

  private createSegment(path: string, network: StoredNetwork): Segment {
    const { address, port } = this.ownDataPath(network)
    const inside = isEncrypted(network.options) ? this.encryption.inside() : undefined
    const vni = Number(network.options[vniOption])
    if (!Number.isInteger(vni) || vni < 1) throw invalid(`network ${network.name} has no VXLAN network identifier`)
    const asked = network.options[bridgeOption.mtu]
    const usual = inside ? encryptedOverlayMtu(inside.mtu) : overlayMtu(this.kernel.links, address)
    const mtu = asked === undefined || asked === '' || asked === '0' ? usual : Number(asked)
    if (!Number.isInteger(mtu) || mtu < 68 || mtu > 65_535) throw invalid(`invalid ${bridgeOption.mtu}: "${String(asked)}"`)
    this.log.debug('making the devices of a network', { network: network.name, vni, mtu })
    const outer = inside?.space.links ?? this.kernel.links
    return Segment.create(path, network.id, { vni, port, local: inside ? '::' : address, mtu, outer })
  }

  /** Lets the entries of places elsewhere follow; who waits for them hears of a failure, others do not. */
  private settle(networkId: string, { table }: Active): void {
    table.settle().catch((err: unknown) => this.log.warn('places on a network cannot be reached yet', { network: networkId, err }))
  }
}

function closeActive({ segment, table }: Active): void {
  table.close()
  segment.close()
}
