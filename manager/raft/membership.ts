import { invalid } from '../../src/base/errors.js'
import type { Rng } from '../../src/base/rng.js'
import { ConfChangeKind, type ConfChange } from './core/confchange.js'
import type { PeerId } from './core/message.js'

/** A manager as the group knows it. */
export interface Member {
  readonly raftId: PeerId
  /** The id of the node object. */
  readonly nodeId: string
  /** host:port of its gRPC server. */
  readonly address: string
}

/** Members and the ids that may not come back: kept in every snapshot. */
export interface Roster {
  readonly members: readonly Member[]
  readonly removed: readonly PeerId[]
}

/** Who the members are and where: what the core's configuration of bare ids leaves out. Changed by applied entries only. */
export class Membership {
  private members = new Map<PeerId, Member>()
  private removed = new Set<PeerId>()

  constructor(roster: Roster = { members: [], removed: [] }) {
    this.restore(roster)
  }

  restore(roster: Roster): void {
    this.members = new Map(roster.members.map((member) => [member.raftId, member]))
    this.removed = new Set(roster.removed)
  }

  get roster(): Roster {
    return { members: this.list(), removed: [...this.removed] }
  }

  list(): Member[] {
    return [...this.members.values()].sort((a, b) => a.raftId - b.raftId)
  }

  get(raftId: PeerId): Member | undefined {
    return this.members.get(raftId)
  }

  byNode(nodeId: string): Member | undefined {
    return this.list().find((member) => member.nodeId === nodeId)
  }

  isRemoved(raftId: PeerId): boolean {
    return this.removed.has(raftId)
  }

  /** Never given before in this group. */
  isFresh(raftId: PeerId): boolean {
    return !this.members.has(raftId) && !this.removed.has(raftId)
  }

  /** Takes an applied change; `refused` changes only matter to the core. */
  apply(change: ConfChange): void {
    if (change.kind === ConfChangeKind.remove) {
      this.members.delete(change.peer)
      this.removed.add(change.peer)
    } else if (change.context.length > 0) {
      this.members.set(change.peer, { ...decodeContext(change.context), raftId: change.peer })
    }
  }
}

/** What a change of membership carries about its member. */
export function encodeContext(member: Pick<Member, 'nodeId' | 'address'>): Uint8Array {
  return Buffer.from(JSON.stringify({ nodeId: member.nodeId, address: member.address }))
}

function decodeContext(context: Uint8Array): Pick<Member, 'nodeId' | 'address'> {
  const value: unknown = JSON.parse(Buffer.from(context).toString())
  if (typeof value === 'object' && value !== null && 'nodeId' in value && 'address' in value) {
    const { nodeId, address } = value
    if (typeof nodeId === 'string' && typeof address === 'string') return { nodeId, address }
  }
  throw invalid('a change of membership carries no member')
}

/** An id that no member of any group is likely to have had. */
export function newRaftId(rng: Rng): PeerId {
  return rng.below(2 ** 16) * 2 ** 32 + rng.below(2 ** 32) + 1
}

/** The same member at the same address, or nobody both times. */
export function sameMember(a: Member | undefined, b: Member | undefined): boolean {
  return a?.raftId === b?.raftId && a?.address === b?.address
}
