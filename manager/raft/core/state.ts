import { assert } from '../../../src/base/assert.js'
import type { Rng } from '../../../src/base/rng.js'
import { noPeer, type ConfState, type HardState, type Message, type MessageKind, type PeerId } from './message.js'
import { Progress } from './progress.js'
import { RaftLog, type StoredLog } from './raft-log.js'
import { PendingReads } from './read-index.js'
import { Role, type ReadState } from './ready.js'

/** What one member is started with. Ticks are the caller's unit of time. */
export interface RaftConfig {
  readonly id: PeerId
  /** A follower that hears nothing campaigns after this many ticks, and up to as many again. */
  readonly electionTicks: number
  /** A leader speaks up this often. Must be less than `electionTicks`. */
  readonly heartbeatTicks: number
  readonly rng: Rng
  /** One append carries at most this much, but at least one entry. */
  readonly appendBytesMax: number
  /** Per follower: appends in flight. */
  readonly inflightCountMax: number
  readonly inflightBytesMax: number
  /** One proposal. */
  readonly proposalBytesMax: number
  /** Proposals that are not committed yet, together: beyond it new ones are refused. */
  readonly uncommittedBytesMax: number
  /** One `Ready` hands out at most this much to apply. */
  readonly applyBytesMax: number
}

/** Limits that fit a cluster's control plane; ticks of 100 ms replace a dead leader in under 2 s. */
export const raftDefaults = {
  electionTicks: 9,
  heartbeatTicks: 1,
  appendBytesMax: 1024 * 1024,
  inflightCountMax: 256,
  inflightBytesMax: 16 * 1024 * 1024,
  proposalBytesMax: 4 * 1024 * 1024,
  uncommittedBytesMax: 64 * 1024 * 1024,
  applyBytesMax: 4 * 1024 * 1024,
} as const

/** What was read from disk; `hardState` is absent on the first start. */
export interface StoredState extends StoredLog {
  readonly hardState?: HardState
  /** The membership at the snapshot, or as rewritten by a recovery from lost quorum. */
  readonly conf: ConfState
}

/** A `Message` without the fields that `send` fills in. */
type Outgoing<M = Message> = M extends Message ? Omit<M, 'from' | 'term'> & { term?: number } : never

/** These promise something that must survive a crash: they wait for the disk. */
const afterPersist: ReadonlySet<MessageKind> = new Set(['appendReply', 'voteReply', 'preVoteReply'])

/** One member's whole state, and the moves between roles that need nothing else. */
export class RaftState {
  readonly id: PeerId
  readonly log: RaftLog
  term = 0
  vote: PeerId = noPeer
  leader: PeerId = noPeer
  role: Role = Role.follower
  conf: ConfState
  voters: ReadonlySet<PeerId>
  progress = new Map<PeerId, Progress>()
  votes = new Map<PeerId, boolean>()
  reads = new PendingReads()
  readStates: ReadState[] = []
  messages: Message[] = []
  messagesAfterPersist: Message[] = []
  electionElapsed = 0
  heartbeatElapsed = 0
  electionTimeout = 0
  /** The member that leadership is being handed to. */
  transferee: PeerId = noPeer
  /** No membership change may be proposed while one at this index or before is not applied. */
  pendingConfIndex = 0
  uncommittedBytes = 0

  constructor(
    readonly config: RaftConfig,
    stored: StoredState,
  ) {
    assert(Number.isSafeInteger(config.id) && config.id > 0, `raft id ${config.id} is not a positive safe integer`)
    assert(config.heartbeatTicks > 0 && config.electionTicks > config.heartbeatTicks, 'elections take longer than heartbeats')
    this.id = config.id
    this.log = new RaftLog(stored)
    this.conf = stored.conf
    this.voters = new Set(stored.conf.voters)
    if (stored.hardState) {
      this.term = stored.hardState.term
      this.vote = stored.hardState.vote
      this.log.commitTo(stored.hardState.commit)
    }
    this.becomeFollower(this.term, noPeer)
  }

  get hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed }
  }

  /** May become the leader: a voter that is not waiting for a snapshot. */
  get promotable(): boolean {
    return this.voters.has(this.id) && !this.log.unstableSnapshot
  }

  send(message: Outgoing): void {
    const full = { ...message, from: this.id, term: message.term ?? this.term } as Message
    if (full.to === this.id || afterPersist.has(full.kind)) this.messagesAfterPersist.push(full)
    else this.messages.push(full)
  }

  becomeFollower(term: number, leader: PeerId): void {
    this.reset(term)
    this.role = Role.follower
    this.leader = leader
  }

  /** A trial election: nothing on disk changes, so a member that was cut off disturbs nobody. Raft thesis, 9.6. */
  becomePreCandidate(): void {
    assert(this.role !== Role.leader, 'a leader does not campaign')
    this.votes.clear()
    this.role = Role.preCandidate
    this.leader = noPeer
  }

  becomeCandidate(): void {
    assert(this.role !== Role.leader, 'a leader does not campaign')
    this.reset(this.term + 1)
    this.role = Role.candidate
    this.vote = this.id
  }

  reset(term: number): void {
    if (term !== this.term) {
      assert(term > this.term, `the term never goes back (${this.term} to ${term})`)
      this.term = term
      this.vote = noPeer
    }
    this.leader = noPeer
    this.electionElapsed = 0
    this.heartbeatElapsed = 0
    this.electionTimeout = this.config.electionTicks + this.config.rng.below(this.config.electionTicks)
    this.transferee = noPeer
    this.votes.clear()
    this.pendingConfIndex = 0
    this.uncommittedBytes = 0
    this.reads = new PendingReads()
    this.progress = new Map()
    for (const id of this.conf.voters) this.progress.set(id, this.newProgress(id, false))
    for (const id of this.conf.learners) this.progress.set(id, this.newProgress(id, true))
  }

  newProgress(id: PeerId, learner: boolean): Progress {
    const { inflightCountMax, inflightBytesMax } = this.config
    const progress = new Progress(this.log.lastIndex + 1, learner, inflightCountMax, inflightBytesMax)
    if (id === this.id) progress.match = this.log.lastIndex
    return progress
  }

  /** Takes a new membership into the counting of votes; a leader's view of each member is adjusted by its caller. */
  setConf(conf: ConfState): void {
    this.conf = conf
    this.voters = new Set(conf.voters)
  }
}
