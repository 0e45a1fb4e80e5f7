import { delay } from '../../base/clock.js'
import { ErrorKind, StatusError } from '../../base/errors.js'
import type { Context } from '../context.js'
import { ProgressLines } from './lines.js'
import { updaterFor, type Updater } from './updater.js'

const pollPeriodMs = 200
/** How long all tasks must stay up when the service does not say (`--update-monitor`). */
const monitorDefaultMs = 5_000

/**
 * Follows a service until its tasks are what the spec asks for and have been so for its monitor time.
 * Ctrl-C leaves the service to itself. Throws when an update or a roll-back is paused. With `quiet`
 * nothing is drawn.
 */
export async function followConvergence(context: Context, serviceId: string, quiet: boolean): Promise<void> {
  const lines = new ProgressLines(quiet ? undefined : context.stdout)
  let interrupt = (): void => undefined
  const interrupted = new Promise<undefined>((resolve) => (interrupt = () => resolve(undefined)))
  /** Undefined when Ctrl-C comes first, also where the daemon does not answer. */
  const unlessInterrupted = <T>(awaited: Promise<T>): Promise<T | undefined> => Promise.race([awaited, interrupted])
  using _signals = context.takeSignals((signal) => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') interrupt()
  })
  let converged = false
  const leave = (): void => {
    if (converged) return
    lines.show({ text: 'Operation continuing in background.' })
    lines.show({ text: `Use \`skep service ps ${serviceId}\` to check progress.` })
  }
  let updater: Updater | undefined
  let convergedAtMs: number | undefined
  let rollback = false
  let atEnd: string | undefined
  for (;;) {
    const service = await unlessInterrupted(context.api.services.inspect(serviceId))
    if (!service) return leave()
    updater ??= updaterFor(service, lines)
    const monitorMs = (service.Spec?.UpdateConfig?.Monitor ?? 0) / 1e6 || monitorDefaultMs
    const { State: state, Message: message = '' } = service.UpdateStatus ?? {}
    if (state === 'updating') rollback = false
    else if (state === 'completed' && convergedAtMs === undefined) return
    else if (state === 'paused') throw new StatusError(ErrorKind.unavailable, `service update paused: ${message}`)
    else if (state === 'rollback_started') {
      if (!rollback && message !== '') lines.show({ id: 'rollback', text: message })
      rollback = true
    } else if (state === 'rollback_paused') throw new StatusError(ErrorKind.unavailable, `service rollback paused: ${message}`)
    else if (state === 'rollback_completed') {
      if (convergedAtMs === undefined) atEnd = message
      rollback = true
    }

    const now = context.clock.monotonicMs()
    if (convergedAtMs !== undefined && now - convergedAtMs >= monitorMs) {
      lines.show({ id: 'verify', text: `Service ${serviceId} converged` })
      if (atEnd) lines.show({ id: 'rollback', text: atEnd })
      return
    }
    const found = await unlessInterrupted(
      Promise.all([context.api.tasks.list({ service: [service.ID ?? serviceId], '_up-to-date': ['true'] }), context.api.nodes.list()]),
    )
    if (!found) return leave()
    const [tasks, nodes] = found
    const activeNodes = new Set(nodes.filter((node) => node.Status?.State !== 'down').map((node) => node.ID ?? ''))
    converged = updater.update({ service, tasks, activeNodes, rollback })
    if (converged) {
      if (service.Spec?.Mode?.ReplicatedJob || service.Spec?.Mode?.GlobalJob) return
      convergedAtMs ??= now
      const waitMs = monitorMs - (now - convergedAtMs)
      if (waitMs >= 0) {
        lines.show({ id: 'verify', text: `Waiting ${Math.max(1, Math.ceil(waitMs / 1000))} seconds to verify that tasks are stable...` })
      }
    } else {
      if (convergedAtMs !== undefined) lines.show({ id: 'verify', text: 'Detected task failure' })
      convergedAtMs = undefined
    }
    const waited = await unlessInterrupted(delay(context.clock, pollPeriodMs).then(() => true))
    if (!waited) return leave()
  }
}
