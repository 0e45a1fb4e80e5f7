import type { Clock, Timer } from '../../src/base/clock.js'
import { jittered, type Rng } from '../../src/base/rng.js'

/** Heartbeats come a little early or late, so that nodes do not march in step. */
const jitterFraction = 0.1
const sweepMsMin = 50
const sweepMsMax = 1_000

/**
 * Deadlines of nodes. One timer sweeps over all of them, so that a manager that was frozen (stopped,
 * or starved of CPU) sees that the sweep itself is late, and gives the nodes the time it missed: they
 * may well have sent heartbeats nobody could read.
 */
export class Heartbeats {
  private readonly deadlines = new Map<string, number>()
  private timer: Timer | undefined
  private expectedMs = 0

  constructor(
    private readonly clock: Clock,
    private readonly rng: Rng,
    private readonly options: {
      /** The period of the cluster as it is now. */
      periodMs: () => number
      /** A node whose deadline has passed; it is forgotten until `beat` or `expect`. */
      onExpired: (nodeId: string) => void
      missedMax: number
    },
  ) {}

  start(): void {
    this.arm()
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.deadlines.clear()
  }

  /** The node was heard of. Gives the time until it has to be heard of again, in milliseconds. */
  beat(nodeId: string): number {
    const periodMs = jittered(this.rng, this.options.periodMs(), jitterFraction)
    this.expect(nodeId, periodMs * this.options.missedMax)
    return periodMs
  }

  /** The node has to be heard of within `withinMs`. */
  expect(nodeId: string, withinMs: number): void {
    this.deadlines.set(nodeId, this.clock.monotonicMs() + withinMs)
  }

  forget(nodeId: string): void {
    this.deadlines.delete(nodeId)
  }

  private arm(): void {
    const sweepMs = Math.min(sweepMsMax, Math.max(sweepMsMin, this.options.periodMs() / 10))
    this.expectedMs = this.clock.monotonicMs() + sweepMs
    this.timer = this.clock.setTimer(sweepMs, () => {
      this.sweep()
      // Expired nodes may have stopped us.
      if (this.timer) this.arm()
    })
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs()
    const lateMs = nowMs - this.expectedMs
    if (lateMs > this.options.periodMs() / 2) {
      for (const [nodeId, deadlineMs] of this.deadlines) this.deadlines.set(nodeId, deadlineMs + lateMs)
      return
    }
    for (const [nodeId, deadlineMs] of [...this.deadlines]) {
      if (deadlineMs > nowMs) continue
      this.deadlines.delete(nodeId)
      this.options.onExpired(nodeId)
    }
  }
}
