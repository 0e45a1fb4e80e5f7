import type { Annotations, Driver, Meta } from './object.js'
import type { NetworkId } from './ids.js'

/** A subnet of a network. Empty texts are for the allocator to choose. */
export interface IpamConfig {
  /** CIDR. */
  subnet: string
  /** CIDR within the subnet, or empty. */
  range: string
  gateway: string
  /** Reserved addresses by name. */
  auxAddresses: Record<string, string>
}

/** What a user wants of a network of the cluster. */
export interface NetworkSpec extends Annotations {
  driver: Driver
  ipv6Enabled: boolean
  internal: boolean
  attachable: boolean
  ingress: boolean
  ipam?: { driver: Driver; configs: IpamConfig[] }
  /** `swarm`, or `local` for a network that only names a node's own one. */
  scope: string
  /** The name of a config-only network it takes its settings from. */
  configFrom: string
}

/** A cluster network. */
export interface Network {
  id: NetworkId
  meta: Meta
  spec: NetworkSpec
  /** What the allocator decided; absent until it has. */
  driverState?: Driver
  ipam?: { driver: Driver; configs: IpamConfig[] }
  pendingDelete: boolean
}

/** A label of the objects that stand for the networks every node has of its own, as Docker names it. */
export const predefinedLabel = 'com.docker.swarm.predefined'

/** The network is one that every node has of its own: `host`, `bridge` or `none`. */
export function isPredefinedNetwork({ spec }: Pick<Network, 'spec'>): boolean {
  return spec.labels[predefinedLabel] === 'true'
}
