import type { Clock, Timer } from '../../src/base/clock.js'

/** A clock that moves only when told to, firing the timers it passes in order. */
export class ManualClock implements Clock {
  private timers: { atMs: number; sequence: number; callback: () => void }[] = []
  private sequence = 0
  constructor(private currentMs = 1_700_000_000_000) {}

  nowMs(): number {
    return this.currentMs
  }
  monotonicMs(): number {
    return this.currentMs
  }
  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.currentMs + Math.max(0, delayMs), sequence: this.sequence++, callback }
    this.timers.push(timer)
    return { cancel: () => void (this.timers = this.timers.filter((other) => other !== timer)) }
  }

  get pendingTimers(): number {
    return this.timers.length
  }

  /** Time passes and no timer runs, as for a process that was stopped; they are due at the next `advance`. */
  jump(byMs: number): void {
    this.currentMs += byMs
  }

  /** Moves time on; promise callbacks run between timers. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.currentMs + byMs
    await settle()
    for (;;) {
      const due = this.timers
        .filter((timer) => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.sequence - b.sequence)[0]
      if (!due) break
      this.timers = this.timers.filter((other) => other !== due)
      this.currentMs = Math.max(this.currentMs, due.atMs)
      due.callback()
      await settle()
    }
    this.currentMs = untilMs
  }
}

/** Lets everything that is ready run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
