/** Time as an argument: everything that waits or stamps is handed one of these. */
export interface Clock {
  /** Milliseconds since the Unix epoch (wall clock, for stamps shown to people). */
  nowMs(): number
  /** Milliseconds from an arbitrary origin that never go back (for measuring). */
  monotonicMs(): number
  /** Calls `callback` once after `delayMs`. */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** A pending timer. */
export interface Timer {
  /** Stops the timer; calling it again, or after it fired, does nothing. */
  cancel(): void
}

/**
 * Resolves after `delayMs`, or rejects with the signal's reason when it is aborted first.
 */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(toError(signal.reason))
      return
    }
    const onAbort = () => {
      timer.cancel()
      reject(toError(signal?.reason))
    }
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * The result of `work`, or a rejection with `onTimeout()` when it takes longer than `timeoutMs`.
 * The work itself is not cancelled.
 */
export function withTimeout<T>(clock: Clock, timeoutMs: number, work: Promise<T>, onTimeout: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(timeoutMs, () => reject(onTimeout()))
    work.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (thrown: unknown) => {
        timer.cancel()
        reject(toError(thrown))
      },
    )
  })
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown ?? 'aborted'))
}

/** RFC 3339 with nanosecond digits, as the Engine API prints times. */
export function rfc3339(ms: number): string {
  const whole = Math.floor(ms)
  const nanos = Math.round((ms - whole) * 1e6)
  return new Date(whole).toISOString().replace('Z', `${String(nanos).padStart(6, '0')}Z`)
}

/** What the Engine API prints for "never". */
export const zeroTime = '0001-01-01T00:00:00Z'
