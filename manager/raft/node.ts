import type { Timer } from '../../src/base/clock.js'
import { StatusError, unavailable } from '../../src/base/errors.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import { ConfChangeKind, decodeConfChange, type ConfChange } from './core/confchange.js'
import { entryBytes, EntryKind, noPeer, type Entry, type InstallSnapshot, type Message, type PeerId } from './core/message.js'
import { LostEntriesError } from './core/raft-log.js'
import { Raft, type Refusal } from './core/raft.js'
import { Role, type Ready } from './core/ready.js'
import { raftDefaults } from './core/state.js'
import { LogStorage, type Loaded, type SnapshotExtra } from './log-storage.js'
import { MemberChanges } from './member-changes.js'
import { Membership, newRaftId, sameMember, type Member, type Roster } from './membership.js'
import type { Leadership, MemberStatus, NodeStatus, RaftNodeOptions, StateMachine, Stopped } from './node-types.js'
import { abortable, leadershipLost, Proposals, Reads } from './pending.js'
import { refusalError } from './refusal.js'
import { Snapshotter } from './snapshotter.js'
import { Transport } from './transport/transport.js'
import type { JoinResult, RaftReceiver } from './transport/service.js'
import { realDisk } from './wal/disk.js'
import type { IncomingSnapshot } from './wal/snapshot-file.js'

const tickMsDefault = 100
/** Applying gives way to everything else after this long. */
const applySliceMs = 10

/**
 * One manager's part in the Raft group: the core, its log on disk, its channels to the others and the
 * state machine. It survives a crash at any moment: nothing is said to others or to callers before
 * the disk has it.
 */
export class RaftNode implements RaftReceiver, AsyncDisposable {
  private readonly raft: Raft
  private readonly transport: Transport
  private readonly membership: Membership
  private readonly proposals = new Proposals()
  private readonly reads: Reads
  private readonly snapshotter: Snapshotter
  private readonly changes: MemberChanges
  private readonly machine: StateMachine
  private readonly incoming = new Map<string, IncomingSnapshot>()
  private readonly heardAtTick = new Map<PeerId, number>()
  private readonly listeners = new Set<(leadership: Leadership) => void>()
  private announced: Leadership = { isLeader: false, term: 0, leader: undefined }
  private wake: (() => void) | undefined
  private turnWaiters: (() => void)[] = []
  private ticks = 0
  private ticker: Timer | undefined
  private refusing = false
  private ending: Stopped | undefined
  private readonly running: Promise<void>
  private tellStopped: (stopped: Stopped) => void = () => undefined
  /** Resolves when the node does not run any more: stopped, removed from the group, or its disk failed. */
  readonly stopped: Promise<Stopped>

  private constructor(
    private readonly options: RaftNodeOptions,
    private readonly storage: LogStorage,
    loaded: Loaded,
  ) {
    const { clock, rng, log, address, nodeId } = options
    this.machine = options.stateMachine
    const self: Member = { raftId: loaded.raftId, nodeId, address }
    const { electionTicks = raftDefaults.electionTicks, heartbeatTicks = raftDefaults.heartbeatTicks } = options
    this.raft = new Raft({ ...raftDefaults, electionTicks, heartbeatTicks, id: loaded.raftId, rng }, loaded.stored)
    this.membership = new Membership(loaded.roster)
    this.reads = new Reads(rng.below(2 ** 32) * 2 ** 16, (context) => this.raft.readIndex(context))
    this.snapshotter = new Snapshotter(this.raft, storage, options, () => ({ raftId: loaded.raftId, ...this.membership.roster }) satisfies SnapshotExtra)
    this.changes = new MemberChanges(this, options)
    this.transport = new Transport({
      self: loaded.raftId,
      dialer: options.dialer(self),
      clock,
      rng,
      log,
      openSnapshot: (meta) => this.snapshotter.openForSending(meta),
      events: {
        unreachable: (id) => this.guarded(() => this.raft.reportUnreachable(id)),
        snapshotDone: (id, delivered) => this.guarded(() => this.raft.reportSnapshot(id, delivered)),
        removed: () => this.end({ reason: 'removed' }),
      },
    })
    this.transport.update(this.membership.list())
    this.stopped = new Promise((resolve) => (this.tellStopped = resolve))
    this.running = this.run()
    this.scheduleTick()
  }

  /**
   * Opens the log in `dir`, or begins one as `start` says, and takes part from then on. Throws
   * `internal` when the log is damaged, `forbidden` when it is sealed with another key, `invalid` when
   * there is none and no way to start.
   */
  static async open(options: RaftNodeOptions): Promise<RaftNode> {
    const { dir, nodeId, address, log, dataKey, segmentBytes, start, stateMachine, rng } = options
    const storage = await LogStorage.open({
      dir,
      disk: options.disk ?? realDisk,
      log,
      keepEntries: options.keepEntries ?? 500,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      ...(dataKey ? { dataKey } : {}),
    })
    try {
      let loaded: Loaded
      if (!storage.isEmpty) loaded = await storage.load((index, chunks) => stateMachine.restore(index, chunks))
      else if (start?.kind === 'bootstrap') loaded = await storage.bootstrap({ raftId: start.raftId ?? newRaftId(rng), nodeId, address })
      else if (start?.kind === 'join') loaded = await storage.join(start.joined.raftId, start.joined)
      else throw new StatusError('invalid', `there is no Raft log in ${dir}: this node is not a manager yet`)
      if (options.forceNewCluster) loaded = await storage.forceNewCluster(loaded, { raftId: loaded.raftId, nodeId, address })
      const node = new RaftNode(options, storage, loaded)
      // Alone, there is nobody to wait for.
      if (start?.kind === 'bootstrap' || options.forceNewCluster) node.campaignWhenApplied()
      return node
    } catch (thrown) {
      await storage.close()
      throw thrown
    }
  }

  get raftId(): PeerId {
    return this.raft.id
  }

  /** Proposals are taken: this member leads and has applied everything that was committed before its term. */
  get isLeader(): boolean {
    return this.announced.isLeader
  }

  /** Who leads, as far as this member knows. */
  leader(): Member | undefined {
    return this.raft.leader === noPeer ? undefined : this.membership.get(this.raft.leader)
  }

  status(): NodeStatus {
    const { id, role, term, leader, commit, applied, firstIndex, lastIndex } = this.raft.status()
    return { raftId: id, role, term, leader, committed: commit, applied, firstIndex, lastIndex, snapshotIndex: this.snapshotter.lastIndex }
  }

  members(): MemberStatus[] {
    const { learners } = this.raft.conf
    return this.membership.list().map((member) => ({
      ...member,
      learner: learners.includes(member.raftId),
      leader: member.raftId === this.raft.leader,
      reachable: this.isReachable(member.raftId),
    }))
  }

  get roster(): Roster {
    return this.membership.roster
  }

  addressOf(raftId: PeerId): string | undefined {
    return this.membership.get(raftId)?.address
  }

  /** Heard from lately; on a follower, as far as it can tell. */
  isReachable(id: PeerId): boolean {
    if (id === this.raft.id) return true
    const heard = this.heardAtTick.get(id)
    const patience = 2 * (this.options.electionTicks ?? raftDefaults.electionTicks)
    if (this.raft.role === Role.leader || id === this.raft.leader) return heard !== undefined && this.ticks - heard <= patience
    return !this.transport.isUnreachable(id)
  }

  /** Calls `listener` with the state now and after each change of who leads. Gives what ends that. */
  onLeadership(listener: (leadership: Leadership) => void): () => void {
    this.listeners.add(listener)
    listener(this.announced)
    return () => void this.listeners.delete(listener)
  }

  /**
   * Replicates `data`. Resolves with its index after it was committed and applied here; proposals of
   * one leader are applied in the order made. Rejects with `NotDoneError` when this member does not lead,
   * with `unavailable` when it loses leadership first; then all that was proposed until the caller could
   * know of it fails too. Aborting the signal stops the waiting, not the proposal.
   */
  propose(data: Uint8Array, signal?: AbortSignal): Promise<number> {
    if (signal?.aborted) return Promise.reject(new StatusError('cancelled', 'the change was cancelled before it was proposed'))
    if (this.ending) return Promise.reject(new NotDoneError(this.endedError().message))
    if (this.refusing) return Promise.reject(new NotDoneError('a change made just before was refused'))
    const result = this.announced.isLeader ? this.raft.propose(data) : ({ ok: false, refusal: 'notLeader' } as const)
    if (!result.ok) {
      this.refusing = true
      setImmediate(() => (this.refusing = false))
      return Promise.reject(this.refused(result.refusal, data.length))
    }
    this.wakeUp()
    return abortable(this.proposals.wait(result.index, result.term), signal)
  }

  /** Proposes a step of membership change; resolves when it is applied here. */
  async proposeConfChange(change: ConfChange): Promise<number> {
    for (;;) {
      if (this.ending) throw this.endedError()
      const result = this.announced.isLeader ? this.raft.proposeConfChange(change) : ({ ok: false, refusal: 'notLeader' } as const)
      if (result.ok) {
        this.wakeUp()
        return this.proposals.wait(result.index, result.term)
      }
      if (result.refusal !== 'confChangePending') throw this.refused(result.refusal, 0)
      await this.nextTurn()
    }
  }

  /**
   * A read barrier: what was committed anywhere before the call is applied here when it resolves,
   * with the index that is at least applied. Works on followers too.
   */
  async readIndex(signal?: AbortSignal): Promise<number> {
    if (this.ending) throw this.endedError()
    const read = this.reads.wait(this.ticks)
    this.guarded(() => undefined)
    return abortable(read, signal)
  }

  /** Takes a node in as a learner that becomes a voter when it has caught up. Only on the leader. */
  join(nodeId: string, address: string): Promise<JoinResult> {
    return this.changes.join(nodeId, address)
  }

  /** Removes the member of a node; does nothing when it is none. Only on the leader. */
  leave(nodeId: string): Promise<void> {
    return this.changes.leave(nodeId)
  }

  /** Adds a learner. Only on the leader, like all changes of membership. */
  addMember(member: Member): Promise<void> {
    return this.changes.add(member)
  }

  /** Makes a learner a voter. A leader does so by itself once the learner has caught up. */
  promote(raftId: PeerId): Promise<void> {
    return this.changes.promote(raftId)
  }

  /** Refuses with `conflict` what would lose the quorum, and the last manager. */
  removeMember(raftId: PeerId): Promise<void> {
    return this.changes.remove(raftId)
  }

  updateAddress(raftId: PeerId, address: string): Promise<void> {
    return this.changes.updateAddress(raftId, address)
  }

  /** Hands leadership to another voter, the most advanced one unless `to` is given; resolves when it took over. */
  transferLeadership(to?: PeerId): Promise<void> {
    return this.changes.transferLeadership(to)
  }

  // What changes of membership need to see and do.
  get core(): Raft {
    return this.raft
  }
  get roll(): Membership {
    return this.membership
  }

  /** Resolves after the next turn or tick. */
  nextTurn(): Promise<void> {
    return new Promise((resolve) => this.turnWaiters.push(resolve))
  }

  /** Takes messages from a peer; false when the sender was removed. */
  receive(messages: readonly Message[], sender: Member | undefined): boolean {
    if (this.ending) throw this.endedError()
    if (sender && this.membership.isRemoved(sender.raftId)) return false
    if (sender) this.meet(sender)
    this.guarded(() => {
      for (const message of messages) {
        // An address that was another member's may still be sent that one's messages.
        if (message.to !== this.raft.id || this.membership.isRemoved(message.from)) continue
        this.heardAtTick.set(message.from, this.ticks)
        this.raft.step(message)
      }
    })
    return !messages.some((message) => this.membership.isRemoved(message.from))
  }

  /** A peer told where it is: it may be new, or have moved. */
  private meet(sender: Member): void {
    this.transport.learn(sender)
    this.changes.seen(sender)
  }

  /** Takes a snapshot from the leader: to disk first, then into the core. */
  async receiveSnapshot(message: InstallSnapshot, roster: Roster, chunks: AsyncIterable<Uint8Array>, sender: Member | undefined): Promise<void> {
    if (this.ending) throw this.endedError()
    if (message.to !== this.raft.id) throw new StatusError('notFound', `this is not the manager with Raft id ${message.to}`)
    if (sender) this.meet(sender)
    const meta = message.snapshot
    const extra: SnapshotExtra = { raftId: this.raft.id, ...roster }
    const incoming = await this.storage.snapshots.write({ meta, extra }, chunks)
    const key = `${meta.index}/${meta.term}`
    const older = this.incoming.get(key)
    if (this.ending) {
      await this.storage.snapshots.discard(incoming)
      throw this.endedError()
    }
    this.incoming.set(key, incoming)
    this.receive([message], sender)
    if (this.raft.pendingSnapshot?.index !== meta.index) {
      this.incoming.delete(key)
      await this.storage.snapshots.discard(incoming)
    }
    if (older) await this.storage.snapshots.discard(older)
  }

  private scheduleTick(): void {
    this.ticker = this.options.clock.setTimer(this.options.tickMs ?? tickMsDefault, () => {
      if (this.ending) return
      this.scheduleTick()
      this.ticks++
      this.guarded(() => {
        this.raft.tick()
        this.reads.tick(this.ticks, this.options.electionTicks ?? raftDefaults.electionTicks)
        this.changes.tick()
      })
      this.wakeTurnWaiters()
    })
  }

  /** Does something to the core and wakes the loop; a defect there ends the node, not the process. */
  private guarded(action: () => void): void {
    if (this.ending) return
    try {
      action()
    } catch (thrown) {
      this.fail(thrown)
      return
    }
    this.transport.send(this.raft.takeMessages())
    this.wakeUp()
  }

  private wakeUp(): void {
    const wake = this.wake
    this.wake = undefined
    wake?.()
  }

  private wakeTurnWaiters(): void {
    const waiters = this.turnWaiters
    this.turnWaiters = []
    for (const waiter of waiters) waiter()
  }

  private async run(): Promise<void> {
    try {
      while (!this.ending) {
        if (this.raft.hasReady) await this.turn(this.raft.ready())
        else await new Promise<void>((resolve) => (this.wake = resolve))
      }
    } catch (thrown) {
      this.fail(thrown)
    }
  }

  private async turn(ready: Ready): Promise<void> {
    this.transport.send(ready.messages)
    const { hardState, entries, snapshot } = ready
    if (snapshot) await this.commitIncoming(snapshot)
    if (hardState || entries.length > 0 || snapshot) {
      const mark = snapshot ? { snapshot: { index: snapshot.index, term: snapshot.term } } : {}
      await this.storage.wal.append({ hardState, entries, ...mark }, ready.mustSync)
    }
    if (this.ending) return
    this.transport.send(ready.messagesAfterPersist)
    if (snapshot) await this.restore(snapshot)
    await this.apply(ready.committedEntries)
    if (this.ending) return
    for (const read of ready.readStates) this.reads.answered(read, this.ticks)
    this.raft.advance()
    this.reads.applied(this.raft.applied)
    this.announce()
    this.snapshotter.maybeStart(this.machine)
    this.wakeTurnWaiters()
  }

  private async commitIncoming(meta: { index: number; term: number }): Promise<void> {
    const key = `${meta.index}/${meta.term}`
    const incoming = this.incoming.get(key)
    if (!incoming) throw new StatusError('internal', `the snapshot at index ${meta.index} was taken but is not on disk`)
    this.incoming.delete(key)
    await this.storage.snapshots.commit(incoming)
  }

  private async restore(meta: { index: number; term: number }): Promise<void> {
    const snapshot = await this.storage.snapshots.read(meta)
    try {
      await this.machine.restore(meta.index, snapshot.chunks)
    } finally {
      await snapshot.close()
    }
    this.membership.restore(snapshot.header.extra as SnapshotExtra)
    this.transport.update(this.membership.list())
    this.snapshotter.restored(meta.index)
    this.options.log.info('restored a snapshot from the leader', { index: meta.index })
  }

  private async apply(entries: readonly Entry[]): Promise<void> {
    const { clock } = this.options
    let sliceStartMs = clock.monotonicMs()
    for (const entry of entries) {
      if (entry.kind === EntryKind.confChange) this.applyConfChange(decodeConfChange(entry.data))
      else if (entry.data.length > 0) this.machine.apply(entry.index, entry.term, entry.data)
      this.snapshotter.applied(entryBytes(entry))
      this.proposals.applied(entry)
      if (this.ending) return
      if (clock.monotonicMs() - sliceStartMs < applySliceMs) continue
      await new Promise<void>((resolve) => setImmediate(resolve))
      sliceStartMs = clock.monotonicMs()
    }
  }

  private applyConfChange(change: ConfChange): void {
    const before = this.raft.conf
    const after = this.raft.applyConfChange(change)
    // The core refused it: the last voter stays, and so does its place in the roster.
    if (after === before && change.kind !== ConfChangeKind.update) return
    this.membership.apply(change)
    this.transport.send(this.raft.takeMessages())
    this.transport.update(this.membership.list())
    this.heardAtTick.set(change.peer, this.ticks)
    if (change.kind === ConfChangeKind.remove && change.peer === this.raft.id) this.end({ reason: 'removed' })
  }

  /** Tells listeners when leadership changed. One leads for others once an entry of its own term is applied. */
  private announce(): void {
    const { raft } = this
    const isLeader = raft.role === Role.leader && raft.termAt(raft.applied) === raft.term
    const leader = this.leader()
    const previous = this.announced
    if (previous.isLeader && (!isLeader || previous.term !== raft.term)) this.proposals.failAll(leadershipLost())
    if (previous.isLeader === isLeader && previous.term === raft.term && sameMember(previous.leader, leader)) return
    this.announced = { isLeader, term: raft.term, leader }
    if (isLeader !== previous.isLeader) this.options.log.info(isLeader ? 'this manager leads' : 'this manager follows', { term: raft.term, leader: leader?.nodeId })
    for (const listener of this.listeners) listener(this.announced)
  }

  /** A member without others would wait for an election timeout for nothing. */
  private campaignWhenApplied(): void {
    const attempt = async (): Promise<void> => {
      while (!this.ending && this.raft.applied < this.raft.committed) await this.nextTurn()
      this.guarded(() => this.raft.campaign())
    }
    void attempt()
  }

  private refused(refusal: Refusal, bytes: number, leader = this.leader()): StatusError {
    return refusalError(refusal, bytes, leader?.raftId === this.raft.id ? undefined : leader)
  }

  private endedError(): StatusError {
    const why = { stopped: 'was stopped', removed: 'was removed from the cluster', lost: 'failed', failed: 'failed' }[this.ending?.reason ?? 'stopped']
    return unavailable(`this manager's Raft member ${why}${this.ending?.failure ? `: ${this.ending.failure.message}` : ''}`)
  }

  private fail(thrown: unknown): void {
    const failure = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (!this.ending) this.options.log.error(`the Raft member failed: ${failure.message}`, { err: failure })
    this.end({ reason: failure instanceof LostEntriesError ? 'lost' : 'failed', failure })
  }

  /** The first reason wins. Nothing is taken or given any more; the disk is closed in the background. */
  private end(stopped: Stopped): void {
    if (this.ending) return
    this.ending = stopped
    this.ticker?.cancel()
    const failure = this.endedError()
    this.proposals.failAll(failure)
    this.reads.failAll(failure)
    if (this.announced.isLeader || this.announced.leader) {
      this.announced = { isLeader: false, term: this.raft.term, leader: undefined }
      for (const listener of this.listeners) listener(this.announced)
    }
    this.wakeUp()
    this.wakeTurnWaiters()
    void this.close(stopped)
  }

  private async close(stopped: Stopped): Promise<void> {
    await this.running
    await this.transport.close()
    await this.snapshotter.idle()
    await this.storage.close().catch((thrown: unknown) => this.options.log.warn('could not close the Raft log', { err: thrown }))
    this.tellStopped(stopped)
  }

  /** Ends taking part; what was acknowledged is on disk. Leadership is not handed over: see `transferLeadership`. */
  async stop(): Promise<void> {
    this.end({ reason: 'stopped' })
    await this.stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
