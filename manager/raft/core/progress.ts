import { Inflights } from './inflights.js'

/**
 * How a leader feeds one follower. `probe`: at most one append in flight until the follower's log is
 * located. `replicate`: appends are streamed optimistically. `snapshot`: a snapshot is on its way and
 * no append is sent.
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot'

/** A leader's view of one member. Source: etcd's raft, "Progress"; Raft thesis, 10.2.1. */
export class Progress {
  state: ProgressState = 'probe'
  /** The highest index known to be on the follower's disk. */
  match = 0
  /** The next index to send. */
  next: number
  /** The index of the snapshot being sent, in state `snapshot`. */
  pendingSnapshot = 0
  /** Heard from since the last quorum check. */
  recentActive = false
  /** In `probe`: an append is out; nothing more goes until it, or a heartbeat, is answered. */
  paused = false
  /** The newest heartbeat sequence that this follower confirmed. */
  readSequence = 0
  readonly inflights: Inflights

  constructor(
    next: number,
    public learner: boolean,
    inflightCountMax: number,
    inflightBytesMax: number,
  ) {
    this.next = next
    this.inflights = new Inflights(inflightCountMax, inflightBytesMax)
  }

  /** No append may be sent now. */
  get blocked(): boolean {
    if (this.state === 'snapshot') return true
    return this.state === 'probe' ? this.paused : this.inflights.full
  }

  becomeProbe(): void {
    // After a snapshot the follower is at least there, even when its answer was lost.
    const next = this.state === 'snapshot' ? Math.max(this.match, this.pendingSnapshot) + 1 : this.match + 1
    this.enter('probe')
    this.next = next
  }

  becomeReplicate(): void {
    this.enter('replicate')
    this.next = this.match + 1
  }

  becomeSnapshot(index: number): void {
    this.enter('snapshot')
    this.pendingSnapshot = index
  }

  /** The follower confirmed everything up to `index`. False when that was known. */
  advanceTo(index: number): boolean {
    const moved = index > this.match
    if (moved) {
      this.match = index
      this.paused = false
    }
    this.next = Math.max(this.next, index + 1)
    return moved
  }

  /** Notes an append that was handed to the network. */
  sent(lastIndex: number, entryCount: number, bytes: number): void {
    if (this.state === 'replicate') {
      if (entryCount > 0) {
        this.next = lastIndex + 1
        this.inflights.add(lastIndex, bytes)
      }
    } else this.paused = true
  }

  /**
   * The follower refused an append at `rejected`; its log may match up to `hint`. False when the
   * refusal is out of date.
   */
  retreat(rejected: number, hint: number): boolean {
    if (this.state === 'snapshot') return false
    if (this.state === 'replicate') {
      if (rejected <= this.match) return false
      this.next = this.match + 1
      return true
    }
    if (this.next - 1 !== rejected) return false
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1)
    this.paused = false
    return true
  }

  private enter(state: ProgressState): void {
    this.state = state
    this.paused = false
    this.pendingSnapshot = 0
    this.inflights.reset()
  }
}
