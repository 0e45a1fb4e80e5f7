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
  /** Empty for services without one on this network. */
  virtualIp: string
  aliases: string[]
  ports: PortConfig[]
  /** Clients are led to tasks on their own node while there are some. */
  preferLocal: boolean
}

/** A node of the cluster on the data path. */
export interface NetworkPeer {
  nodeId: NodeId
  hostname: string
  address: string
}

/** A label of services: `local` leads clients to tasks on their own node while there are some. */
export const preferLabel = 'skep.lb.prefer'
