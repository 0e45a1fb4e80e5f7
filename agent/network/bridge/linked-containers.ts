import { LinkBatch } from '../../kernel/link.js'
import { writeSysctl, writeSysctlIfPresent } from '../../kernel/sysctl.js'
import type { EndpointTable } from '../endpoint-table.js'
import type { Endpoint, StoredNetwork } from '../endpoint.js'
import type { HostKernel } from '../host-kernel.js'
import type { LinkOpening } from '../lb/host-ruleset.js'
import type { HostTable } from '../lb/host-table.js'
import type { BridgeDriver } from './bridge-driver.js'

export interface LinkedContainersGiven {
  kernel: HostKernel
  table: HostTable
  endpoints: EndpointTable
  driver: BridgeDriver
}

/**
 * What `--link` opens on networks that keep their containers apart (`enable_icc=false`): a container reaches the exposed
 * ports of those it is linked to. Their ports on the bridge stay isolated. The host answers for their addresses on the
 * bridge instead and hands the packets on, past the rules of its table, where everything else ends.
 */
export class LinkedContainers {
  /** IPv6 addresses that this host answers for, by bridge; the kernel is asked when a bridge is first seen. */
  private readonly proxied = new Map<string, Set<string>>()
  /** Bridges between whose ports this host hands on packets. */
  private readonly led = new Set<string>()

  constructor(private readonly given: LinkedContainersGiven) {}

  /** Whether the network keeps its containers apart. */
  isApart(network: StoredNetwork): boolean {
    return network.driver === this.given.driver.name && !this.given.driver.options(network).icc
  }

  /** What is to be open on these networks. */
  openings(networks: readonly StoredNetwork[]): LinkOpening[] {
    return networks.filter((network) => this.isApart(network)).flatMap((network) => this.openingsOn(network))
  }

  /** Brings the kernel to the network's endpoints, after any of them changed. Throws what the kernel refuses. */
  follow(network: StoredNetwork): void {
    if (!this.isApart(network)) return
    const { device } = this.given.driver.options(network)
    const openings = this.openingsOn(network)
    if (openings.length > 0) this.lead(network, device)
    if (network.enableIpv6) this.answerFor(device, new Set(openings.flatMap(({ source, target }) => [source, target]).filter((address) => address.includes(':'))))
    this.given.table.setOpenings(device, openings)
    if (openings.length === 0 && this.led.delete(device)) this.leadNoMore(device)
  }

  private openingsOn(network: StoredNetwork): LinkOpening[] {
    return openingsBetween(this.given.driver.options(network).device, this.given.endpoints.ofNetwork(network.id))
  }

  /** The host hands on packets between ports of the bridge. Without a delay: answers are of use at once. */
  private lead(network: StoredNetwork, device: string): void {
    const { kernel } = this.given
    this.led.add(device)
    kernel.run(() => {
      if (network.enableIpv4) {
        writeSysctl('net/ipv4/ip_forward', '1')
        writeSysctl(`net/ipv4/neigh/${device}/proxy_delay`, '0')
        writeSysctl(`net/ipv4/conf/${device}/proxy_arp_pvlan`, '1')
      }
      if (network.enableIpv6) {
        writeSysctlIfPresent(`net/ipv6/neigh/${device}/proxy_delay`, '0')
        writeSysctlIfPresent(`net/ipv6/conf/${device}/proxy_ndp`, '1')
      }
    })
    if (network.enableIpv6) kernel.forwardIpv6()
  }

  /** Nobody is linked any more: who asks for a neighbour learns that it cannot be reached, instead of waiting for it. */
  private leadNoMore(device: string): void {
    this.given.kernel.run(() => {
      writeSysctlIfPresent(`net/ipv4/conf/${device}/proxy_arp_pvlan`, '0')
      writeSysctlIfPresent(`net/ipv6/conf/${device}/proxy_ndp`, '0')
    })
  }

  private answerFor(device: string, wanted: ReadonlySet<string>): void {
    const { links } = this.given.kernel
    const index = links.find(device)?.index
    if (index === undefined) return
    const present = this.proxied.get(device) ?? new Set(links.proxiedAddresses().filter((one) => one.index === index).map(({ address }) => address))
    const batch = new LinkBatch()
    for (const address of present) if (!wanted.has(address)) batch.deleteProxiedAddress({ index, address })
    for (const address of wanted) if (!present.has(address)) batch.addProxiedAddress({ index, address })
    this.proxied.delete(device)
    if (batch.requests.length > 0) links.apply(batch)
    this.proxied.set(device, new Set(wanted))
  }
}

/** What is open between endpoints of one network: from each to those it is linked to. Pure. */
export function openingsBetween(bridge: string, endpoints: readonly Endpoint[]): LinkOpening[] {
  return endpoints.flatMap((source) => (source.linkedTo ?? []).flatMap((ref) => {
    const targets = endpoints.filter((one) => one !== source && (one.containerId === ref || one.containerName === ref || one.aliases.includes(ref)))
    return targets.flatMap((target) => addressPairs(source, target).flatMap(([from, to]) =>
      (target.exposedPorts ?? []).map(({ containerPort, protocol }) => ({ bridge, protocol, source: from, target: to, port: containerPort }))))
  }))
}

/** Their addresses, for each family that both have. */
function addressPairs(source: Endpoint, target: Endpoint): [source: string, target: string][] {
  const both: [string, string][] = [[source.ipv4Address, target.ipv4Address], [source.ipv6Address, target.ipv6Address]]
  return both.filter(([from, to]) => from !== '' && to !== '')
}
