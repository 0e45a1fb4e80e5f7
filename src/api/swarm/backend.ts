import type { Availability } from '../../model/node.js'
import type { Control } from '../../model/control.js'
import type { ClusterSpec } from '../../model/cluster.js'
import type { SwarmInfo } from '../../model/engine-api/swarm.js'

export interface SwarmInitOptions {
  /** `address[:port]` or an interface's name, as the flags have it. */
  listenAddr: string
  advertiseAddr: string
  dataPathAddr: string
  dataPathPort: number
  defaultAddrPool: string[]
  subnetSize: number
  forceNewCluster: boolean
  availability: Availability
  /** Absent fields take the defaults. */
  spec: ClusterSpec
}

export interface SwarmJoinOptions {
  listenAddr: string
  advertiseAddr: string
  dataPathAddr: string
  remoteAddrs: string[]
  joinToken: string
  availability: Availability
}

/** What the swarm endpoints need of the daemon. */
export interface SwarmBackend {
  /** Gives the node's id. Throws `unavailable` when this node is part of a swarm already (Docker answers 503). */
  init(options: SwarmInitOptions): Promise<string>
  join(options: SwarmJoinOptions): Promise<void>
  leave(force: boolean): Promise<void>
  unlock(key: string): Promise<void>
  unlockKey(): Promise<string>
  /** For `GET /info`. */
  info(): Promise<SwarmInfo>
  /**
   * The cluster's control API by way of the leader. Throws `unavailable` with Docker's sentence when
   * this node is not a manager, is locked, or there is no leader.
   */
  control(): Control
}
