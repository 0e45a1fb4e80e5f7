import type { WaitCondition } from '../../../src/model/engine-api/attach.js'
import type { Clock } from '../../../src/base/clock.js'
import { toAbortError } from '../abort.js'
import type { Container, ExitNotice } from '../container.js'

/** How long those who wait for an end are held back for the output that others have not read yet. */
const deliveryTimeoutMs = 2_000

/**
 * Waits for a container to end or to be removed. `accepted` is called once nothing can be missed, if there is anything
 * to wait for. Who is attached as well has all output before this resolves, unless it reads slowly. Rejects when the signal is aborted.
 */
export function waitContainer(clock: Clock, container: Container, condition: WaitCondition, accepted: () => void, signal: AbortSignal): Promise<ExitNotice> {
  return new Promise((resolve, reject) => {
    const stop: (() => void)[] = []
    const settle = (act: () => void): void => {
      for (const one of stop) one()
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onAbort = (): void => settle(() => reject(toAbortError(signal)))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) {
      onAbort()
      return
    }
    const tell = (notice: ExitNotice): void => {
      for (const one of stop.splice(0)) one()
      const timer = clock.setTimer(deliveryTimeoutMs, () => settle(() => resolve(notice)))
      stop.push(() => timer.cancel())
      void container.delivered.then(() => settle(() => resolve(notice)))
    }
    stop.push(container.onRemoval((notice, error) => tell(error === undefined ? notice : { ...notice, error })))
    if (condition !== 'removed') {
      stop.push(
        // Also when a restart follows: each exit ends the wait, as Docker has it.
        container.onExit(tell),
      )
    }
    const over = !container.isUp && container.status !== 'restarting' && !container.record.state.starting
    if (condition !== 'not-running' || !over) accepted()
    else tell(container.notice())
  })
}
