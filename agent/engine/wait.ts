import { toAbortError } from './abort.js'
import type { Container, ExitNotice } from './container.js'
import type { WaitCondition } from './types.js'

/**
 * Waits for a container to end or to be removed. `accepted` is called once nothing can be missed. Rejects
 * when the signal is aborted.
 */
export function waitContainer(container: Container, condition: WaitCondition, accepted: () => void, signal: AbortSignal): Promise<ExitNotice> {
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
    stop.push(container.onRemoval((notice, error) => settle(() => resolve(error === undefined ? notice : { ...notice, error }))))
    if (condition !== 'removed') {
      stop.push(
        // Also when a restart follows: each exit ends the wait, as Docker has it.
        container.onExit((notice) => settle(() => resolve(notice))),
      )
    }
    accepted()
    const over = !container.isUp && container.status !== 'restarting' && !container.record.state.starting
    if (condition === 'not-running' && over) settle(() => resolve(container.notice()))
  })
}
