/**
 * JSON shapes of the Engine API, version 1.51: network. Field names, casing and nesting are the contract of
 * Docker's published definition; every field is optional because old clients leave out what they do not know.
 */

export interface Network {
  Name?: string
  Id?: string
  Created?: string
  Scope?: string
  Driver?: string
  EnableIPv4?: boolean
  EnableIPv6?: boolean
  IPAM?: IPAM
  Internal?: boolean
  Attachable?: boolean
  Ingress?: boolean
  ConfigFrom?: ConfigReference
  ConfigOnly?: boolean
  Containers?: Record<string, NetworkContainer>
  Options?: Record<string, string>
  Labels?: Record<string, string>
  Peers?: PeerInfo[] | null
  /** What does not work on this node for a network of the cluster, and is tried again; left out while all works. Not in Docker's definition. */
  Problems?: string[]
  /** By name, in verbose answers alone. */
  Services?: Record<string, NetworkServiceInfo>
}

/** A service on a network, of verbose answers: what Docker's definition leaves out and its client reads. */
export interface NetworkServiceInfo {
  VIP: string
  Ports: string[]
  LocalLBIndex: number
  Tasks: { Name: string; EndpointID: string; EndpointIP: string; Info: Record<string, string> }[]
}

export interface ConfigReference {
  Network?: string
}

export interface IPAM {
  Driver?: string
  Config?: IPAMConfig[]
  Options?: Record<string, string> | null
}

export interface IPAMConfig {
  Subnet?: string
  IPRange?: string
  Gateway?: string
  AuxiliaryAddresses?: Record<string, string>
}

export interface NetworkContainer {
  Name?: string
  EndpointID?: string
  MacAddress?: string
  IPv4Address?: string
  IPv6Address?: string
}

export interface PeerInfo {
  Name?: string
  IP?: string
}

export interface NetworkCreateResponse {
  Id?: string
  Warning?: string
}

export interface EndpointSettings {
  IPAMConfig?: EndpointIPAMConfig | null
  Links?: string[] | null
  MacAddress?: string
  Aliases?: string[] | null
  DriverOpts?: Record<string, string> | null
  GwPriority?: number
  NetworkID?: string
  EndpointID?: string
  Gateway?: string
  IPAddress?: string
  IPPrefixLen?: number
  IPv6Gateway?: string
  GlobalIPv6Address?: string
  GlobalIPv6PrefixLen?: number
  DNSNames?: string[] | null
}

export interface EndpointIPAMConfig {
  IPv4Address?: string
  IPv6Address?: string
  LinkLocalIPs?: string[]
}
