import type { Timer } from '../../src/base/clock.js'
import { StatusError, unavailable } from '../../src/base/errors.js'
import type { NamedKey } from '../../src/sys/aes-gcm.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import { Applier } from './applier.js'
import { ConfChangeKind, type ConfChange } from './core/confchange.js'
import type { InstallSnapshot, Message, PeerId } from './core/message.js'
import { LostEntriesError } from './core/raft-log.js'
import { Raft, type Refusal } from './core/raft.js'
import type { Ready } from './core/ready.js'
import { raftDefaults } from './core/state.js'
import { IncomingSnapshots } from './incoming-snapshots.js'
import { LeadershipWatch } from './leadership-watch.js'
import type { Loaded, LogStorage, SnapshotExtra } from './log-storage.js'
import { MemberChanges } from './member-changes.js'
import { Membership, type Member, type Roster } from './membership.js'
import type { Leadership, MemberStatus, NodeStatus, RaftNodeOptions, Stopped } from './node-types.js'
import { openLog } from './open-log.js'
import { abortable, leadershipLost, Proposals, Reads } from './pending.js'
import { Reachability } from './reachability.js'
import { refusalError } from './refusal.js'
import { renewDataKey } from './renewal.js'
import { Snapshotter } from './snapshotter.js'
import { Transport } from './transport/transport.js'
import type { JoinResult, RaftReceiver } from './transport/service.js'
import { Turns } from './turns.js'

const tickMsDefault = 100

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
  private readonly applier: Applier
  private readonly incoming: IncomingSnapshots
  private readonly leadership: LeadershipWatch
  private readonly reachability: Reachability
  private readonly changes: MemberChanges
  private readonly electionTicks: number
  private readonly turns = new Turns()
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
    const { clock, rng, log, address, nodeId, stateMachine: machine } = options
    const { electionTicks = raftDefaults.electionTicks, heartbeatTicks = raftDefaults.heartbeatTicks } = options
    const { proposals } = this
    const raft = new Raft({ ...raftDefaults, electionTicks, heartbeatTicks, id: loaded.raftId, rng }, loaded.stored)
    const membership = new Membership(loaded.roster)
    const self: Member = { raftId: loaded.raftId, nodeId, address }
    this.raft = raft
    this.membership = membership
    this.electionTicks = electionTicks
    this.reads = new Reads(rng.below(2 ** 32) * 2 ** 16, (context) => raft.readIndex(context))
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
    const snapshotter = new Snapshotter(raft, storage, options, () => ({ raftId: loaded.raftId, ...membership.roster }) satisfies SnapshotExtra)
    this.snapshotter = snapshotter
    this.incoming = new IncomingSnapshots(storage.snapshots)
    this.applier = new Applier({
      raft, machine, membership, snapshotter, proposals, clock, log,
      snapshots: storage.snapshots,
      onMembers: (change) => this.membersChanged(change),
      ended: () => this.ending !== undefined,
    })
    const leadership = new LeadershipWatch(raft, membership, log, () => proposals.failAll(leadershipLost()))
    const reachability = new Reachability(raft, () => this.ticks, 2 * electionTicks, (id) => this.transport.isUnreachable(id))
    this.leadership = leadership
    this.reachability = reachability
    this.changes = new MemberChanges(
      { raft, membership, leadership, reachability, propose: (change) => this.proposeConfChange(change), nextTurn: () => this.turns.next() },
      options,
    )
    this.transport.update(membership.list())
    this.stopped = new Promise((resolve) => (this.tellStopped = resolve))
    this.running = this.run()
    this.scheduleTick()
  }

  /** Opens the log in `dir`, or begins one as `start` says, and takes part from then on. Throws what `openLog` does. */
  static async open(options: RaftNodeOptions): Promise<RaftNode> {
    const { storage, loaded } = await openLog(options)
    try {
      const node = new RaftNode(options, storage, loaded)
      // Alone, there is nobody to wait for.
      if (options.start?.kind === 'bootstrap' || options.forceNewCluster) node.campaignWhenApplied()
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
    return this.leadership.isLeader
  }

  /** Who leads, as far as this member knows. */
  leader(): Member | undefined {
    return this.leadership.leader()
  }

  status(): NodeStatus {
    const { id, role, term, leader, commit, applied, firstIndex, lastIndex, peers } = this.raft.status()
    return { raftId: id, role, term, leader, committed: commit, applied, firstIndex, lastIndex, snapshotIndex: this.snapshotter.lastIndex, peers }
  }

  members(): MemberStatus[] {
    const { learners } = this.raft.conf
    return this.membership.list().map((member) => ({
      ...member,
      learner: learners.includes(member.raftId),
      leader: member.raftId === this.raft.leader,
      reachable: this.reachability.isReachable(member.raftId),
    }))
  }

  addressOf(raftId: PeerId): string | undefined {
    return this.membership.get(raftId)?.address
  }

  /** Calls `listener` with the state now and after each change of who leads. Gives what ends that. */
  onLeadership(listener: (leadership: Leadership) => void): () => void {
    return this.leadership.subscribe(listener)
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
    const result = this.isLeader ? this.raft.propose(data) : ({ ok: false, refusal: 'notLeader' } as const)
    if (!result.ok) {
      this.refusing = true
      setImmediate(() => (this.refusing = false))
      return Promise.reject(this.refused(result.refusal, data.length))
    }
    this.turns.wake()
    return abortable(this.proposals.wait(result.index, result.term), signal)
  }

  private async proposeConfChange(change: ConfChange): Promise<number> {
    for (;;) {
      if (this.ending) throw this.endedError()
      const result = this.isLeader ? this.raft.proposeConfChange(change) : ({ ok: false, refusal: 'notLeader' } as const)
      if (result.ok) {
        this.turns.wake()
        return this.proposals.wait(result.index, result.term)
      }
      if (result.refusal !== 'confChangePending') throw this.refused(result.refusal, 0)
      await this.turns.next()
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

  /** Only on the leader. Refuses with `conflict` what would lose the quorum, and the last manager. */
  removeMember(raftId: PeerId): Promise<void> {
    return this.changes.remove(raftId)
  }

  /** Hands leadership to another voter, the most advanced one unless `to` is given; resolves when it took over. */
  transferLeadership(to?: PeerId): Promise<void> {
    return this.changes.transferLeadership(to)
  }

  /**
   * Brings log and snapshots under the first of `keys`, all of which must be on disk already; resolves when nothing is
   * left that needs another one. One at a time. Rejects when the signal is aborted, with `unavailable` when the member
   * ends, and with what the disk failed with.
   */
  renewDataKey(keys: readonly NamedKey[], signal?: AbortSignal): Promise<void> {
    const { raft, storage, snapshotter, turns } = this
    const checkRunning = (): void => {
      if (this.ending) throw this.endedError()
    }
    return renewDataKey(keys, { raft, storage, snapshotter, turns, checkRunning }, signal)
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
        this.reachability.heard(message.from)
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
    await this.incoming.receive(message.snapshot, { raftId: this.raft.id, ...roster }, chunks, () => {
      this.receive([message], sender)
      return this.raft.pendingSnapshot?.index === message.snapshot.index
    })
  }

  private scheduleTick(): void {
    this.ticker = this.options.clock.setTimer(this.options.tickMs ?? tickMsDefault, () => {
      if (this.ending) return
      this.scheduleTick()
      this.ticks++
      this.guarded(() => {
        this.raft.tick()
        this.reads.tick(this.ticks, this.electionTicks)
        this.changes.tick()
      })
      this.turns.passed()
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
    this.turns.wake()
  }

  private async run(): Promise<void> {
    try {
      while (!this.ending) {
        if (this.raft.hasReady) await this.turn(this.raft.ready())
        else {
          this.snapshotter.maybeStart(this.options.stateMachine)
          await this.turns.sleep()
        }
      }
    } catch (thrown) {
      this.fail(thrown)
    }
  }

  private async turn(ready: Ready): Promise<void> {
    this.transport.send(ready.messages)
    const { hardState, entries, snapshot } = ready
    if (snapshot) await this.incoming.commit(snapshot)
    if (hardState || entries.length > 0 || snapshot) {
      const mark = snapshot ? { snapshot: { index: snapshot.index, term: snapshot.term } } : {}
      await this.storage.wal.append({ hardState, entries, ...mark }, ready.mustSync)
    }
    if (this.ending) return
    this.transport.send(ready.messagesAfterPersist)
    if (snapshot) await this.applier.restore(snapshot)
    await this.applier.apply(ready.committedEntries)
    if (this.ending) return
    for (const read of ready.readStates) this.reads.answered(read, this.ticks)
    this.raft.advance()
    this.reads.applied(this.raft.applied)
    this.leadership.update()
    this.snapshotter.maybeStart(this.options.stateMachine)
    this.turns.passed()
  }

  /** Another roster was applied, by a change or from a snapshot. */
  private membersChanged(change: ConfChange | undefined): void {
    this.transport.send(this.raft.takeMessages())
    this.transport.update(this.membership.list())
    if (!change) return
    this.reachability.heard(change.peer)
    if (change.kind === ConfChangeKind.remove && change.peer === this.raft.id) this.end({ reason: 'removed' })
  }

  /** A member without others would wait for an election timeout for nothing. */
  private campaignWhenApplied(): void {
    const attempt = async (): Promise<void> => {
      while (!this.ending && this.raft.applied < this.raft.committed) await this.turns.next()
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
    this.snapshotter.endForced(failure)
    this.leadership.end()
    this.turns.wake()
    this.turns.passed()
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
