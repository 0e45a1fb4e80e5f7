import type { Clock } from '../../src/base/clock.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import { readSysctl } from '../kernel/sysctl.js'
import type { EndpointTable } from './endpoint-table.js'
import { gatewayEndpoint } from './endpoint.js'
import type { Endpoint, Sandbox } from './endpoint.js'
import type { HostKernel } from './host-kernel.js'
import { FamilyRelays } from './lb/family-relay.js'
import type { HostTable } from './lb/host-table.js'
import type { Networks } from './networks.js'
import { PortAllocator } from './port-allocator.js'
import { Publisher } from './publisher.js'
import type { PortBinding, PublishedPort } from './types.js'

export interface ContainerPortsGiven {
  publisher: Publisher
  endpoints: EndpointTable
  networks: Networks
  /** Where ports are published when neither they nor their network say; `0.0.0.0` when left out. */
  defaultHostIp?: string
}

/**
 * The published ports of this host's containers. They are at the endpoint that gives the default route, so that
 * answers leave by the way the requests came. Changes are in the sandbox's record; who calls saves it.
 */
export class ContainerPorts {
  constructor(private readonly given: ContainerPortsGiven) {}

  /** Publishes ports, all or none; none for a container without an endpoint for them. Throws `internal` with Docker's sentence when a port is taken. */
  publish(sandbox: Sandbox, bindings: readonly PortBinding[]): PublishedPort[] {
    const { publisher, networks, defaultHostIp } = this.given
    const endpoint = this.endpointOf(sandbox.containerId)
    if (!endpoint || bindings.length === 0) return []
    const hostIp = networks.bridgeDriver.options(networks.resolve(endpoint.networkId)).hostIp ?? defaultHostIp ?? '0.0.0.0'
    const published = publisher.publish(endpoint, bindings, hostIp)
    sandbox.published = [...sandbox.published, ...published]
    return published.map(publicPort)
  }

  /** The ports that are published now. */
  published(containerId: string): PublishedPort[] {
    return (this.given.endpoints.sandbox(containerId)?.published ?? []).map(publicPort)
  }

  /** Takes over what an earlier daemon published. */
  adopt({ containerId, published }: Sandbox): void {
    this.given.publisher.adopt(containerId, this.given.endpoints.ofContainer(containerId), published)
  }

  /** The container goes, with these endpoints. */
  withdraw({ containerId, published }: Sandbox, endpoints: readonly Endpoint[]): void {
    this.given.publisher.withdraw(containerId, endpoints, published)
  }

  /**
   * Keeps the ports at the endpoint that gives the default route; without such an endpoint they are withdrawn.
   * `gone` was just removed, if any was. Tells whether anything changed.
   */
  move(sandbox: Sandbox, gone?: Endpoint): boolean {
    const { publisher, endpoints } = this.given
    const { containerId, published } = sandbox
    if (published.length === 0) return false
    const sources = [...endpoints.ofContainer(containerId), ...(gone ? [gone] : [])]
    const to = this.endpointOf(containerId)
    if (!to) {
      publisher.withdraw(containerId, sources, published)
      sandbox.published = []
      return true
    }
    const leaving = sources.filter((from) => from.endpointId !== to.endpointId && published.some((port) => port.endpointId === from.endpointId))
    for (const from of leaving) sandbox.published = publisher.move(from, to, sandbox.published)
    return leaving.length > 0
  }

  /** The endpoint that a container's ports are published at; undefined for `host`, `none` and internal networks. */
  endpointOf(containerId: string): Endpoint | undefined {
    const { endpoints, networks } = this.given
    const ofBridges = endpoints.ofContainer(containerId).filter((endpoint) => networks.get(endpoint.networkId)?.driver === 'bridge')
    return gatewayEndpoint(ofBridges, 4) ?? gatewayEndpoint(ofBridges, 6)
  }

  /** Lets go of sockets; the rules stay. */
  close(): void {
    this.given.publisher.close()
  }
}

/** What publishes ports on a host. */
export function createPublisher(given: { kernel: HostKernel; table: HostTable; servesLoopback6: () => boolean; clock: Clock; rng: Rng; log: Logger }): Publisher {
  const { kernel, table, servesLoopback6, log } = given
  const range = kernel.run(() => readSysctl('net/ipv4/ip_local_port_range')) ?? ''
  const [first = 32_768, last = 60_999] = range.split(/\s+/).filter((part) => part !== '').map(Number)
  const relays = new FamilyRelays(given)
  const relay = { start: relays.start.bind(relays), hasIpv6: () => kernel.run(() => readSysctl('net/ipv6/conf/all/disable_ipv6')) === '0', servesLoopback6 }
  return new Publisher(new PortAllocator({ first, last }, kernel.holdPort), table, (hostPorts) => kernel.forgetUdpFlows(hostPorts), relay, log)
}

function publicPort({ containerPort, protocol, hostIp, hostPort }: PublishedPort): PublishedPort {
  return { containerPort, protocol, hostIp, hostPort }
}
