import { conflict, notFound, unavailable } from '../../src/base/errors.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import { ConfChangeKind, type ConfChange } from './core/confchange.js'
import type { PeerId } from './core/message.js'
import type { Raft } from './core/raft.js'
import { majority } from './core/quorum.js'
import { Role } from './core/ready.js'
import type { LeadershipWatch } from './leadership-watch.js'
import { encodeContext, newRaftId, type Member, type Membership } from './membership.js'
import type { RaftNodeOptions } from './node-types.js'
import type { Reachability } from './reachability.js'
import type { JoinResult } from './transport/service.js'

/** The parts of a node that changes of membership work on. */
interface ChangedGroup {
  readonly raft: Raft
  readonly membership: Membership
  readonly leadership: LeadershipWatch
  readonly reachability: Reachability
  /** Resolves when the change is applied here. */
  propose(change: ConfChange): Promise<number>
  /** Resolves after the next turn or tick. */
  nextTurn(): Promise<void>
}

/** A learner this close to the leader's last entry may vote: it will not hold up a commit for long. */
const caughtUpEntries = 100

/** What a leader does to the membership, one step at a time. */
export class MemberChanges {
  private busy = false
  /** Where members say they are, when that is not what the roster says. */
  private readonly moved = new Map<PeerId, string>()

  constructor(
    private readonly group: ChangedGroup,
    private readonly options: Pick<RaftNodeOptions, 'rng' | 'log' | 'address'>,
  ) {}

  /**
   * Takes a node in. A node that was a member already comes back without its log, or it would not ask:
   * the old member is removed and its id never used again, since what it voted is forgotten.
   */
  async join(nodeId: string, address: string): Promise<JoinResult> {
    this.assertLeader()
    const { membership } = this.group
    const previous = membership.byNode(nodeId)
    if (previous) await this.remove(previous.raftId)
    let raftId = newRaftId(this.options.rng)
    while (!membership.isFresh(raftId)) raftId = newRaftId(this.options.rng)
    await this.add({ raftId, nodeId, address })
    return { raftId, ...membership.roster }
  }

  async leave(nodeId: string): Promise<void> {
    this.assertLeader()
    const member = this.group.membership.byNode(nodeId)
    if (member) await this.remove(member.raftId)
  }

  async add(member: Member): Promise<void> {
    this.assertLeader()
    if (!this.group.membership.isFresh(member.raftId)) throw conflict(`the Raft id ${member.raftId} is taken or was removed`)
    await this.group.propose({ kind: ConfChangeKind.addLearner, peer: member.raftId, context: encodeContext(member) })
  }

  async promote(raftId: PeerId): Promise<void> {
    const member = this.member(raftId)
    if (this.group.raft.conf.voters.includes(raftId)) return
    await this.group.propose({ kind: ConfChangeKind.addVoter, peer: raftId, context: encodeContext(member) })
  }

  async updateAddress(raftId: PeerId, address: string): Promise<void> {
    const member = this.member(raftId)
    if (member.address === address) return
    await this.group.propose({ kind: ConfChangeKind.update, peer: raftId, context: encodeContext({ ...member, address }) })
  }

  async remove(raftId: PeerId): Promise<void> {
    const member = this.member(raftId)
    const { raft, reachability } = this.group
    const { voters } = raft.conf
    if (voters.includes(raftId)) {
      const rest = voters.filter((id) => id !== raftId)
      if (rest.length === 0) {
        throw conflict(`can't remove manager ${member.nodeId}: it is the last one, and without it the cluster state is lost; leave the swarm with --force instead`)
      }
      const reachable = rest.filter((id) => reachability.isReachable(id)).length
      if (reachable < majority(rest.length)) {
        throw conflict(
          `can't remove member from the raft: this would result in a loss of quorum (${reachable} of the ${rest.length} managers that remain ${reachable === 1 ? 'is' : 'are'} reachable)`,
        )
      }
    }
    await this.group.propose({ kind: ConfChangeKind.remove, peer: raftId, context: new Uint8Array(0) })
  }

  async transferLeadership(to?: PeerId): Promise<void> {
    this.assertLeader()
    const { raft, leadership, reachability, nextTurn } = this.group
    const status = raft.status()
    const best = status.peers.filter((peer) => !peer.learner && peer.id !== raft.id && reachability.isReachable(peer.id)).sort((a, b) => b.match - a.match)[0]
    const target = to ?? best?.id
    if (target === undefined) throw unavailable('there is no other reachable manager to hand the leadership to')
    if (target === raft.id) return
    const result = raft.transferLeadership(target)
    if (!result.ok) throw notFound(`there is no manager with Raft id ${target} that can lead`)
    const { term } = status
    // The core gives up after an election timeout; the new leader makes itself known before or never.
    for (;;) {
      if (raft.role === Role.leader && raft.transferee !== target) {
        throw unavailable('the manager chosen did not take over the leadership in time: this one leads on')
      }
      await nextTurn()
      if (!leadership.isLeader && raft.term > term && leadership.leader()) return
    }
  }

  /** A member told its address. */
  seen(member: Member): void {
    const known = this.group.membership.get(member.raftId)
    if (known && known.nodeId === member.nodeId && known.address !== member.address) this.moved.set(member.raftId, member.address)
    else this.moved.delete(member.raftId)
  }

  /** Called on each tick: makes learners that have caught up voters and notes who moved, one at a time. */
  tick(): void {
    const { raft, membership, leadership, reachability } = this.group
    if (this.busy || !leadership.isLeader) return
    const own = membership.get(raft.id)
    if (own && own.address !== this.options.address) this.moved.set(own.raftId, this.options.address)
    for (const [raftId, address] of this.moved) {
      this.moved.delete(raftId)
      if (!membership.get(raftId)) continue
      this.inBackground('noted the new address of a manager', raftId, this.updateAddress(raftId, address))
      return
    }
    if (raft.conf.learners.length === 0) return
    const { peers, lastIndex } = raft.status()
    const ready = peers.find((peer) => peer.learner && peer.match > 0 && peer.match + caughtUpEntries >= lastIndex && reachability.isReachable(peer.id))
    if (ready) this.inBackground('a new manager has caught up and takes part in votes', ready.id, this.promote(ready.id))
  }

  private inBackground(what: string, raftId: PeerId, work: Promise<void>): void {
    const { log } = this.options
    this.busy = true
    work
      .then(() => log.info(what, { raftId }))
      .catch((thrown: unknown) => log.warn('a change of the managers failed', { raftId, err: thrown }))
      .finally(() => (this.busy = false))
  }

  private member(raftId: PeerId): Member {
    this.assertLeader()
    const member = this.group.membership.get(raftId)
    if (!member) throw notFound(`no manager with Raft id ${raftId}`)
    return member
  }

  private assertLeader(): void {
    const { leadership } = this.group
    if (leadership.isLeader) return
    const leader = leadership.leader()
    const where = leader ? `ask the leader at ${leader.address}` : 'there is no leader now'
    throw new NotDoneError(`this manager does not lead the cluster: ${where}`)
  }
}
