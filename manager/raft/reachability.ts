import type { PeerId } from './core/message.js'
import type { Raft } from './core/raft.js'
import { Role } from './core/ready.js'

/** Who was heard from lately. Only a leader hears from everybody; other members judge by their channels. */
export class Reachability {
  private readonly heardAtTick = new Map<PeerId, number>()

  /** Silence for more than `patienceTicks` is being unreachable; `channelBroken` tells of a member's channel. */
  constructor(
    private readonly raft: Raft,
    private readonly nowTick: () => number,
    private readonly patienceTicks: number,
    private readonly channelBroken: (id: PeerId) => boolean,
  ) {}

  heard(id: PeerId): void {
    this.heardAtTick.set(id, this.nowTick())
  }

  /** As far as this member can tell. */
  isReachable(id: PeerId): boolean {
    const { raft } = this
    if (id === raft.id) return true
    if (raft.role !== Role.leader && id !== raft.leader) return !this.channelBroken(id)
    const heard = this.heardAtTick.get(id)
    return heard !== undefined && this.nowTick() - heard <= this.patienceTicks
  }
}
