import { conflict, StatusError } from '../../../src/base/errors.js'
import { LinkBatch } from '../../kernel/link.js'
import type { Route } from '../../kernel/netlink-route.js'
import { readSysctl, writeSysctl, writeSysctlIfPresent } from '../../kernel/sysctl.js'
import type { NetworkDriver, OpenSandbox } from '../driver.js'
import type { Endpoint, StoredNetwork } from '../endpoint.js'
import { addressesOf, macOfHex, prefixLengthOf } from '../endpoint.js'
import type { HostKernel } from '../host-kernel.js'
import type { HostTable } from '../lb/host-table.js'
import type { TableNetwork } from '../lb/host-ruleset.js'
import type { NetworkSpec } from '../types.js'
import { readBridgeOptions } from './bridge-options.js'
import type { BridgeOptions } from './bridge-options.js'

/** Networks on this host: a Linux bridge, a veth pair for each endpoint, the host's table for the rest. */
export class BridgeDriver implements NetworkDriver {
  readonly name = 'bridge'
  readonly hasAddresses = true

  constructor(
    private readonly kernel: HostKernel,
    private readonly table: HostTable,
    private readonly defaultMtu: number,
  ) {}

  validate(spec: NetworkSpec): void {
    this.optionsOf('', spec.options ?? {})
  }

  options(network: StoredNetwork): BridgeOptions {
    return this.optionsOf(network.id, network.options)
  }

  deviceNames(network: StoredNetwork, endpointId: string): { containerPrefix: string; host: string } {
    return { containerPrefix: this.options(network).containerPrefix, host: `${hostLinkPrefix}${endpointId.slice(0, 12)}` }
  }

  createNetwork(network: StoredNetwork): void {
    const options = this.options(network)
    this.enableForwarding(network)
    this.makeDevice(network, options)
    this.table.addNetwork(tableNetwork(network, options))
  }

  async removeNetwork(network: StoredNetwork): Promise<void> {
    const { device } = this.options(network)
    this.table.removeNetwork(device)
    // Only ever a bridge: a network whose making was refused may bear the name of another device.
    if (!network.adoptedDevice && this.kernel.links.find(device)?.kind === 'bridge') await this.kernel.remover.remove([device])
  }

  join(network: StoredNetwork, endpoint: Endpoint, sandbox: OpenSandbox): void {
    const options = this.options(network)
    const bridge = this.kernel.links.find(options.device)
    if (!bridge) throw new StatusError('internal', `network ${network.name}: its bridge ${options.device} is gone; restart the daemon to make it again`)
    this.makePair(endpoint, bridge.index, options, sandbox)
    const link = sandbox.links.find(endpoint.interfaceName)
    if (!link) throw new StatusError('internal', `network ${network.name}: the interface ${endpoint.interfaceName} vanished from the container`)
    const batch = new LinkBatch()
    // Without IPv6 on the network no link-local address is made either: it would only announce itself.
    if (endpoint.ipv6Address === '') batch.setLink(link.index, { linkLocalIpv6: false })
    // Looking for duplicates would hold up the first seconds; addresses and MACs are allocated here.
    else sandbox.netns.run(() => writeSysctlIfPresent(`net/ipv6/conf/${endpoint.interfaceName}/accept_dad`, '0'))
    for (const [address, prefixLength] of addressesOf(endpoint)) batch.addAddress({ index: link.index, address, prefixLength })
    sandbox.links.apply(batch.setLink(link.index, { up: true }))
  }

  async leave(_network: StoredNetwork, endpoint: Endpoint): Promise<void> {
    await this.kernel.remover.remove([endpoint.hostLink])
  }

  /** Removes the host ends that hang on bridges of these networks and belong to no endpoint; gives their names. */
  async removeLeftovers(networks: readonly StoredNetwork[], known: ReadonlySet<string>): Promise<string[]> {
    const links = this.kernel.links.list()
    const devices = new Set(networks.map((network) => this.options(network).device))
    const bridges = new Set(links.filter((link) => devices.has(link.name)).map((link) => link.index))
    const left = links.filter((link) => link.name.startsWith(hostLinkPrefix) && bridges.has(link.master) && !known.has(link.name))
    const names = left.map((link) => link.name)
    await this.kernel.remover.remove(names)
    return names
  }

  private optionsOf(id: string, options: Readonly<Record<string, string>>): BridgeOptions {
    return readBridgeOptions(id, options, this.defaultMtu)
  }

  private makePair(endpoint: Endpoint, bridge: number, options: BridgeOptions, sandbox: OpenSandbox): void {
    const { links } = this.kernel
    const existing = links.find(endpoint.hostLink)
    if (existing?.master !== bridge || !sandbox.links.find(endpoint.interfaceName)) {
      const batch = new LinkBatch()
      if (existing) batch.deleteLink(existing.index)
      const peer = { name: endpoint.interfaceName, netnsFd: sandbox.netns.fd, mac: endpoint.macAddress, mtu: options.mtu }
      // A random MAC would be replaced by udev's policy of persistent ones, at its own time.
      const mac = macOfHex(endpoint.endpointId, '06:42')
      links.apply(batch.addLink({ name: endpoint.hostLink, master: bridge, mtu: options.mtu, mac }, { kind: 'veth', peer }))
    }
    const link = links.find(endpoint.hostLink)
    if (!link) throw new StatusError('internal', `the interface ${endpoint.hostLink} vanished while it was made`)
    const port = {
      // Containers are kept apart on the bridge itself: rules of the host see these frames only with br_netfilter.
      isolated: !options.icc,
      // With br_netfilter, a container's connection to its own published port is redirected on the bridge
      // and has to go back out of the port it came from. Elsewhere broadcasts need not come back.
      hairpin: this.kernel.run(() => bridgeFilterParameters.some((name) => readSysctl(name) === '1')),
    }
    links.apply(new LinkBatch().setBridgePort(link.index, port).setLink(link.index, { linkLocalIpv6: false, up: true }))
  }

  private makeDevice(network: StoredNetwork, options: BridgeOptions): void {
    const { links } = this.kernel
    let bridge = links.find(options.device)
    if (bridge && bridge.kind !== 'bridge') {
      throw conflict(`cannot make network ${network.name}: a device ${options.device} exists and is not a bridge; choose another name`)
    }
    if (!bridge) {
      // A bridge without a MAC of its own takes its ports' and changes it when they come and go.
      const settings = { name: options.device, mtu: options.mtu, mac: macOfHex(network.id) }
      links.apply(new LinkBatch().addLink(settings, { kind: 'bridge', multicastSnooping: false }))
      bridge = links.find(options.device)
      if (!bridge) throw new StatusError('internal', `the bridge ${options.device} vanished while it was made`)
    }
    const { index } = bridge
    const wanted = network.ipam.config.map(({ gateway, subnet }) => ({ index, address: gateway, prefixLength: prefixLengthOf(subnet) }))
    const batch = new LinkBatch()
    if (!network.adoptedDevice) {
      const keep = new Set(wanted.map((one) => `${one.address}/${one.prefixLength}`))
      const stale = links.addresses().filter((one) => one.index === index && !one.address.startsWith('fe80:') && !keep.has(`${one.address}/${one.prefixLength}`))
      for (const address of stale) batch.deleteAddress(address)
    }
    if (network.enableIpv6) {
      this.kernel.run(() => {
        writeSysctlIfPresent(`net/ipv6/conf/${options.device}/accept_ra`, '0')
        writeSysctlIfPresent(`net/ipv6/conf/${options.device}/accept_dad`, '0')
      })
    } else {
      batch.setLink(index, { linkLocalIpv6: false })
    }
    for (const address of wanted) batch.addAddress(address)
    batch.setLink(index, { up: true })
    if (network.enableIpv6) batch.setRoute(loopbackAnswers(index))
    links.apply(batch)
    // Lets answers from containers go back to 127.0.0.1, for ports published on it.
    if (network.enableIpv4) this.kernel.run(() => writeSysctl(`net/ipv4/conf/${options.device}/route_localnet`, '1'))
  }

  private enableForwarding(network: StoredNetwork): void {
    if (network.internal) return
    if (network.enableIpv4) this.kernel.run(() => writeSysctl('net/ipv4/ip_forward', '1'))
    if (network.enableIpv6) this.kernel.forwardIpv6()
  }
}

/**
 * The route that lets answers to ::1, for ports published there, come in by this device: the kernel takes
 * packets to ::1 only where a route says so. From other hosts it never does.
 */
export function loopbackAnswers(index: number): Route {
  // After the one of `lo`, and each device's its own: equal ones would replace each other.
  return { family: 6, destination: '::1/128', index, table: localTable, local: true, metric: 2_000 + index }
}

/** RT_TABLE_LOCAL. */
const localTable = 255

/** Host ends of veth pairs: `skv` and 12 digits of the endpoint's id. */
export const hostLinkPrefix = 'skv'

const bridgeFilterParameters = ['net/bridge/bridge-nf-call-iptables', 'net/bridge/bridge-nf-call-ip6tables']

/** A network as the host's table needs it. */
export function tableNetwork(network: StoredNetwork, options: BridgeOptions): TableNetwork {
  return {
    bridge: options.device,
    subnets: network.ipam.config.map((config) => config.subnet),
    internal: network.internal,
    icc: options.icc,
    masquerade: options.masquerade,
  }
}
