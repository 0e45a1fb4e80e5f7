import { delay, type Clock } from '../src/base/clock.js'
import { ErrorKind, kindOf, messageOf, unavailable } from '../src/base/errors.js'
import type { Logger } from '../src/base/log.js'
import { TimeLimit } from '../src/base/time-limit.js'

/** The managers, as far as the end of a task needs them. */
export interface DrainManagers {
  /** Resolves when there is a session with a manager; rejects when there will be none. */
  connected(signal: AbortSignal): Promise<void>
  /** Resolves when no node sends new flows to the task any more, or the managers have waited long enough. */
  awaitDrain(taskId: string, timeoutMs: number, signal: AbortSignal): Promise<void>
}

export interface DrainGiven {
  managers: DrainManagers
  clock: Clock
  log: Logger
}

/** The managers answer within a shorter time, and have that time left when the first that was asked stops leading. */
const drainTimeoutMs = 20_000
/** A node that no manager is reached from for so long does not wait. */
const connectTimeoutMs = 5_000
const retryMs = 100
/** Connections that were being made when the last node took the task out have begun by then. */
const settleMs = 200
/** A host that is late with its timers is late with packets as well: so many times as late, it is supposed. */
const lateFactor = 5
const settleMaxMs = 2_000

/**
 * Waits, for a bounded time, until the other nodes have taken a task out, and lets requests on their way arrive. When
 * the managers change leaders meanwhile, the next one is asked. Rejects only with the signal's reason.
 */
export async function drainTask(given: DrainGiven, taskId: string, signal: AbortSignal): Promise<void> {
  const { clock, log } = given
  using limit = new TimeLimit(clock, drainTimeoutMs, () => unavailable('no manager answered in time'), signal)
  try {
    while (!(await asked(given, taskId, limit.signal))) await delay(clock, retryMs, limit.signal)
  } catch (thrown) {
    signal.throwIfAborted()
    log.info(`task ${taskId} ends without waiting for the other nodes: ${messageOf(thrown)}`)
  }
  const fromMs = clock.monotonicMs()
  await delay(clock, settleMs, signal)
  const lateMs = clock.monotonicMs() - fromMs - settleMs
  if (lateMs >= 1) await delay(clock, Math.min(lateMs * lateFactor, settleMaxMs), signal)
}

/** False when the managers are to be asked again. */
async function asked({ managers, clock }: DrainGiven, taskId: string, signal: AbortSignal): Promise<boolean> {
  using connecting = new TimeLimit(clock, connectTimeoutMs, () => unavailable('no manager can be reached'), signal)
  await managers.connected(connecting.signal)
  try {
    await managers.awaitDrain(taskId, drainTimeoutMs, signal)
    return true
  } catch (thrown) {
    signal.throwIfAborted()
    if (!passing.has(kindOf(thrown))) throw thrown
    return false
  }
}

/** The session broke off, or its manager leads no more and does not know it. */
const passing = new Set<string>([ErrorKind.unavailable, ErrorKind.notFound, ErrorKind.cancelled])
