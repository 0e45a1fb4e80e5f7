/**
 * Waits until `check` gives something other than undefined or false, asking again every `everyMs`.
 * Throws with `what` and the last error when `timeoutMs` has passed: a deadline, not a sleep.
 */
export async function eventually<T>(
  what: string,
  check: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = 15_000, everyMs = 25 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let last: unknown
  for (;;) {
    // A machine that stood still meanwhile is asked once more.
    const late = performance.now() > deadline
    try {
      const value = await check()
      if (value !== undefined && value !== false) return value
      last = undefined
    } catch (thrown) {
      last = thrown
    }
    if (late) {
      const why = last instanceof Error ? `: ${last.message}` : ''
      throw new Error(`not within ${timeoutMs} ms: ${what}${why}`, { cause: last })
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
