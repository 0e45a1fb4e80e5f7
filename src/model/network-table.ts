import type { NetworkId, NodeId, ServiceId, TaskId } from './ids.js'
import type { EndpointMode, PortConfig } from './service.js'

/**
 * What the nodes of a cluster network are told of it: rows of tables that the managers make from the
 * store and send as changes. Addresses are plain (`10.0.1.5`), without a prefix length.
 */

/** A task's place on one network. It has a row from the moment it has a node until it has ended. */
export interface NetworkEndpoint {
  networkId: NetworkId
  taskId: TaskId
  /** As its container is called. */
  taskName: string
  /** Empty for a standalone container. */
  serviceId: ServiceId | ''
  nodeId: NodeId
  /** Where its node takes packets of the data path; empty while that is not known. */
  nodeAddress: string
  /** At most one of each family. */
  addresses: string[]
  aliases: string[]
  /** New flows may be sent to it: it runs, is healthy, and is not to be ended. */
  serving: boolean
}

/** A service on one network. */
export interface NetworkService {
  networkId: NetworkId
  serviceId: ServiceId
  name: string
  mode: EndpointMode
  /** IPv4; empty for services without one on this network. */
  virtualIp: string
  /** Empty on networks without IPv6, and on the ingress network. */
  virtualIpv6: string
  aliases: string[]
  ports: PortConfig[]
  /** Clients are led to tasks on their own node while there are some. */
  preferLocal: boolean
  /** Published TCP ports (ingress mode) whose connections begin with a PROXY protocol v2 header. */
  proxyProtocolPorts: number[]
}

/** A node of the cluster on the data path. */
export interface NetworkPeer {
  nodeId: NodeId
  hostname: string
  address: string
  /** UDP port at which it answers whether the address reaches it; absent for nodes that do not. */
  probePort?: number
  /** How packets of encrypted networks reach it; absent while it is on none. */
  encryption?: NodeEncryption
}

/** The public halves of a node's WireGuard keys. While it changes its key there are two. */
export interface NodeEncryption {
  /** The oldest first. */
  keys: EncryptionKey[]
}

export interface EncryptionKey {
  /** Curve25519, in base64. */
  publicKey: string
  /** UDP port of the data path address that packets for this key are sent to. */
  port: number
}

/** More keys at a time are not taken from a node. */
export const encryptionKeysMax = 4

/** Who is on one network, in any order. */
export interface NetworkRows {
  services: NetworkService[]
  endpoints: NetworkEndpoint[]
  /** Every node that is on the network. */
  peers: NetworkPeer[]
}

/** A label of services: `local` leads clients to tasks on their own node while there are some. */
export const preferLabel = 'skep.lb.prefer'

/**
 * Labels of services: `skep.ingress.proxy-protocol.<published port>` with the value `v2` puts a PROXY protocol v2
 * header in front of each connection to that port.
 */
export const proxyProtocolLabelPrefix = 'skep.ingress.proxy-protocol.'

/** The published ports that the labels name. Throws a RangeError that names a label which makes no sense. */
export function proxyProtocolPorts(labels: Readonly<Record<string, string>>): number[] {
  const ports: number[] = []
  for (const [label, value] of Object.entries(labels)) {
    if (!label.startsWith(proxyProtocolLabelPrefix)) continue
    const text = label.slice(proxyProtocolLabelPrefix.length)
    const port = Number(text)
    if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
      throw new RangeError(`label ${label}: "${text}" is no published port: name it ${proxyProtocolLabelPrefix}<1-65535>`)
    }
    if (value !== 'v2') throw new RangeError(`label ${label}: the version of the PROXY protocol is "${value}": only v2 is there`)
    ports.push(port)
  }
  return ports.sort((a, b) => a - b)
}
