import { StatusError } from '../../src/base/errors.js'
import type { Clock } from '../../src/base/clock.js'
import type { Endpoint, StoredNetwork } from './endpoint.js'
import { prefixLengthOf } from './endpoint.js'
import { AddressSpace } from './ipam.js'
import { containsAddress, parseSubnet } from './subnet.js'
import type { EndpointSettings } from './types.js'

/** The addresses of a new endpoint; empty and 0 for a family that the network does not have. */
export type EndpointAddresses = Pick<
  Endpoint,
  'ipv4Address' | 'ipv4PrefixLength' | 'ipv4Gateway' | 'ipv6Address' | 'ipv6PrefixLength' | 'ipv6Gateway'
>

/** Which address of which network belongs to whom: one address space for each subnet. */
export class AddressBook {
  private readonly spaces = new Map<string, AddressSpace[]>()

  constructor(private readonly clock: Clock) {}

  addNetwork(network: StoredNetwork): void {
    this.spaces.set(network.id, network.ipam.config.map((subnet) => new AddressSpace(subnet, network.name)))
  }

  removeNetwork(networkId: string): void {
    this.spaces.delete(networkId)
  }

  /** Takes the addresses that an endpoint has from an earlier run. */
  adopt(endpoint: Endpoint): void {
    for (const address of [endpoint.ipv4Address, endpoint.ipv6Address]) {
      if (address === '') continue
      this.spaceOf(endpoint.networkId, address)?.reserve(address)
    }
  }

  /** Allocates an address of each family of the network, or those asked for. All or none. */
  allocate(network: StoredNetwork, settings: EndpointSettings): EndpointAddresses {
    const ipv4 = this.take(network, 4, settings.ipv4Address)
    try {
      const ipv6 = this.take(network, 6, settings.ipv6Address)
      return {
        ipv4Address: ipv4.address,
        ipv4PrefixLength: ipv4.prefixLength,
        ipv4Gateway: ipv4.gateway,
        ipv6Address: ipv6.address,
        ipv6PrefixLength: ipv6.prefixLength,
        ipv6Gateway: ipv6.gateway,
      }
    } catch (thrown) {
      if (ipv4.address !== '') this.spaceOf(network.id, ipv4.address)?.release(ipv4.address, this.clock.monotonicMs())
      throw thrown
    }
  }

  /** Gives an endpoint's addresses back; they rest before others get them. */
  release(endpoint: Pick<Endpoint, 'networkId' | 'ipv4Address' | 'ipv6Address'>): void {
    for (const address of [endpoint.ipv4Address, endpoint.ipv6Address]) {
      if (address !== '') this.spaceOf(endpoint.networkId, address)?.release(address, this.clock.monotonicMs())
    }
  }

  private take(network: StoredNetwork, family: 4 | 6, wanted: string | undefined): { address: string; prefixLength: number; gateway: string } {
    const spaces = (this.spaces.get(network.id) ?? []).filter((space) => space.prefix.family === family)
    const space = wanted ? (spaces.find((one) => containsAddress(one.prefix, wanted)) ?? spaces[0]) : spaces[0]
    if (!space) {
      if (!wanted) return { address: '', prefixLength: 0, gateway: '' }
      throw new StatusError('invalid', `cannot give the container ${wanted}: network ${network.name} has no IPv${family} subnet`)
    }
    const address = wanted ? space.reserve(wanted) : this.allocateFrom(spaces)
    const from = spaces.find((one) => containsAddress(one.prefix, address)) ?? space
    return {
      address,
      prefixLength: prefixLengthOf(from.subnet.subnet),
      // Nothing leaves an internal network, and an overlay only by another one: they give no default route.
      gateway: network.internal || network.driver === 'overlay' ? '' : from.subnet.gateway,
    }
  }

  private allocateFrom(spaces: readonly AddressSpace[]): string {
    let refusal: unknown
    for (const space of spaces) {
      try {
        return space.allocate(this.clock.monotonicMs())
      } catch (thrown) {
        refusal = thrown
      }
    }
    throw refusal
  }

  private spaceOf(networkId: string, address: string): AddressSpace | undefined {
    return (this.spaces.get(networkId) ?? []).find((space) => containsAddress(space.prefix, address))
  }
}

/** The prefixes of networks, for avoiding overlaps. */
export function prefixesOf(networks: readonly StoredNetwork[]): ReturnType<typeof parseSubnet>[] {
  return networks.flatMap((network) => network.ipam.config.map((config) => parseSubnet(config.subnet)))
}
