import type { PeerId } from './message.js'
import type { ReadState } from './ready.js'

/** A read that waits for a quorum to confirm that its leader still leads. */
interface PendingRead {
  readonly sequence: number
  /** The commit index when the read arrived: the state it must at least see. */
  readonly index: number
  readonly from: PeerId
  readonly context: number
}

/**
 * A leader's reads in flight. Each read gets a sequence number that the next heartbeats carry; when a
 * quorum has answered a heartbeat with at least that number, this member was still the leader after
 * the read arrived, so the commit index noted then is safe. Source: Raft thesis, 6.4.
 */
export class PendingReads {
  private reads: PendingRead[] = []
  /** Asked for before the leader committed an entry of its own term, when its commit index may be old. */
  private postponed: { from: PeerId; context: number }[] = []
  private sequence = 0

  /** The number that heartbeats carry. */
  get currentSequence(): number {
    return this.sequence
  }

  postpone(from: PeerId, context: number): void {
    this.postponed.push({ from, context })
  }

  takePostponed(): { from: PeerId; context: number }[] {
    return this.postponed.splice(0)
  }

  add(from: PeerId, context: number, index: number): void {
    this.sequence++
    this.reads.push({ sequence: this.sequence, index, from, context })
  }

  /** The reads that a quorum's confirmation of `sequence` sets free. */
  confirm(sequence: number): (ReadState & { from: PeerId })[] {
    const count = this.reads.findIndex((read) => read.sequence > sequence)
    const free = this.reads.splice(0, count < 0 ? this.reads.length : count)
    return free.map(({ from, context, index }) => ({ from, context, index }))
  }
}
