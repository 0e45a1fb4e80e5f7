import type { Logger } from '../../src/base/log.js'
import type { Raft } from './core/raft.js'
import { Role } from './core/ready.js'
import { sameMember, type Member, type Membership } from './membership.js'
import type { Leadership } from './node-types.js'

/**
 * Who leads, told to those who listen when it changes. A member leads for others once an entry of its own
 * term is applied: it knows then of everything that was committed before.
 */
export class LeadershipWatch {
  private announced: Leadership = { isLeader: false, term: 0, leader: undefined }
  private readonly listeners = new Set<(leadership: Leadership) => void>()

  /** `onLost` is called when this member does not lead any more, or leads in another term, before the listeners are. */
  constructor(
    private readonly raft: Raft,
    private readonly membership: Membership,
    private readonly log: Logger,
    private readonly onLost: () => void,
  ) {}

  /** What the listeners were told last. */
  get isLeader(): boolean {
    return this.announced.isLeader
  }

  /** Who leads, as far as this member knows now. */
  leader(): Member | undefined {
    return this.membership.get(this.raft.leader)
  }

  /** Calls `listener` with the state now and after each change. Gives what ends that. */
  subscribe(listener: (leadership: Leadership) => void): () => void {
    this.listeners.add(listener)
    listener(this.announced)
    return () => void this.listeners.delete(listener)
  }

  /** Looks at the core: called after each turn. */
  update(): void {
    const { raft, announced: previous } = this
    const isLeader = raft.role === Role.leader && raft.termAt(raft.applied) === raft.term
    const leader = this.leader()
    if (previous.isLeader && (!isLeader || previous.term !== raft.term)) this.onLost()
    if (previous.isLeader === isLeader && previous.term === raft.term && sameMember(previous.leader, leader)) return
    if (isLeader !== previous.isLeader) this.log.info(isLeader ? 'this manager leads' : 'this manager follows', { term: raft.term, leader: leader?.nodeId })
    this.tell({ isLeader, term: raft.term, leader })
  }

  /** This member takes part no more. */
  end(): void {
    if (this.announced.isLeader || this.announced.leader) this.tell({ isLeader: false, term: this.raft.term, leader: undefined })
  }

  private tell(leadership: Leadership): void {
    this.announced = leadership
    for (const listener of this.listeners) listener(leadership)
  }
}
