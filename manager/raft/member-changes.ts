import { conflict, notFound, unavailable } from '../../src/base/errors.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import { ConfChangeKind, type ConfChange } from './core/confchange.js'
import type { PeerId } from './core/message.js'
import type { Raft } from './core/raft.js'
import { majority } from './core/quorum.js'
import { Role } from './core/ready.js'
import { encodeContext, newRaftId, type Member, type Membership, type Roster } from './membership.js'
import type { RaftNodeOptions } from './node-types.js'
import type { JoinResult } from './transport/service.js'

/** The part of a node that changes of membership work on. */
interface ChangeableNode {
  readonly core: Raft
  readonly roll: Membership
  readonly roster: Roster
  readonly isLeader: boolean
  readonly raftId: PeerId
  leader(): Member | undefined
  isReachable(id: PeerId): boolean
  proposeConfChange(change: ConfChange): Promise<number>
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
    private readonly node: ChangeableNode,
    private readonly options: Pick<RaftNodeOptions, 'rng' | 'log' | 'address'>,
  ) {}

  /**
   * Takes a node in. A node that was a member already comes back without its log, or it would not ask:
   * the old member is removed and its id never used again, since what it voted is forgotten.
   */
  async join(nodeId: string, address: string): Promise<JoinResult> {
    this.assertLeader()
    const { node } = this
    const previous = node.roll.byNode(nodeId)
    if (previous) await this.remove(previous.raftId)
    let raftId = newRaftId(this.options.rng)
    while (!node.roll.isFresh(raftId)) raftId = newRaftId(this.options.rng)
    await this.add({ raftId, nodeId, address })
    return { raftId, ...node.roster }
  }

  async leave(nodeId: string): Promise<void> {
    this.assertLeader()
    const member = this.node.roll.byNode(nodeId)
    if (member) await this.remove(member.raftId)
  }

  async add(member: Member): Promise<void> {
    this.assertLeader()
    const { roll } = this.node
    if (!roll.isFresh(member.raftId)) throw conflict(`the Raft id ${member.raftId} is taken or was removed`)
    await this.node.proposeConfChange({ kind: ConfChangeKind.addLearner, peer: member.raftId, context: encodeContext(member) })
  }

  async promote(raftId: PeerId): Promise<void> {
    const member = this.member(raftId)
    if (this.node.core.conf.voters.includes(raftId)) return
    await this.node.proposeConfChange({ kind: ConfChangeKind.addVoter, peer: raftId, context: encodeContext(member) })
  }

  async updateAddress(raftId: PeerId, address: string): Promise<void> {
    const member = this.member(raftId)
    if (member.address === address) return
    await this.node.proposeConfChange({ kind: ConfChangeKind.update, peer: raftId, context: encodeContext({ ...member, address }) })
  }

  async remove(raftId: PeerId): Promise<void> {
    const member = this.member(raftId)
    const { core } = this.node
    const { voters } = core.conf
    if (voters.includes(raftId)) {
      const rest = voters.filter((id) => id !== raftId)
      if (rest.length === 0) {
        throw conflict(`can't remove manager ${member.nodeId}: it is the last one, and without it the cluster state is lost; leave the swarm with --force instead`)
      }
      const reachable = rest.filter((id) => this.node.isReachable(id)).length
      if (reachable < majority(rest.length)) {
        throw conflict(
          `can't remove member from the raft: this would result in a loss of quorum (${reachable} of the ${rest.length} managers that remain ${reachable === 1 ? 'is' : 'are'} reachable)`,
        )
      }
    }
    await this.node.proposeConfChange({ kind: ConfChangeKind.remove, peer: raftId, context: new Uint8Array(0) })
  }

  async transferLeadership(to?: PeerId): Promise<void> {
    this.assertLeader()
    const { node } = this
    const status = node.core.status()
    const best = status.peers.filter((peer) => !peer.learner && peer.id !== node.raftId && node.isReachable(peer.id)).sort((a, b) => b.match - a.match)[0]
    const target = to ?? best?.id
    if (target === undefined) throw unavailable('there is no other reachable manager to hand the leadership to')
    if (target === node.raftId) return
    const result = node.core.transferLeadership(target)
    if (!result.ok) throw notFound(`there is no manager with Raft id ${target} that can lead`)
    const { term } = status
    // The core gives up after an election timeout; the new leader makes itself known before or never.
    for (;;) {
      if (node.core.role === Role.leader && node.core.transferee !== target) {
        throw unavailable('the manager chosen did not take over the leadership in time: this one leads on')
      }
      await node.nextTurn()
      if (!node.isLeader && node.core.term > term && node.leader()) return
    }
  }

  /** A member told its address. */
  seen(member: Member): void {
    const known = this.node.roll.get(member.raftId)
    if (known && known.nodeId === member.nodeId && known.address !== member.address) this.moved.set(member.raftId, member.address)
    else this.moved.delete(member.raftId)
  }

  /** Called on each tick: makes learners that have caught up voters and notes who moved, one at a time. */
  tick(): void {
    const { node } = this
    if (this.busy || !node.isLeader) return
    const own = node.roll.get(node.raftId)
    if (own && own.address !== this.options.address) this.moved.set(own.raftId, this.options.address)
    for (const [raftId, address] of this.moved) {
      this.moved.delete(raftId)
      if (!node.roll.get(raftId)) continue
      this.inBackground('noted the new address of a manager', raftId, this.updateAddress(raftId, address))
      return
    }
    if (node.core.conf.learners.length === 0) return
    const { peers, lastIndex } = node.core.status()
    const ready = peers.find((peer) => peer.learner && peer.match > 0 && peer.match + caughtUpEntries >= lastIndex && node.isReachable(peer.id))
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
    const member = this.node.roll.get(raftId)
    if (!member) throw notFound(`no manager with Raft id ${raftId}`)
    return member
  }

  private assertLeader(): void {
    if (this.node.isLeader) return
    const leader = this.node.leader()
    const where = leader ? `ask the leader at ${leader.address}` : 'there is no leader now'
    throw new NotDoneError(`this manager does not lead the cluster: ${where}`)
  }
}
