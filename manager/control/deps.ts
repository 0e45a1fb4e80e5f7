import type { Clock } from '../../src/base/clock.js'
import type { IdSource } from '../../src/base/id.js'
import type { Control } from '../../src/model/control.js'
import type { Store } from '../store/store.js'

/** What the control API asks of the Raft group. */
export interface Membership {
  /** The node is a member (voter or learner) of the group now. */
  isMember(nodeId: string): boolean
  /** The group keeps its quorum without the node: enough of the others can be reached. */
  canRemove(nodeId: string): boolean
}

/** What the control API asks of the cluster's CA. */
export interface Secrets {
  /** A new join token (`SWMTKN-1-<digest>-<secret>`) for the root with this digest. */
  mintJoinToken(rootDigest: string): string
  /** A new key that unlocks the managers' disks. */
  mintUnlockKey(): Uint8Array
}

export interface ControlDeps {
  store: Store
  clock: Clock
  ids: IdSource
  membership: Membership
  secrets: Secrets
  /** Asks a node by its session: the dispatcher. */
  askNode: Control['askNode']
  /** Gathers logs: the log broker. */
  serviceLogs: Control['serviceLogs']
}
