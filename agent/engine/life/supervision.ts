import { isAlive, sendSignal } from '../../kernel/process.js'
import type { EngineContext } from '../context.js'
import { handleExit } from './exit.js'
import { signalNumber } from '../signals.js'

/** How often supervisors are looked at, in milliseconds. */
const roundMs = 5_000
/** As a shell has it for a process ended by SIGKILL. */
const exitCodeKilled = 137

/**
 * Looks after running containers every few seconds: ends those whose supervisor was killed, for nobody would
 * record their exit. Gives the way to stop.
 */
export function superviseContainers(context: EngineContext): () => void {
  let stopped = false
  let timer = context.clock.setTimer(roundMs, round)
  function round(): void {
    for (const container of context.store.all()) {
      if (!container.isUp) continue
      const { process, conmon } = container.record.state
      if (conmon && !isAlive(conmon) && context.exitWatch.read(container.id) === undefined) {
        context.log.error('the supervisor of a container was killed; the container is ended', { container: container.id })
        if (process) sendSignal(process, signalNumber('KILL'))
        handleExit(context, container, exitCodeKilled)
      }
    }
    if (!stopped) timer = context.clock.setTimer(roundMs, round)
  }
  return () => {
    stopped = true
    timer.cancel()
  }
}
