import type { Clock, Timer } from '../../src/base/clock.js'
import { systemClock } from '../../src/sys/system-clock.js'

/** The machine's clock, which knows the timers that are set and by whom. */
export class CountedClock implements Clock {
  private readonly set = new Set<Error>()

  nowMs(): number {
    return systemClock.nowMs()
  }

  monotonicMs(): number {
    return systemClock.monotonicMs()
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const setBy = new Error(`a timer of ${delayMs} ms`)
    this.set.add(setBy)
    const timer = systemClock.setTimer(delayMs, () => {
      this.set.delete(setBy)
      callback()
    })
    return {
      cancel: () => {
        this.set.delete(setBy)
        timer.cancel()
      },
    }
  }

  /** Each timer that has neither fired nor been cancelled, with the calls that led to it. */
  get pending(): string[] {
    return [...this.set].map(({ stack }) => stack ?? '')
  }
}
