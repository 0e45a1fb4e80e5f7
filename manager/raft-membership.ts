import type { Clock, Timer } from '../src/base/clock.js'
import { Reachability } from '../src/model/node.js'
import type { Membership } from './control/deps.js'
import type { RaftNode } from './raft/node.js'
import type { MemberStatus } from './raft/node-types.js'
import type { RaftMember, RaftMembership } from './role-manager.js'

/** Reachability is judged from what was heard, which no event tells: it is looked at this often. */
const lookPeriodMs = 500

/**
 * What is told of a member. One that has not caught up has no vote yet: it is not called reachable, since whoever reads that relies
 * on it for the quorum.
 */
export function reachabilityOf({ learner, reachable }: Pick<MemberStatus, 'learner' | 'reachable'>): Reachability {
  if (!reachable) return Reachability.unreachable
  return learner ? Reachability.unknown : Reachability.reachable
}

/** The Raft group as the role manager and the control API see it. */
export class RaftGroup implements RaftMembership, Membership {
  constructor(
    private readonly node: RaftNode,
    private readonly clock: Clock,
  ) {}

  get selfRaftId(): number {
    return this.node.raftId
  }

  members(): readonly RaftMember[] {
    return this.node.members().map((member) => ({ raftId: member.raftId, nodeId: member.nodeId, address: member.address, reachability: reachabilityOf(member) }))
  }

  isMember(nodeId: string): boolean {
    return this.node.members().some((member) => member.nodeId === nodeId)
  }

  canRemove(which: number | string): boolean {
    const members = this.node.members()
    const rest = members.filter(({ raftId, nodeId, learner }) => !learner && raftId !== which && nodeId !== which)
    if (rest.length === members.filter(({ learner }) => !learner).length) return true
    return rest.length > 0 && rest.filter(({ reachable }) => reachable).length > rest.length / 2
  }

  removeMember(raftId: number): Promise<void> {
    return this.node.removeMember(raftId)
  }

  transferLeadership(): Promise<void> {
    return this.node.transferLeadership()
  }

  subscribe(listener: () => void): () => void {
    let last = ''
    let timer: Timer
    const look = (): void => {
      const now = JSON.stringify(this.members())
      if (now !== last) {
        last = now
        listener()
      }
      timer = this.clock.setTimer(lookPeriodMs, look)
    }
    look()
    return () => timer.cancel()
  }
}
