import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../../src/base/errors.js'
import { identify, isAlive, sendSignal, type ProcessIdentity } from '../../kernel/process.js'
import type { Container } from '../container.js'
import { ContainerStatus } from '../container-state.js'
import type { EngineContext } from '../context.js'
import { dropStoppedMark, readStoppedMark, saveAnyway } from '../late-record.js'
import { scheduleRestart, shouldRestart } from './exit.js'
import { startHealthChecks } from './health.js'
import { isMarkedRemoved, removeContainer } from './remove.js'
import { belongsTo, readPid, tearDown } from './set-up.js'
import { signalNumber } from '../signals.js'
import { launch } from './start.js'

/** Exit code of a container whose end nobody recorded: its supervisor is gone, or the host was restarted. */
const exitCodeUnknown = 255

/**
 * Brings what is stored and what runs together after the daemon ended in any way: running containers are
 * adopted, exits are recorded, interrupted operations are finished or undone, restart policies obeyed,
 * and everything that belongs to no known container is removed. It may be done again.
 */
export async function recover(context: EngineContext): Promise<void> {
  const removed = context.store.all().filter((container) => isMarkedRemoved(context, container.id))
  await Promise.all(removed.map((container) => context.store.delete(container)))
  const containers = context.store.all()
  const live = new Set<string>()
  for (const container of containers) if (adopt(context, container)) live.add(container.id)
  await context.network.recover(live)
  await removeLeftovers(context, new Set(containers.map((container) => container.id)))
  // One that fails must not keep the others down.
  await Promise.all(
    containers.map((container) =>
      container
        .exclusive(() => settle(context, container, live.has(container.id)))
        .catch((err: unknown) => context.log.error('a container could not be recovered', { container: container.id, reason: messageOf(err) })),
    ),
  )
}

/** Finds the processes of a container that was up, or being started. True when it lives on. */
function adopt(context: EngineContext, container: Container): boolean {
  const { state } = container.record
  const folder = context.paths.bundle(container.id)
  if (!container.isUp && !state.starting) return false
  if (!state.process) {
    // The start was interrupted before it was written down.
    const found = processIn(folder, 'pid', container.id)
    const conmon = processIn(folder, 'conmon.pid', container.id)
    if (found) state.process = found
    if (conmon) state.conmon = conmon
  }
  if (context.exitWatch.read(container.id) !== undefined) return false
  // The exec root does not outlive a boot; process numbers and their start times may come again after one.
  if (!existsSync(folder)) return false
  if (!state.process || !isAlive(state.process) || !state.conmon || !isAlive(state.conmon)) return false
  // A start that did not reach its end is undone: its program does not run yet, or nobody was told that it does.
  if (state.starting) return false
  // The daemon may have ended while a slow reader held the container up.
  sendSignal(state.conmon, signalNumber('CONT'))
  return true
}

async function settle(context: EngineContext, container: Container, lives: boolean): Promise<void> {
  const { state, hostConfig } = container.record
  if (lives) {
    startHealthChecks(context, container, true)
    return
  }
  const wasStarting = state.starting
  const wasUp = container.isUp
  const wantsRestart = container.status === ContainerStatus.restarting
  readStoppedMark(context, container)
  if (wasUp) recordExit(context, container)
  state.starting = false
  if (container.status === ContainerStatus.removing) container.move(ContainerStatus.dead)
  const removable = container.status === ContainerStatus.dead || (hostConfig.AutoRemove && (wasUp || wasStarting || container.status === ContainerStatus.exited))
  if (removable) {
    await removeContainer(context, container, { volumes: true })
    return
  }
  const { written } = await tearDown(context, container)
  await written
  delete state.process
  delete state.conmon
  const policy = hostConfig.RestartPolicy ?? {}
  // After a restart of the daemon `always` starts also what ended by hand; `unless-stopped` does not.
  const restart =
    wantsRestart ||
    (wasStarting && policy.Name !== 'no') ||
    (wasUp && shouldRestart(policy, { exitCode: state.exitCode, stoppedByHand: state.stoppedByHand, restartCount: container.record.restartCount })) ||
    (!wasUp && state.startedMs > 0 && policy.Name === 'always')
  if (restart && container.status === ContainerStatus.exited) container.move(ContainerStatus.restarting)
  if (await saveAnyway(context, container)) {
    context.exitWatch.forget(container.id)
    dropStoppedMark(context, container.id)
  }
  if (!restart) return
  if (container.status === ContainerStatus.restarting) scheduleRestart(context, container, 0)
  else {
    // Not waited for: a network of the swarm may have to wait for the managers.
    void container.exclusive(() => launch(context, container)).catch((err: unknown) => {
      context.log.warn('restarting a container failed', { container: container.id, reason: messageOf(err) })
    })
  }
}

function recordExit(context: EngineContext, container: Container): void {
  const { state } = container.record
  const code = context.exitWatch.read(container.id)
  state.exitCode = code ?? exitCodeUnknown
  state.finishedMs = context.clock.nowMs()
  state.oomKilled = existsSync(join(context.paths.bundle(container.id), 'oom'))
  container.move(ContainerStatus.exited)
  const attributes = container.eventAttributes({ exitCode: String(state.exitCode) })
  context.events.publish('container', 'die', container.id, attributes)
}

/** Ends and removes what is on this host by our hand and belongs to no container that we know. */
async function removeLeftovers(context: EngineContext, known: ReadonlySet<string>): Promise<void> {
  const strangers = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name) && !known.has(name)) : [])
  const kill = signalNumber('KILL')
  for (const id of strangers(context.paths.bundlesDir)) {
    for (const file of ['conmon.pid', 'pid']) {
      const found = processIn(context.paths.bundle(id), file, id)
      if (found) sendSignal(found, kill)
    }
    rmSync(context.paths.bundle(id), { recursive: true, force: true })
  }
  // Only below the parent that is this daemon's alone: one that was asked for may have others' containers.
  const parent = context.paths.cgroupParent
  for (const id of context.cgroups.children(parent)) {
    if (!known.has(id) && /^[0-9a-f]{64}$/.test(id)) await context.cgroups.remove(`${parent}/${id}`)
  }
  for (const id of strangers(context.paths.runtimeRoot)) context.runtimes.forget(id)
  for (const id of strangers(context.paths.exitDir)) context.exitWatch.forget(id)
  for (const { key } of context.rootfs.writables()) {
    const [id = ''] = /^[0-9a-f]{64}(?=$|-image-\d+$)/.exec(key) ?? []
    if (id !== '' && !known.has(id)) await context.rootfs.removeWritable(key)
  }
  for (const id of strangers(context.paths.containersDir)) rmSync(context.paths.container(id), { recursive: true, force: true })
}

function processIn(folder: string, file: string, id: string): ProcessIdentity | undefined {
  const pid = readPid(join(folder, file))
  const found = pid === undefined ? undefined : identify(pid)
  return found && belongsTo(found.pid, id) ? found : undefined
}
