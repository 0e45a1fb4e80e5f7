import type { Clock } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import type { Message, PeerId, SnapshotMeta } from '../core/message.js'
import type { Member } from '../membership.js'
import { Peer, type PeerDialer, type PeerEvents, type SnapshotSource } from './peer.js'

export interface TransportOptions {
  readonly self: PeerId
  readonly dialer: PeerDialer
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  readonly events: PeerEvents
  /** Opens the snapshot that a message of the core names. */
  readonly openSnapshot: (meta: SnapshotMeta) => Promise<SnapshotSource>
}

/** How long a member that was removed may take to hear of it. */
const drainMs = 5_000

/** The channels to all other members. */
export class Transport {
  private readonly peers = new Map<PeerId, Peer>()
  private readonly ending = new Set<Promise<void>>()
  private addresses = new Map<PeerId, string>()
  private closed = false

  constructor(private readonly options: TransportOptions) {}

  send(messages: readonly Message[]): void {
    for (const message of messages) {
      const peer = this.peers.get(message.to)
      if (!peer) {
        // Not in the roster yet, or no more. The core sends again; a snapshot must be accounted for.
        if (message.kind === 'snapshot') this.options.events.snapshotDone(message.to, false)
        continue
      }
      if (message.kind === 'snapshot') peer.sendSnapshot(message, () => this.options.openSnapshot(message.snapshot))
      else peer.send(message)
    }
  }

  /** The roster changed: channels are opened to who is new or moved, and closed to who left. */
  update(members: readonly Member[]): void {
    const wanted = new Map(members.map((member) => [member.raftId, member]))
    for (const [id, peer] of this.peers) {
      if (wanted.has(id)) continue
      this.peers.delete(id)
      this.end(peer.drain(drainMs))
    }
    for (const member of members) {
      // A member that moved tells so before the roster does: only a change of the roster overrides it.
      if (this.addresses.get(member.raftId) !== member.address || !this.peers.has(member.raftId)) this.learn(member)
    }
    this.addresses = new Map(members.map((member) => [member.raftId, member.address]))
  }

  /** Opens a channel to a member that made itself known, or that is known to have moved. */
  learn(member: Member): void {
    const { self, dialer, clock, rng, events, log } = this.options
    if (this.closed || member.raftId === self) return
    const known = this.peers.get(member.raftId)
    if (known?.member.address === member.address) return
    if (known) this.end(known.stop())
    this.peers.set(member.raftId, new Peer(member, dialer, clock, rng, events, log))
  }

  isUnreachable(id: PeerId): boolean {
    return this.peers.get(id)?.unreachable ?? false
  }

  private end(work: Promise<void>): void {
    const tracked = work.finally(() => this.ending.delete(tracked))
    this.ending.add(tracked)
  }

  async close(): Promise<void> {
    this.closed = true
    for (const peer of this.peers.values()) this.end(peer.stop())
    this.peers.clear()
    await Promise.all(this.ending)
  }
}
