const firstMs = 100
const longestMs = 60_000
/** What ran this long starts afresh with the shortest delay. */
const resetMs = 10_000

/**
 * How long to wait until something that ended by itself is started again, in milliseconds: twice the delay before, up to a
 * minute, while it keeps failing. `beforeMs` is the last such delay, 0 when there was none; `ranMs` is how long it ran since.
 */
export function restartDelay(beforeMs: number, ranMs: number): number {
  return beforeMs === 0 || ranMs >= resetMs ? firstMs : Math.min(longestMs, beforeMs * 2)
}
