import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../../src/base/errors.js'
import type { RestartPolicy } from '../../../src/model/engine-api/container.js'
import { restartDelay } from '../../runtime/restart-delay.js'
import type { Container } from '../container.js'
import { ContainerStatus } from '../container-state.js'
import type { EngineContext } from '../context.js'
import { saveAnyway } from '../late-record.js'
import { stopHealthChecks } from './health.js'
import { removeContainer } from './remove.js'
import { tearDown } from './set-up.js'
import { launch } from './start.js'

/** Records that a container ended, takes down what it needed, and restarts or removes it as asked. */
export function handleExit(context: EngineContext, container: Container, exitCode: number): void {
  // Reported twice, or before the start is complete, which looks for it itself.
  if (!container.isUp) return
  const { state } = container.record
  const finishedMs = context.clock.nowMs()
  const ranMs = finishedMs - state.startedMs
  stopHealthChecks(container)
  state.oomKilled = existsSync(join(context.paths.bundle(container.id), 'oom'))
  state.exitCode = exitCode
  state.finishedMs = finishedMs
  const restart = shouldRestart(container.record.hostConfig.RestartPolicy ?? {}, {
    exitCode,
    stoppedByHand: state.stoppedByHand,
    restartCount: container.record.restartCount,
  })
  container.move(restart ? ContainerStatus.restarting : ContainerStatus.exited)
  endAttachments(container)
  if (state.oomKilled) context.events.publish('container', 'oom', container.id, container.eventAttributes())
  const attributes = container.eventAttributes({ exitCode: String(exitCode), execDuration: String(Math.floor(ranMs / 1000)) })
  context.events.publish('container', 'die', container.id, attributes)
  void container.exclusive(() => finish(context, container, restart, ranMs)).catch((err: unknown) => {
    context.log.error('cleaning up after a container failed', { container: container.id, err })
  })
  container.announceExit(!restart)
}

/** The supervisor closed its socket before it recorded the exit: connected clients see the end of the stream by themselves. */
function endAttachments(container: Container): void {
  const hub = container.hub
  container.hub = undefined
  if (hub && !hub.isConnected) hub.end()
  container.delivered = hub?.delivered() ?? Promise.resolve()
}

async function finish(context: EngineContext, container: Container, restart: boolean, ranMs: number): Promise<void> {
  const { state } = container.record
  if (container.record.hostConfig.AutoRemove && !restart) {
    await removeContainer(context, container, { volumes: true })
    return
  }
  const { written } = await tearDown(context, container)
  delete state.process
  delete state.conmon
  const [saved] = await Promise.all([saveAnyway(context, container), written])
  // Only now: a daemon that dies before this finds the exit code again.
  if (saved) context.exitWatch.forget(container.id)
  if (container.status === ContainerStatus.restarting) scheduleRestart(context, container, ranMs)
}

/** Starts it again after a delay that doubles while it keeps failing. Not when the engine closes: the next one does it. */
export function scheduleRestart(context: EngineContext, container: Container, ranMs: number): void {
  if (context.ending.aborted) return
  container.restartDelayMs = restartDelay(container.restartDelayMs, ranMs)
  container.restartTimer = context.clock.setTimer(container.restartDelayMs, () => {
    container.restartTimer = undefined
    void container
      .exclusive(async () => {
        if (container.status !== ContainerStatus.restarting || context.ending.aborted) return
        container.record.restartCount++
        await launch(context, container)
      })
      .catch((err: unknown) => {
        context.log.warn('restarting a container failed', { container: container.id, reason: messageOf(err) })
        if (container.status === ContainerStatus.restarting) scheduleRestart(context, container, 0)
      })
  })
}

/** Docker's rules for `--restart`. Pure. */
export function shouldRestart(policy: RestartPolicy, exit: { exitCode: number; stoppedByHand: boolean; restartCount: number }): boolean {
  if (exit.stoppedByHand) return false
  switch (policy.Name) {
    case 'always':
    case 'unless-stopped':
      return true
    case 'on-failure': {
      const most = policy.MaximumRetryCount ?? 0
      return exit.exitCode !== 0 && (most === 0 || exit.restartCount < most)
    }
    default:
      return false
  }
}
