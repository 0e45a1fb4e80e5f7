import type { Clock, Timer } from '../../src/base/clock.js'

/** A clock that jumps to each timer as soon as it is set, and remembers what was waited for. */
export class QuickClock implements Clock {
  readonly waitedMs: number[] = []
  private ms = 1_700_000_000_000

  nowMs(): number {
    return this.ms
  }

  monotonicMs(): number {
    return this.ms
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    this.waitedMs.push(delayMs)
    this.ms += delayMs
    const immediate = setImmediate(callback)
    return { cancel: () => clearImmediate(immediate) }
  }
}
