import type { Clock } from '../base/clock.js'

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, callback) => {
    // Node's timers hold 31 bits of milliseconds: a longer wait is cut into steps.
    const longestMs = 0x7fff_ffff
    let handle: NodeJS.Timeout
    const arm = (leftMs: number): void => {
      handle = setTimeout(() => (leftMs > longestMs ? arm(leftMs - longestMs) : callback()), Math.min(leftMs, longestMs))
    }
    arm(Math.max(0, delayMs))
    return { cancel: () => clearTimeout(handle) }
  },
}
