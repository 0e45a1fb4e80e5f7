import type { Clock, Timer } from './clock.js'

/** A signal that is aborted with `onTimeout()` after a time, or with `outer`'s reason before. Dispose of it when it is not needed any more. */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal
  private readonly timer: Timer

  constructor(clock: Clock, limitMs: number, onTimeout: () => Error, outer?: AbortSignal) {
    const late = new AbortController()
    this.timer = clock.setTimer(limitMs, () => late.abort(onTimeout()))
    this.signal = outer ? AbortSignal.any([outer, late.signal]) : late.signal
  }

  [Symbol.dispose](): void {
    this.timer.cancel()
  }
}
