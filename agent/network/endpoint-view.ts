import type { Endpoint } from './endpoint.js'
import type { EndpointInfo, NetworkMember } from './types.js'

/** An endpoint as the container's inspection shows it. */
export function publicEndpoint(endpoint: Endpoint): EndpointInfo {
  const { hostLink: _, linkedTo: _linkedTo, exposedPorts: _exposedPorts, ...rest } = endpoint
  return structuredClone(rest)
}

/** An endpoint as the network's inspection shows it. */
export function memberOf(endpoint: Endpoint): NetworkMember {
  const withLength = (address: string, length: number): string => (address === '' ? '' : `${address}/${length}`)
  return {
    name: endpoint.containerName,
    endpointId: endpoint.endpointId,
    macAddress: endpoint.macAddress,
    ipv4Address: withLength(endpoint.ipv4Address, endpoint.ipv4PrefixLength),
    ipv6Address: withLength(endpoint.ipv6Address, endpoint.ipv6PrefixLength),
  }
}
