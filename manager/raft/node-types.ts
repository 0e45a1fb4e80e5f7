import type { Clock } from '../../src/base/clock.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import type { NamedKey } from '../../src/sys/aes-gcm.js'
import type { PeerId } from './core/message.js'
import type { PeerStatus } from './core/raft.js'
import type { Role } from './core/ready.js'
import type { Member } from './membership.js'
import type { PeerDialer } from './transport/peer.js'
import type { JoinResult } from './transport/service.js'
import type { Disk } from './wal/disk.js'

/** What the log drives. `apply` is called once per entry, in order, on every member alike. */
export interface StateMachine {
  /** Synchronous and deterministic; must not throw on anything that was proposed. */
  apply(index: number, term: number, data: Uint8Array): void
  /** The state as it is at the call; later changes must not show in what is read from it. */
  snapshot(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Replaces the state by a snapshot taken at `index`; on failure the old state stays. */
  restore(index: number, chunks: AsyncIterable<Uint8Array>): Promise<void>
}

/** How a member that finds nothing on disk starts. */
export type RaftStart =
  | { readonly kind: 'bootstrap'; readonly raftId?: PeerId }
  /** With what an existing member answered to `Join`. */
  | { readonly kind: 'join'; readonly joined: JoinResult }

export interface RaftNodeOptions {
  /** The folder of the log and the snapshots. */
  readonly dir: string
  readonly nodeId: string
  /** host:port at which the other managers reach this one. */
  readonly address: string
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  /** Made for this member once its Raft id is known. */
  readonly dialer: (self: Member) => PeerDialer
  readonly stateMachine: StateMachine
  /** What to do when the folder is empty; without it that is an error. Ignored when it is not. */
  readonly start?: RaftStart
  /** Starts as the only member of what the log holds: recovery from lost quorum. */
  readonly forceNewCluster?: boolean
  /** Default 100: with the ticks below a dead leader is replaced in less than 2 s. */
  readonly tickMs?: number
  readonly heartbeatTicks?: number
  readonly electionTicks?: number
  /** Default 10,000. */
  readonly snapshotEveryEntries?: number
  /** A snapshot is also made when the entries since the last one are this large; default 64 MiB. */
  readonly snapshotEveryBytes?: number
  /** Entries kept behind a snapshot for followers that are a little late; default 500. */
  readonly keepEntries?: number
  readonly segmentBytes?: number
  /** Of log and snapshots, 32 bytes each: the first one seals, all open. */
  readonly dataKeys?: readonly NamedKey[]
  /** The machine's own unless a test hands in another. */
  readonly disk?: Disk
}

/** A change of who leads, as this member sees it. */
export interface Leadership {
  readonly isLeader: boolean
  readonly term: number
  /** Who leads; undefined while nobody is known to. */
  readonly leader: Member | undefined
}

export interface MemberStatus extends Member {
  readonly learner: boolean
  readonly leader: boolean
  /** Heard from lately. Only a leader hears from everybody; others judge by their connections. */
  readonly reachable: boolean
}

/** Why a node does not run any more. */
export interface Stopped {
  /** `lost`: the log lacks what it once had; this member must not come back, its node may join as a new one. */
  readonly reason: 'stopped' | 'removed' | 'lost' | 'failed'
  readonly failure?: Error
}

export interface NodeStatus {
  readonly raftId: PeerId
  readonly role: Role
  readonly term: number
  readonly leader: PeerId
  readonly committed: number
  readonly applied: number
  readonly firstIndex: number
  readonly lastIndex: number
  readonly snapshotIndex: number
  /** How far each member has got, as a leader knows; empty on others. */
  readonly peers: readonly PeerStatus[]
}
