import { conflict, ErrorKind, StatusError } from '../../../src/base/errors.js'
import { sendSignal } from '../../kernel/process.js'
import { toAbortError } from '../abort.js'
import type { Container } from '../container.js'
import { ContainerStatus } from '../container-state.js'
import type { EngineContext } from '../context.js'
import { saveAnyway } from '../late-record.js'
import { cgroupPath } from './set-up.js'
import { signalNumber } from '../signals.js'

export interface StopOptions {
  signal?: string
  /** -1 waits for ever. */
  timeoutSeconds?: number
}

/** What Docker waits after SIGKILL before it says that the kernel does not let go of the process. */
const killTimeoutMs = 10_000

/** How long a container may take to end before it is written down that it was told to: the record of its end says so too. */
const unwrittenMs = 50

/**
 * Asks the process to end, and kills it after the grace period; resolves when everything it needed is
 * taken down. Throws `notModified` when it does not run.
 */
export async function stopContainer(context: EngineContext, container: Container, options: StopOptions): Promise<void> {
  await container.settled()
  if (container.status === ContainerStatus.restarting) {
    await cancelRestart(context, container)
    return
  }
  if (!container.isUp) throw new StatusError(ErrorKind.notModified, `container ${container.id} is already stopped`)
  const signal = signalNumber(options.signal || container.record.config.StopSignal || 'SIGTERM')
  container.record.state.stoppedByHand = true
  const ended = exitOf(container)
  container.hub?.dropLaggards()
  if (container.status === ContainerStatus.paused) await thaw(context, container)
  signalInit(container, signal)
  publishKill(context, container, signal)
  const graceSeconds = options.timeoutSeconds ?? container.record.config.StopTimeout ?? context.settings.stopTimeoutSeconds
  if (!(await endsWithin(context, container, ended, graceSeconds < 0 ? Infinity : graceSeconds * 1000))) {
    signalInit(container, signalNumber('KILL'))
    publishKill(context, container, signalNumber('KILL'))
    if (!(await within(context, ended, killTimeoutMs))) throw stuck(container)
  }
  await container.settled()
  context.events.publish('container', 'stop', container.id, container.eventAttributes())
}

/**
 * Sends a signal to the first process. With SIGKILL it resolves when the container has ended. Throws
 * `conflict` when it does not run.
 */
export async function killContainer(context: EngineContext, container: Container, name: string): Promise<void> {
  const signal = signalNumber(name || 'SIGKILL')
  await container.settled()
  const { state, config } = container.record
  if (container.status === ContainerStatus.restarting && signal === signalNumber('KILL')) {
    await cancelRestart(context, container)
    return
  }
  if (!container.isUp) throw conflict(`cannot kill container: ${container.id}: container ${container.id} is not running`)
  const isKill = signal === signalNumber('KILL')
  if (isKill || signal === signalNumber(config.StopSignal || 'SIGTERM')) {
    state.stoppedByHand = true
    if (!isKill) await saveAnyway(context, container)
  }
  const ended = exitOf(container)
  if (isKill) container.hub?.dropLaggards()
  signalInit(container, signal)
  publishKill(context, container, signal)
  if (!isKill) return
  // A frozen process dies when it is thawed.
  if (container.status === ContainerStatus.paused) await thaw(context, container)
  if (!(await endsWithin(context, container, ended, killTimeoutMs))) throw stuck(container)
  await container.settled()
}

/** Freezes every process. Throws `conflict` unless it runs. */
export function pauseContainer(context: EngineContext, container: Container): Promise<void> {
  return container.exclusive(async () => {
    if (container.status === ContainerStatus.paused) throw conflict(`Container ${container.id} is already paused`)
    if (container.status !== ContainerStatus.running) throw conflict(`Container ${container.id} is not running`)
    await context.cgroups.setFrozen(cgroupPath(context, container), true)
    // It may have ended while it froze.
    if (container.status !== ContainerStatus.running) return
    container.move(ContainerStatus.paused)
    await saveAnyway(context, container)
    context.events.publish('container', 'pause', container.id, container.eventAttributes())
  })
}

/** Lets the processes go on. Throws `conflict` unless it is paused. */
export function unpauseContainer(context: EngineContext, container: Container): Promise<void> {
  return container.exclusive(async () => {
    if (container.status !== ContainerStatus.paused) throw conflict(`Container ${container.id} is not paused`)
    await thaw(context, container)
  })
}

async function thaw(context: EngineContext, container: Container): Promise<void> {
  await context.cgroups.setFrozen(cgroupPath(context, container), false)
  if (container.status !== ContainerStatus.paused) return
  container.move(ContainerStatus.running)
  await saveAnyway(context, container)
  context.events.publish('container', 'unpause', container.id, container.eventAttributes())
}

function cancelRestart(context: EngineContext, container: Container): Promise<void> {
  return container.exclusive(async () => {
    if (container.status !== ContainerStatus.restarting) return
    container.restartTimer?.cancel()
    container.restartTimer = undefined
    container.record.state.stoppedByHand = true
    container.move(ContainerStatus.exited)
    await saveAnyway(context, container)
    container.announceExit(true)
  })
}

function signalInit(container: Container, signal: number): void {
  const { process } = container.record.state
  if (process) sendSignal(process, signal)
}

function publishKill(context: EngineContext, container: Container, signal: number): void {
  context.events.publish('container', 'kill', container.id, container.eventAttributes({ signal: String(signal) }))
}

/** Resolves at the next exit; listens from now on. */
function exitOf(container: Container): Promise<void> {
  if (!container.isUp) return Promise.resolve()
  return new Promise((resolve) => {
    const stopListening = container.onExit(() => {
      stopListening()
      resolve()
    })
  })
}

/** True when the container ended in time. That it was told to is on disk before this says no, if the disk takes it. */
async function endsWithin(context: EngineContext, container: Container, ended: Promise<void>, timeoutMs: number): Promise<boolean> {
  const soonMs = Math.min(timeoutMs, unwrittenMs)
  try {
    if (await within(context, ended, soonMs)) return true
  } catch (thrown) {
    await saveAnyway(context, container)
    throw thrown
  }
  await saveAnyway(context, container)
  return within(context, ended, timeoutMs - soonMs)
}

/** True when the promise resolved in time. Throws `unavailable` when the engine closes first, which hears of no end any more. */
function within({ clock, ending }: EngineContext, work: Promise<void>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      timer?.cancel()
      ending.removeEventListener('abort', onEnding)
      act()
    }
    const onEnding = (): void => settle(() => reject(toAbortError(ending)))
    const timer = timeoutMs === Infinity ? undefined : clock.setTimer(timeoutMs, () => settle(() => resolve(false)))
    ending.addEventListener('abort', onEnding, { once: true })
    void work.then(() => settle(() => resolve(true)))
    if (ending.aborted) onEnding()
  })
}

function stuck(container: Container): StatusError {
  return new StatusError(
    ErrorKind.internal,
    `cannot stop container: ${container.id}: its process does not end after SIGKILL; it may hang in the kernel (see: cat /proc/${container.record.state.process?.pid ?? 'PID'}/stack)`,
  )
}
