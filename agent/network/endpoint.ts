import type { ResolverSettings } from './dns/dns-service.js'
import type { EndpointInfo, ExposedPort, Network, PublishedPort, SandboxMode } from './types.js'

/** An endpoint as it is stored: what the API shows and what the driver needs to find it again. */
export interface Endpoint extends EndpointInfo {
  /** The device in the host's namespace; empty for drivers that make none. */
  hostLink: string
  /** On networks that keep containers apart: whose exposed ports it reaches all the same, by id or name. */
  linkedTo?: string[]
  /** On such networks: what those linked to it reach. */
  exposedPorts?: ExposedPort[]
}

/** A container's place on the network, as it is stored. */
export interface Sandbox {
  containerId: string
  mode: SandboxMode
  published: SandboxPort[]
  /** The container asks 127.0.0.11 for names; absent when it asks others itself. */
  resolver?: ResolverSettings
}

/** A published port and where it leads. One asked-for port may be published for both families. */
export interface SandboxPort extends PublishedPort {
  endpointId: string
}

/** A network as it is stored. */
export interface StoredNetwork extends Network {
  /** The bridge, or the parent device, was there before the network: it is left there after it. */
  adoptedDevice?: boolean
}

/**
 * The endpoint that gives the container's default route: the highest gateway priority, then the first
 * network name, as Docker chooses. Only endpoints that have a gateway of the family, or need none, take part.
 */
export function gatewayEndpoint<E extends EndpointInfo>(endpoints: readonly E[], family: 4 | 6): E | undefined {
  const leadsOut = (endpoint: E): boolean => {
    const [gateway, address] = family === 4 ? [endpoint.ipv4Gateway, endpoint.ipv4Address] : [endpoint.ipv6Gateway, endpoint.ipv6Address]
    return gateway !== '' || (endpoint.routedByDevice === true && address !== '')
  }
  return [...endpoints]
    .filter(leadsOut)
    .sort((a, b) => b.gatewayPriority - a.gatewayPriority || (a.networkName < b.networkName ? -1 : a.networkName > b.networkName ? 1 : 0))[0]
}

/** The first free name `<prefix>N`. */
export function nextInterfaceName(prefix: string, taken: readonly string[]): string {
  for (let n = 0; ; n++) if (!taken.includes(`${prefix}${n}`)) return `${prefix}${n}`
}

/**
 * The MAC address that belongs to an IPv4 address (`02:42` and its four bytes): an address that is
 * used again has the same MAC, so no neighbour's cache is ever wrong.
 */
export function macOfIpv4(address: string): string {
  const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
  return `02:42:${hex.join(':')}`
}

/** A MAC address made from 8 hexadecimal digits: locally administered, unicast. `kind` keeps the uses of one id apart. */
export function macOfHex(digits: string, kind: '02:42' | '06:42' = '02:42'): string {
  return `${kind}:${(digits.slice(0, 8).match(/../g) ?? []).join(':')}`
}

/** The endpoint's addresses with their prefix lengths, one for each family that it has. */
export function addressesOf(endpoint: Endpoint): [address: string, prefixLength: number][] {
  const both: [string, number][] = [
    [endpoint.ipv4Address, endpoint.ipv4PrefixLength],
    [endpoint.ipv6Address, endpoint.ipv6PrefixLength],
  ]
  return both.filter(([address]) => address !== '')
}

export function prefixLengthOf(subnet: string): number {
  return Number(subnet.split('/')[1])
}
