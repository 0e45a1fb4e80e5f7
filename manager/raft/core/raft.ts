import { assert, unreachable } from '../../../src/base/assert.js'
import { changedConf, confChangeRefusal, encodeConfChange, type ConfChange } from './confchange.js'
import { campaign, checkQuorum, handleTimeoutNow, handleVoteReply, handleVoteRequest } from './election.js'
import { EntryKind, noPeer, type ConfState, type HardState, type Message, type PeerId, type SnapshotMeta } from './message.js'
import type { ProgressState } from './progress.js'
import { Role, type Ready, type SoftState } from './ready.js'
import {
  appendAsLeader,
  broadcastAppend,
  broadcastHeartbeat,
  handleAppend,
  handleAppendReply,
  handleHeartbeat,
  handleHeartbeatReply,
  handleSnapshot,
  handleSnapshotReport,
  handleUnreachable,
  hasRoomFor,
  maybeCommit,
  releaseUncommitted,
  sendAppend,
  startRead,
} from './replication.js'
import { RaftState, type RaftConfig, type StoredState } from './state.js'

/** Why a proposal was not taken. */
export type Refusal =
  | 'notLeader'
  | 'transferring'
  | 'tooLarge'
  | 'overloaded'
  | 'confChangePending'
  | 'lastVoter'
  | 'unknownPeer'

/** Where a proposal stands in the log, if it was taken. It is lost when another leader's term covers that index. */
export type Proposed = { readonly ok: true; readonly index: number; readonly term: number } | { readonly ok: false; readonly refusal: Refusal }

/** One member's progress as its leader sees it. */
export interface PeerStatus {
  readonly id: PeerId
  readonly learner: boolean
  readonly state: ProgressState
  readonly match: number
  readonly recentActive: boolean
}

export interface RaftStatus extends SoftState, HardState {
  readonly id: PeerId
  readonly applied: number
  readonly firstIndex: number
  readonly lastIndex: number
  readonly conf: ConfState
  readonly transferee: PeerId
  /** Empty unless this member leads. */
  readonly peers: readonly PeerStatus[]
}

/**
 * One member of a Raft group, without any I/O: messages and ticks in, a `Ready` out. It never waits
 * and never throws on what a peer may send; an `AssertionError` is a defect or a damaged log.
 * Design: the Raft thesis (Ongaro, 2014) and etcd's raft.
 */
export class Raft {
  private readonly r: RaftState
  private previousSoft: SoftState
  private previousHard: HardState
  private outstanding: Ready | undefined
  /** Acknowledgements to oneself, due once the outstanding turn is on disk. */
  private own: readonly Message[] = []
  /** Proposals made since the last turn leave together, in one append per follower. */
  private broadcastDue = false

  constructor(config: RaftConfig, stored: StoredState) {
    this.r = new RaftState(config, stored)
    this.previousSoft = this.softState
    this.previousHard = stored.hardState ?? { term: 0, vote: noPeer, commit: 0 }
  }

  get id(): PeerId {
    return this.r.id
  }
  get term(): number {
    return this.r.term
  }
  get role(): Role {
    return this.r.role
  }
  get leader(): PeerId {
    return this.r.leader
  }
  /** The member that leadership is being handed to, or `noPeer`. */
  get transferee(): PeerId {
    return this.r.transferee
  }
  get conf(): ConfState {
    return this.r.conf
  }
  get applied(): number {
    return this.r.log.applied
  }
  get committed(): number {
    return this.r.log.committed
  }
  get firstIndex(): number {
    return this.r.log.firstIndex
  }

  /** The term at an index, or undefined when it is compacted or not written yet. */
  termAt(index: number): number | undefined {
    return this.r.log.termAt(index)
  }

  private get softState(): SoftState {
    return { role: this.r.role, leader: this.r.leader }
  }

  status(): RaftStatus {
    const { r } = this
    const followed = r.role === Role.leader ? [...r.progress] : []
    const peers = followed.map(([id, { learner, state, match, recentActive }]) => ({ id, learner, state, match, recentActive }))
    return {
      ...this.softState,
      ...r.hardState,
      id: r.id,
      applied: r.log.applied,
      firstIndex: r.log.firstIndex,
      lastIndex: r.log.lastIndex,
      conf: r.conf,
      transferee: r.transferee,
      peers: peers.sort((a, b) => a.id - b.id),
    }
  }

  /** One unit of time has passed. */
  tick(): void {
    const { r } = this
    r.electionElapsed++
    if (r.role !== Role.leader) {
      if (r.electionElapsed < r.electionTimeout) return
      // Who may not lead forgets a leader that fell silent, or its lease would keep the others from choosing one.
      if (!r.promotable) r.becomeFollower(r.term, noPeer)
      else {
        r.electionElapsed = 0
        campaign(r, 'preVote')
      }
      return
    }
    if (r.electionElapsed >= r.config.electionTicks) {
      r.electionElapsed = 0
      if (checkQuorum(r)) return
      // The transfer did not happen in time: take proposals again.
      r.transferee = noPeer
    }
    if (++r.heartbeatElapsed >= r.config.heartbeatTicks) {
      r.heartbeatElapsed = 0
      broadcastHeartbeat(r)
    }
  }

  /** Campaigns now instead of waiting for the timeout: for the first member of a new group. */
  campaign(): void {
    campaign(this.r, 'preVote')
  }

  /** Takes a message from a peer. */
  step(m: Message): void {
    const { r } = this
    if (m.term !== 0 && m.term > r.term && !this.acceptNewerTerm(m)) return
    if (m.term !== 0 && m.term < r.term) {
      this.answerOlderTerm(m)
      return
    }
    switch (m.kind) {
      case 'preVote':
      case 'vote':
        handleVoteRequest(r, m)
        return
      case 'preVoteReply':
      case 'voteReply':
        handleVoteReply(r, m)
        return
      case 'append':
        if (this.follow(m.from)) handleAppend(r, m)
        return
      case 'heartbeat':
        if (this.follow(m.from)) handleHeartbeat(r, m)
        return
      case 'snapshot':
        if (this.follow(m.from)) handleSnapshot(r, m)
        return
      case 'appendReply':
        if (r.role === Role.leader) handleAppendReply(r, m)
        return
      case 'heartbeatReply':
        if (r.role === Role.leader) handleHeartbeatReply(r, m)
        return
      case 'timeoutNow':
        if (r.role === Role.follower) handleTimeoutNow(r, m)
        return
      case 'readIndex':
        if (r.role === Role.leader) startRead(r, m.from, m.context)
        return
      case 'readIndexReply':
        r.readStates.push({ context: m.context, index: m.index })
        return
      default:
        unreachable(m)
    }
  }

  /** False when the message is to be dropped. */
  private acceptNewerTerm(m: Message): boolean {
    const { r } = this
    if (m.kind === 'preVote' || m.kind === 'vote') {
      // While a leader is heard from nobody may disturb it, except the one it hands over to. Raft thesis, 4.2.3.
      const inLease = r.leader !== noPeer && r.electionElapsed < r.config.electionTicks
      if (inLease && !m.force) return false
    }
    // A trial's term is not real yet; its refusal carries a real one.
    if (m.kind === 'preVote' || (m.kind === 'preVoteReply' && !m.reject)) return true
    const fromLeader = m.kind === 'append' || m.kind === 'heartbeat' || m.kind === 'snapshot'
    r.becomeFollower(m.term, fromLeader ? m.from : noPeer)
    return true
  }

  /** A peer that is behind learns our term; without that one that was cut off could never come back. */
  private answerOlderTerm(m: Message): void {
    const { r } = this
    if (m.from === r.id) return
    if (m.kind === 'append' || m.kind === 'heartbeat' || m.kind === 'snapshot') {
      r.send({ kind: 'appendReply', to: m.from, index: 0, reject: false, hintIndex: 0, hintTerm: 0 })
    } else if (m.kind === 'preVote') r.send({ kind: 'preVoteReply', to: m.from, reject: true })
  }

  /** The sender leads this term. False when that cannot be. */
  private follow(leader: PeerId): boolean {
    const { r } = this
    // Two leaders in one term would be a broken peer; what this member leads stays as it is.
    if (r.role === Role.leader || (r.role === Role.follower && r.leader !== noPeer && r.leader !== leader)) return false
    if (r.role !== Role.follower) r.becomeFollower(r.term, leader)
    r.electionElapsed = 0
    r.leader = leader
    return true
  }

  /** Adds an entry to the log, if this member leads. It is replicated with the next `ready`. */
  propose(data: Uint8Array): Proposed {
    return this.admit(EntryKind.normal, data)
  }

  /** Proposes one step of membership change. */
  proposeConfChange(change: ConfChange): Proposed {
    const { r } = this
    if (r.role === Role.leader) {
      if (r.pendingConfIndex > r.log.applied) return { ok: false, refusal: 'confChangePending' }
      const refusal = confChangeRefusal(r.conf, change)
      if (refusal) return { ok: false, refusal }
    }
    const proposed = this.admit(EntryKind.confChange, encodeConfChange(change))
    if (proposed.ok) r.pendingConfIndex = proposed.index
    return proposed
  }

  private admit(kind: EntryKind, data: Uint8Array): Proposed {
    const { r } = this
    // A leader that was removed and has not applied it would count itself in no quorum.
    if (r.role !== Role.leader || !r.progress.has(r.id)) return { ok: false, refusal: 'notLeader' }
    if (r.transferee !== noPeer) return { ok: false, refusal: 'transferring' }
    if (data.length > r.config.proposalBytesMax) return { ok: false, refusal: 'tooLarge' }
    if (!hasRoomFor(r, data.length)) return { ok: false, refusal: 'overloaded' }
    const index = appendAsLeader(r, [{ kind, data }])
    this.broadcastDue = true
    return { ok: true, index, term: r.term }
  }

  /**
   * Applies a committed change of membership; to be called for each such entry, in order. Gives the
   * membership that holds from here on.
   */
  applyConfChange(change: Pick<ConfChange, 'kind' | 'peer'>): ConfState {
    const { r } = this
    const leaving = r.progress.get(change.peer)
    const conf = changedConf(r.conf, change)
    const removed = leaving && !conf.voters.includes(change.peer) && !conf.learners.includes(change.peer)
    // The one that leaves hears the commit of its removal now or never.
    if (removed && r.role === Role.leader && change.peer !== r.id) sendAppend(r, change.peer, leaving, true)
    r.setConf(conf)
    for (const id of r.progress.keys()) if (!conf.voters.includes(id) && !conf.learners.includes(id)) r.progress.delete(id)
    for (const [ids, learner] of [[conf.voters, false], [conf.learners, true]] as const) {
      for (const id of ids) {
        const known = r.progress.get(id)
        if (known) known.learner = learner
        else {
          const added = r.newProgress(id, learner)
          // It counts as heard from until it had time to speak, or the quorum check would fail at once.
          added.recentActive = true
          r.progress.set(id, added)
        }
      }
    }
    if (r.role !== Role.leader) return conf
    if (!r.voters.has(r.id)) {
      r.becomeFollower(r.term, noPeer)
      return conf
    }
    if (removed && r.transferee === change.peer) r.transferee = noPeer
    // A smaller group may have a quorum that the larger one lacked; a new member is sent its first append.
    if (maybeCommit(r)) broadcastAppend(r)
    else for (const [id, progress] of r.progress) if (id !== r.id && progress.match === 0) sendAppend(r, id, progress, true)
    return conf
  }

  /**
   * Asks for a read barrier: a `ReadState` of the same context follows, once this member or its
   * leader is sure to lead. Nothing follows when there is no leader or the message is lost: ask again.
   */
  readIndex(context: number): void {
    const { r } = this
    if (r.role === Role.leader) startRead(r, r.id, context)
    else if (r.leader !== noPeer) r.send({ kind: 'readIndex', to: r.leader, term: 0, context })
  }

  /** Hands leadership to a voter. Proposals are refused until it took over or an election timeout passed. */
  transferLeadership(to: PeerId): { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal } {
    const { r } = this
    const progress = r.progress.get(to)
    if (r.role !== Role.leader) return { ok: false, refusal: 'notLeader' }
    if (!progress || progress.learner) return { ok: false, refusal: 'unknownPeer' }
    if (to === r.id || r.transferee === to) return { ok: true }
    r.transferee = to
    r.electionElapsed = 0
    if (progress.match === r.log.lastIndex) r.send({ kind: 'timeoutNow', to })
    else sendAppend(r, to, progress, true)
    return { ok: true }
  }

  /** The transport could not deliver to a peer. */
  reportUnreachable(id: PeerId): void {
    handleUnreachable(this.r, id)
  }

  /** A snapshot that a `Ready` sent was delivered, or was not. Each must be reported. */
  reportSnapshot(id: PeerId, delivered: boolean): void {
    handleSnapshotReport(this.r, id, delivered)
  }

  /** A snapshot of the state machine is on disk: it is what followers far behind are sent from now on. */
  snapshotSaved(snapshot: SnapshotMeta): void {
    assert(snapshot.index <= this.r.log.applied, 'a snapshot holds only what was applied')
    if (snapshot.index > this.r.log.snapshot.index) this.r.log.snapshot = snapshot
  }

  /** Forgets entries up to `index`, all of which the newest snapshot covers. */
  compact(index: number): void {
    this.r.log.compact(index)
  }

  /** `ready` has something to say. */
  get hasReady(): boolean {
    if (this.outstanding) return false
    const { r } = this
    return (
      this.broadcastDue ||
      r.messages.length > 0 ||
      r.messagesAfterPersist.length > 0 ||
      r.readStates.length > 0 ||
      r.log.unstableEntries.length > 0 ||
      r.log.unstableSnapshot !== undefined ||
      r.log.hasNextCommitted ||
      this.hardChanged() ||
      this.softChanged()
    )
  }

  private hardChanged(): boolean {
    const { r, previousHard: p } = this
    return p.term !== r.term || p.vote !== r.vote || p.commit !== r.log.committed
  }

  private softChanged(): boolean {
    return this.previousSoft.role !== this.r.role || this.previousSoft.leader !== this.r.leader
  }

  /**
   * The messages that may leave at once, also while a turn is under way: heartbeats must not wait for
   * a slow disk or a long restore.
   */
  takeMessages(): readonly Message[] {
    const { r } = this
    const { messages } = r
    if (messages.length > 0) r.messages = []
    return messages
  }

  /** A snapshot that was taken from a leader and is to be handed out. */
  get pendingSnapshot(): SnapshotMeta | undefined {
    return this.r.log.unstableSnapshot
  }

  /** The next turn's work. The next call comes after `advance`. */
  ready(): Ready {
    assert(!this.outstanding, 'the last ready was not advanced')
    const { r } = this
    if (this.broadcastDue) {
      this.broadcastDue = false
      if (r.role === Role.leader) broadcastAppend(r)
    }
    const hardState = this.hardChanged() ? r.hardState : undefined
    const entries = [...r.log.unstableEntries]
    const snapshot = r.log.unstableSnapshot
    const syncs = entries.length > 0 || snapshot !== undefined
    const ready: Ready = {
      ...(this.softChanged() ? { softState: this.softState } : {}),
      ...(hardState ? { hardState } : {}),
      ...(snapshot ? { snapshot } : {}),
      entries,
      mustSync: syncs || (hardState !== undefined && (hardState.term !== this.previousHard.term || hardState.vote !== this.previousHard.vote)),
      messages: r.messages,
      messagesAfterPersist: r.messagesAfterPersist.filter((m) => m.to !== r.id),
      committedEntries: r.log.nextCommitted(r.config.applyBytesMax),
      readStates: r.readStates,
    }
    this.own = r.messagesAfterPersist.filter((m) => m.to === r.id)
    r.messages = []
    r.messagesAfterPersist = []
    r.readStates = []
    if (ready.softState) this.previousSoft = ready.softState
    if (hardState) this.previousHard = hardState
    this.outstanding = ready
    return ready
  }

  /** The last `ready` was carried out. */
  advance(): void {
    const ready = this.outstanding
    assert(ready, 'there is no ready to advance')
    this.outstanding = undefined
    const { r } = this
    if (ready.snapshot) r.log.stableSnapshotTo(ready.snapshot)
    const last = ready.entries.at(-1)
    if (last) r.log.stableTo(last.index, last.term)
    const applied = ready.committedEntries.at(-1)
    if (applied) {
      r.log.appliedTo(applied.index)
      releaseUncommitted(r, ready.committedEntries)
    }
    const { own } = this
    this.own = []
    for (const message of own) this.step(message)
  }
}
