import { conflict, ErrorKind, StatusError } from '../../../src/base/errors.js'
import { RuntimeError, toStatusError } from '../../runtime/runtime-error.js'
import type { Container } from '../container.js'
import { ContainerStatus } from '../container-state.js'
import type { EngineContext } from '../context.js'
import { saveAnyway } from '../late-record.js'
import { startHealthChecks } from './health.js'
import { removeContainer } from './remove.js'
import { setUpSteps, tearDown, type StartDraft } from './set-up.js'

/**
 * Starts a container that does not run. Throws `notModified` when it does, `conflict` when it cannot, and
 * with the runtime's message when its program cannot be run; nothing of the attempt is left then.
 */
export async function startContainer(context: EngineContext, container: Container): Promise<void> {
  await container.exclusive(async () => {
    assertStartable(container)
    container.record.state.stoppedByHand = false
    container.restartDelayMs = 0
    container.record.restartCount = 0
    await launch(context, container)
  })
}

function assertStartable(container: Container): void {
  switch (container.status) {
    case ContainerStatus.running:
      throw new StatusError(ErrorKind.notModified, `container ${container.id} is already running`)
    case ContainerStatus.paused:
      throw conflict('cannot start a paused container, try unpause instead')
    case ContainerStatus.removing:
    case ContainerStatus.dead:
      throw conflict('container is marked for removal and cannot be started')
    case ContainerStatus.created:
    case ContainerStatus.exited:
    case ContainerStatus.restarting:
  }
}

/**
 * Sets up and starts; the caller holds the container. One that was to be restarted and whose record cannot be written, as on a full
 * disk, stays `restarting`: it is tried again.
 */
export async function launch(context: EngineContext, container: Container): Promise<void> {
  const { state } = container.record
  container.restartTimer?.cancel()
  container.restartTimer = undefined
  context.cgroups.anticipateMove()
  container.isTakenDown = false
  state.starting = true
  delete state.process
  delete state.conmon
  // Written while everything is made: what a crash in the middle leaves is found by its names.
  const written = context.store.save(container)
  written.catch(() => undefined)
  const draft: StartDraft = { rootfs: '', mounts: [], network: 'own', parts: [] }
  try {
    for (const step of setUpSteps) {
      // No process runs that the record does not tell of.
      if (step === setUpSteps.at(-1)) await written
      await step.up(context, container, draft)
    }
    await container.hub?.connect(context.paths.bundle(container.id))
    const startedMs = context.clock.nowMs()
    await context.runtimes.of(container.record.hostConfig.Runtime).start(container.id)
    container.move(ContainerStatus.running)
    Object.assign(state, { starting: false, startedMs, error: '', exitCode: 0, oomKilled: false })
  } catch (thrown) {
    const unwritten = await written.then(() => false, () => true)
    await abandon(context, container, thrown, unwritten && container.status === ContainerStatus.restarting)
    throw toStatusError(thrown)
  } finally {
    for (const { place } of draft.parts) place[Symbol.dispose]()
  }
  // Before anything that waits: its end may be told at any moment from here.
  context.events.publish('container', 'start', container.id, container.eventAttributes())
  context.logs.ship(container)
  startHealthChecks(context, container)
  await context.store.save(container)
  // It may have ended before it counted as running: the record was passed over then.
  const exitCode = context.exitWatch.read(container.id)
  if (exitCode !== undefined) context.exitWatch.reportAll()
}

async function abandon(context: EngineContext, container: Container, thrown: unknown, triedAgain: boolean): Promise<void> {
  const { state } = container.record
  container.hub?.end()
  container.hub = undefined
  const { written } = await tearDown(context, container)
  context.exitWatch.forget(container.id)
  state.starting = false
  delete state.process
  delete state.conmon
  state.exitCode = thrown instanceof RuntimeError ? thrown.exitCode : 128
  state.error = thrown instanceof Error ? thrown.message : String(thrown)
  if (triedAgain) {
    await Promise.all([written, saveAnyway(context, container)])
    return
  }
  if (container.status === ContainerStatus.restarting) container.move(ContainerStatus.exited)
  await Promise.all([written, context.store.save(container)])
  container.announceExit(true)
  if (container.record.hostConfig.AutoRemove) await removeContainer(context, container, { volumes: true })
}
