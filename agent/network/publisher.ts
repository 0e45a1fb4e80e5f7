import { isIP } from 'node:net'
import { errnoOf, internal, invalid, messageOf, StatusError } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { formatAddress, parseAddress } from '../kernel/address-bytes.js'
import type { Endpoint, SandboxPort } from './endpoint.js'
import { relayedProtocols } from './lb/family-relay.js'
import type { FamilyRelay, FamilyRelays } from './lb/family-relay.js'
import type { HostTable } from './lb/host-table.js'
import type { PortForward } from './lb/host-ruleset.js'
import { isWildcard, parseHostPort } from './port-allocator.js'
import type { PortAllocator, PortLease, PortRange } from './port-allocator.js'
import { Protocol } from './types.js'
import type { PortBinding } from './types.js'

/** How many ephemeral ports are tried until one is free for both families. */
const bothFamiliesAttemptsMax = 64

/** Published ports of containers: leases of host ports and the entries in the host's table. */
export class Publisher {
  private readonly leases = new Map<string, PortLease[]>()
  /** By container, and by `<protocol> <host IP> <host port>`. */
  private readonly relays = new Map<string, Map<string, FamilyRelay>>()

  constructor(
    private readonly ports: PortAllocator,
    private readonly table: HostTable,
    /** Called with the UDP ports of the host whose destination changed. */
    private readonly forgetUdpFlows: (hostPorts: ReadonlySet<number>) => void,
    private readonly relay: Pick<FamilyRelays, 'start'> & {
      /** The host speaks IPv6. */
      hasIpv6: () => boolean
      /** Rules cannot lead from ::1 to containers. */
      servesLoopback6: () => boolean
    },
    private readonly log: Logger,
  ) {}

  /**
   * Publishes all bindings to the endpoint, or none. `hostIp` stands in for bindings that name no
   * address. Throws `internal` with Docker's sentence when a port is not to be had.
   */
  publish(endpoint: Endpoint, bindings: readonly PortBinding[], hostIp: string): SandboxPort[] {
    const leases: PortLease[] = []
    const published: SandboxPort[] = []
    try {
      for (const binding of bindings) {
        const { containerPort, protocol } = binding
        for (const lease of this.lease(endpoint, binding, hostIp)) {
          leases.push(lease)
          published.push({ containerPort, protocol, hostIp: lease.hostIp, hostPort: lease.hostPort, endpointId: endpoint.endpointId })
        }
      }
      this.update(forwardsOf(endpoint, published), [])
      this.startRelays(endpoint.containerId, endpoint, published, leases)
    } catch (thrown) {
      for (const lease of leases) lease.release()
      if (thrown instanceof StatusError && thrown.kind === 'invalid') throw thrown
      throw internal(
        `driver failed programming external connectivity on endpoint ${endpoint.containerName} (${endpoint.endpointId}): ${messageOf(thrown)}`,
        thrown,
      )
    }
    this.leases.set(endpoint.containerId, [...(this.leases.get(endpoint.containerId) ?? []), ...leases])
    return published
  }

  /** Takes back the ports of a container from an earlier run; the table has its entries already. */
  adopt(containerId: string, endpoints: readonly Endpoint[], published: readonly SandboxPort[]): void {
    const leases = published.map(({ protocol, hostIp, hostPort }) => {
      const lease = this.ports.adopt(protocol, hostIp, hostPort)
      if (lease.stolen) {
        this.log.warn('another program holds a published port; connections to it are still redirected to the container', {
          container: containerId, port: `${hostIp}:${hostPort}/${protocol}`,
        })
      }
      return lease
    })
    this.leases.set(containerId, leases)
    for (const endpoint of endpoints) this.startRelays(containerId, endpoint, published, leases)
  }

  /** Withdraws the ports: the entries first, so that no port is free while it still leads to a container. */
  withdraw(containerId: string, endpoints: readonly Endpoint[], published: readonly SandboxPort[]): void {
    this.update([], endpoints.flatMap((endpoint) => forwardsOf(endpoint, published)))
    for (const relay of this.relays.get(containerId)?.values() ?? []) relay[Symbol.dispose]()
    this.relays.delete(containerId)
    for (const lease of this.leases.get(containerId) ?? []) lease.release()
    this.leases.delete(containerId)
  }

  /** Leads the ports of `from` to `to` instead, in one transaction. */
  move(from: Endpoint, to: Endpoint, published: readonly SandboxPort[]): SandboxPort[] {
    const moved = published.map((port) => (port.endpointId === from.endpointId ? { ...port, endpointId: to.endpointId } : port))
    // `to` may have ports already: only those that come are added.
    const coming = published.filter((port) => port.endpointId === from.endpointId).map((port) => ({ ...port, endpointId: to.endpointId }))
    this.update(forwardsOf(to, coming), forwardsOf(from, published))
    this.startRelays(to.containerId, to, coming, this.leases.get(to.containerId) ?? [])
    return moved
  }

  /** Lets go of the sockets that hold ports; the rules stay. */
  close(): void {
    for (const relay of [...this.relays.values()].flatMap((relays) => [...relays.values()])) relay[Symbol.dispose]()
    this.relays.clear()
    for (const lease of [...this.leases.values()].flat()) lease.release()
    this.leases.clear()
  }

  /** Hands flows on that come by a family which the endpoint has no address of; rules cannot. */
  private startRelays(containerId: string, endpoint: Endpoint, published: readonly SandboxPort[], leases: readonly PortLease[]): void {
    const relays = this.relays.get(containerId) ?? new Map<string, FamilyRelay>()
    for (const { protocol, hostIp, hostPort, containerPort, endpointId } of published) {
      if (endpointId !== endpoint.endpointId) continue
      const key = `${protocol} ${hostIp} ${hostPort}`
      const { ipv4Address, ipv6Address } = endpoint
      const address = hostIp.includes(':') ? ipv6Address || ipv4Address : ipv4Address || ipv6Address
      const loopback = relayedProtocols.includes(protocol) && (hostIp === '::' || hostIp === '::1') && this.relay.servesLoopback6()
      if ((hasFamily(endpoint, hostIp) && !loopback) || address === '') {
        relays.get(key)?.stop()
        relays.delete(key)
        continue
      }
      const target = { address, port: containerPort }
      const present = relays.get(key)
      if (present) present.target = target
      const lease = leases.find((one) => one.protocol === protocol && one.hostIp === hostIp && one.hostPort === hostPort)
      const fd = present || protocol === 'sctp' ? undefined : lease?.serve()
      if (fd !== undefined && protocol !== 'sctp') relays.set(key, this.relay.start(protocol, fd, target))
    }
    if (relays.size > 0) this.relays.set(containerId, relays)
  }

  private update(added: readonly PortForward[], removed: readonly PortForward[]): void {
    this.table.updateForwards(added, removed)
    const udpPorts = [...added, ...removed].filter((forward) => forward.protocol === 'udp').map((forward) => forward.hostPort)
    try {
      this.forgetUdpFlows(new Set(udpPorts))
    } catch (err) {
      // New clients are served; only those that were sending already wait for their flow to time out.
      this.log.warn('tracked UDP flows could not be forgotten', { err })
    }
  }

  private lease(endpoint: Endpoint, binding: PortBinding, defaultHostIp: string): PortLease[] {
    if (!Number.isInteger(binding.containerPort) || binding.containerPort < 1 || binding.containerPort > 65_535) {
      throw invalid(`invalid containerPort: ${binding.containerPort}`)
    }
    if (!Object.hasOwn(Protocol, binding.protocol)) throw invalid(`invalid protocol: ${String(binding.protocol)}`)
    let range = parseHostPort(binding.hostPort ?? '')
    const addresses = hostAddresses(endpoint, binding, defaultHostIp, this.relay.hasIpv6())
    for (let attempt = 1; ; attempt++) {
      const leases: PortLease[] = []
      try {
        for (const address of addresses) leases.push(this.leaseOne(endpoint, binding, address, leases[0]?.hostPort, range))
        return leases
      } catch (thrown) {
        for (const lease of leases) lease.release()
        // A free port of one family may be taken in the other: a fixed port has no alternative.
        const another = leases.length > 0 && (range === undefined || range.first < range.last)
        if (!another || attempt === bothFamiliesAttemptsMax) throw thrown
        if (range && leases[0]) range = { first: Math.min(leases[0].hostPort + 1, range.last), last: range.last }
      }
    }
  }

  private leaseOne(endpoint: Endpoint, binding: PortBinding, hostIp: string, samePort: number | undefined, range: PortRange | undefined): PortLease {
    const { protocol, containerPort } = binding
    const wanted = samePort === undefined ? range : { first: samePort, last: samePort }
    try {
      return wanted ? this.ports.fromRange(protocol, hostIp, wanted) : this.ports.ephemeralPort(protocol, hostIp)
    } catch (thrown) {
      const code = errnoOf(thrown)
      if (code === undefined) throw thrown
      const reason = bindReasons[code] ?? messageOf(thrown)
      throw internal(
        `failed to bind host port for ${bracketed(hostIp)}:${wanted?.first ?? 0}:${targetOf(endpoint, hostIp)}:${containerPort}/${protocol}: ${reason}`,
        thrown,
      )
    }
  }
}

/** The entries of the host's table that lead to this endpoint; none for a family that it has no address of. */
export function forwardsOf(endpoint: Endpoint, published: readonly SandboxPort[]): PortForward[] {
  return published
    .filter((port) => port.endpointId === endpoint.endpointId)
    .map(({ protocol, hostIp, hostPort, containerPort }) => {
      const targetIp = hostIp.includes(':') ? endpoint.ipv6Address : endpoint.ipv4Address
      return { protocol, hostIp, hostPort, targetIp, targetPort: containerPort }
    })
    .filter((forward) => forward.targetIp !== '')
}

const hasFamily = (endpoint: Endpoint, ip: string): boolean => (ip.includes(':') ? endpoint.ipv6Address : endpoint.ipv4Address) !== ''

/** Answers of `bind` in the words that Docker's users know. */
const bindReasons: Record<string, string> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
}

/** The addresses that a binding means: all of the endpoint's families when it names none. */
function hostAddresses(endpoint: Endpoint, binding: PortBinding, defaultHostIp: string, hostHasIpv6: boolean): string[] {
  const asked = binding.hostIp ?? ''
  const given = asked === '' ? defaultHostIp : asked
  if (isIP(given) === 0 || given.includes('%')) throw invalid(`invalid host IP address: ${given}`)
  // One spelling for one address: it is compared with others and written into rules.
  const address = formatAddress(parseAddress(given))
  const relayed = relayedProtocols.includes(binding.protocol)
  if (asked === '' && isWildcard(address)) {
    const both = ['0.0.0.0', '::'].filter((ip) => hasFamily(endpoint, ip) || (relayed && (ip === '0.0.0.0' || hostHasIpv6)))
    if (both.length > 0) return both
  }
  if (!hasFamily(endpoint, address) && !relayed) {
    const family = address.includes(':') ? 'IPv6' : 'IPv4'
    throw invalid(`cannot publish ${binding.protocol} on ${address}: the container has no ${family} address on network ${endpoint.networkName}`)
  }
  return [address]
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)
const targetOf = (endpoint: Endpoint, hostIp: string): string =>
  hostIp.includes(':') ? bracketed(endpoint.ipv6Address) : endpoint.ipv4Address
