/**
 * The plain values that go in and out of this folder. Addresses are text (`172.17.0.2`, `fd00::2`),
 * prefixes are `172.17.0.0/16`, times are milliseconds since the Unix epoch.
 */

export const Protocol = { tcp: 'tcp', udp: 'udp', sctp: 'sctp' } as const
export type Protocol = (typeof Protocol)[keyof typeof Protocol]

/** One address range of a network as asked for: `IPAM.Config[]` of the Engine API. */
export interface IpamConfig {
  subnet?: string
  /** Allocate from this part of the subnet only. */
  ipRange?: string
  gateway?: string
  /** Addresses that are never allocated, by any name. */
  auxiliaryAddresses?: Record<string, string>
}

/** What a client asks for when it creates a network. */
export interface NetworkSpec {
  name: string
  /** `bridge` when left out. */
  driver?: string
  /** No way out of the network and none in. */
  internal?: boolean
  enableIpv4?: boolean
  enableIpv6?: boolean
  attachable?: boolean
  ingress?: boolean
  options?: Record<string, string>
  labels?: Record<string, string>
  ipam?: { driver?: string; options?: Record<string, string>; config?: IpamConfig[] }
}

/** A subnet as allocated: everything is known. */
export interface Subnet {
  subnet: string
  ipRange?: string
  gateway: string
  auxiliaryAddresses: Record<string, string>
}

/** A network of this host, as it is stored and as `inspect` shows it. */
export interface Network {
  /** 64 hexadecimal characters. */
  id: string
  name: string
  driver: string
  scope: 'local' | 'swarm' | 'global'
  createdMs: number
  internal: boolean
  enableIpv4: boolean
  enableIpv6: boolean
  attachable: boolean
  ingress: boolean
  options: Record<string, string>
  labels: Record<string, string>
  ipam: { driver: string; options: Record<string, string>; config: Subnet[] }
}

/** A network with the containers on it: `GET /networks/{id}`. Keys are container ids. */
export interface NetworkDetails extends Network {
  containers: Record<string, NetworkMember>
}

export interface NetworkMember {
  name: string
  endpointId: string
  macAddress: string
  /** With the prefix length; empty when it has none. */
  ipv4Address: string
  ipv6Address: string
}

/** How a container is attached to a network, as asked for. */
export interface EndpointSettings {
  /** The container's name: for messages, inspection and names on the network. */
  containerName: string
  aliases?: string[]
  /** Names for this container alone, and the names on the network that they stand for. */
  links?: Record<string, string>
  /** Ids or names of containers whose exposed ports this one reaches also where the network keeps containers apart. */
  linkedTo?: string[]
  /** What containers that are linked to this one reach there. */
  exposedPorts?: ExposedPort[]
  ipv4Address?: string
  ipv6Address?: string
  macAddress?: string
  /** The endpoint with the highest number gives the default route. */
  gatewayPriority?: number
  /**
   * `com.docker.network.endpoint.ifname` names the interface inside the container, `ethN` when left out;
   * `com.docker.network.endpoint.sysctls` sets kernel parameters of it, `net.ipv4.conf.IFNAME.log_martians=1` and the like.
   */
  driverOptions?: Record<string, string>
}

/** How a container is attached to a network, as it turned out: what the Engine API shows. */
export interface EndpointInfo {
  endpointId: string
  networkId: string
  networkName: string
  containerId: string
  containerName: string
  aliases: string[]
  links?: Record<string, string>
  macAddress: string
  /** Empty and 0 when the endpoint has no address of the family. */
  ipv4Address: string
  ipv4PrefixLength: number
  ipv4Gateway: string
  ipv6Address: string
  ipv6PrefixLength: number
  ipv6Gateway: string
  /** The default route leads to its device without a gateway. */
  routedByDevice?: boolean
  gatewayPriority: number
  /** Inside the container; empty for endpoints without an interface of their own. */
  interfaceName: string
  driverOptions: Record<string, string>
}

/** A port that a container's configuration names: `ExposedPorts` of the Engine API. */
export interface ExposedPort {
  containerPort: number
  protocol: Protocol
}

/** A port to publish, as asked for: one entry of `HostConfig.PortBindings`. */
export interface PortBinding {
  containerPort: number
  protocol: Protocol
  /** Empty for all addresses. */
  hostIp?: string
  /** Empty or `0` for any free port, `8080`, or `8000-8010` for the first free one of a range. */
  hostPort?: string
}

/** A port as published. */
export interface PublishedPort {
  containerPort: number
  protocol: Protocol
  hostIp: string
  hostPort: number
}

/** Which network namespace a container lives in. */
export type SandboxMode =
  | { kind: 'own' }
  /** The daemon's own: nothing is made. */
  | { kind: 'host' }
  /** Its own with nothing but `lo`. */
  | { kind: 'none' }
  /** That of another container. */
  | { kind: 'container'; containerId: string }

export interface SandboxInfo {
  containerId: string
  mode: SandboxMode
  /** The namespace's file for the OCI bundle; undefined for `host`, where the bundle makes none. */
  path: string | undefined
}

/** `--default-address-pool base=10.10.0.0/16,size=24`. */
export interface AddressPool {
  base: string
  size: number
}

/** The daemon's options that matter here, with dockerd's meanings. */
export interface NetworkOptions {
  /** Device of the default network; `skep0` when left out, `none` for no default network. */
  bridge?: string
  /** Address and prefix length of the default bridge: `172.20.0.1/16`. */
  bip?: string
  fixedCidr?: string
  fixedCidrV6?: string
  ipv6?: boolean
  mtu?: number
  /** Containers of the default network may talk to each other; true when left out. */
  icc?: boolean
  ipMasquerade?: boolean
  /** Default address for published ports; `0.0.0.0` when left out. */
  defaultHostIp?: string
  defaultAddressPools?: AddressPool[]
  /** Name of the nftables table; `skep` when left out. Daemons that share a namespace need different ones. */
  tableName?: string
}
