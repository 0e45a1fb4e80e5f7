import { messageOf } from '../../../src/base/errors.js'
import { rfc3339 } from '../../../src/base/clock.js'
import type { HealthcheckResult, HealthConfig } from '../../../src/model/engine-api/container.js'
import type { Container } from '../container.js'
import type { HealthRecord } from '../container-record.js'
import type { EngineContext } from '../context.js'
import { createExec, killExec, startExec } from '../io/exec.js'
import { signalNumber } from '../signals.js'

const resultsKept = 5
const outputBytesMax = 4096
const nsPerMs = 1e6

/** Docker's defaults, in milliseconds. */
const defaults = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, startIntervalMs: 5_000, retries: 3 }

interface HealthPlan {
  command: string[]
  intervalMs: number
  timeoutMs: number
  startPeriodMs: number
  startIntervalMs: number
  retries: number
}

/** What to run and when; undefined when there is no health check. Pure. */
export function healthPlan(config: HealthConfig | undefined, shell: readonly string[] | null | undefined): HealthPlan | undefined {
  const [kind, ...rest] = config?.Test ?? []
  if (!config || kind === undefined || kind === '' || kind === 'NONE' || rest.length === 0) return undefined
  const ms = (ns: number | undefined, otherwise: number): number => (ns ? ns / nsPerMs : otherwise)
  return {
    command: kind === 'CMD-SHELL' ? [...(shell?.length ? shell : ['/bin/sh', '-c']), rest[0] ?? ''] : rest,
    intervalMs: ms(config.Interval, defaults.intervalMs),
    timeoutMs: ms(config.Timeout, defaults.timeoutMs),
    startPeriodMs: ms(config.StartPeriod, defaults.startPeriodMs),
    startIntervalMs: ms(config.StartInterval, defaults.startIntervalMs),
    retries: config.Retries || defaults.retries,
  }
}

/**
 * The health after one more result. Failures within the start period do not count until the first
 * success. Pure.
 */
export function nextHealth(health: HealthRecord, result: HealthcheckResult, plan: { retries: number; inStartPeriod: boolean }): HealthRecord {
  const log = [...health.log, result].slice(-resultsKept)
  if (result.ExitCode === 0) return { status: 'healthy', failingStreak: 0, log }
  if (plan.inStartPeriod && health.status === 'starting') return { status: 'starting', failingStreak: 0, log }
  const failingStreak = health.failingStreak + 1
  return { status: failingStreak >= plan.retries ? 'unhealthy' : health.status, failingStreak, log }
}

/** Begins the checks of a container that just started, or was adopted; it keeps the health it had. */
export function startHealthChecks(context: EngineContext, container: Container, adopted = false): void {
  const { state, config } = container.record
  const plan = healthPlan(config.Healthcheck, config.Shell)
  if (!plan) {
    delete state.health
    return
  }
  if (!adopted || !state.health) state.health = { status: 'starting', failingStreak: 0, log: [] }
  schedule(context, container, plan)
}

export function stopHealthChecks(container: Container): void {
  container.healthTimer?.cancel()
  container.healthTimer = undefined
}

function schedule(context: EngineContext, container: Container, plan: HealthPlan): void {
  const { state } = container.record
  const starting = state.health?.status === 'starting' && inStartPeriod(context, container, plan)
  const delayMs = starting ? Math.min(plan.startIntervalMs, plan.intervalMs) : plan.intervalMs
  const startedMs = state.startedMs
  container.healthTimer = context.clock.setTimer(delayMs, () => {
    void probe(context, container, plan)
      .catch((err: unknown) => context.log.warn('a health check failed to run', { container: container.id, err }))
      .finally(() => {
        // Not when the container ended meanwhile, or runs anew with checks of its own.
        if (container.isUp && container.record.state.startedMs === startedMs) schedule(context, container, plan)
      })
  })
}

function inStartPeriod(context: EngineContext, container: Container, plan: HealthPlan): boolean {
  return context.clock.nowMs() - container.record.state.startedMs < plan.startPeriodMs
}

async function probe(context: EngineContext, container: Container, plan: HealthPlan): Promise<void> {
  const { state } = container.record
  if (container.status !== 'running' || !state.health) return
  const startedMs = context.clock.nowMs()
  const during = inStartPeriod(context, container, plan)
  const { exitCode, output } = await run(context, container, plan)
  context.observer.onHealthCheck(exitCode === 0)
  if (!container.isUp || !state.health) return
  const result = { Start: rfc3339(startedMs), End: rfc3339(context.clock.nowMs()), ExitCode: exitCode, Output: output }
  const before = state.health.status
  state.health = nextHealth(state.health, result, { retries: plan.retries, inStartPeriod: during })
  if (state.health.status !== before) {
    context.events.publish('container', `health_status: ${state.health.status}`, container.id, container.eventAttributes())
    await context.store.save(container)
  }
}

async function run(context: EngineContext, container: Container, plan: HealthPlan): Promise<{ exitCode: number; output: string }> {
  const session = createExec(context, container, { Cmd: plan.command, AttachStdout: true, AttachStderr: true })
  let timedOut = false
  const timer = context.clock.setTimer(plan.timeoutMs, () => {
    timedOut = true
    killExec(context, session, signalNumber('KILL'))
  })
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    const attached = await startExec(context, container, session, { detached: false })
    for await (const { data } of attached.output) {
      if (bytes < outputBytesMax) chunks.push(data.subarray(0, outputBytesMax - bytes))
      bytes += data.length
    }
  } catch (thrown) {
    return { exitCode: -1, output: messageOf(thrown).slice(0, outputBytesMax) }
  } finally {
    timer.cancel()
    container.execs.delete(session.id)
  }
  if (timedOut) return { exitCode: -1, output: `Health check exceeded timeout (${plan.timeoutMs / 1000}s)` }
  const output = Buffer.concat(chunks).toString('utf8')
  return { exitCode: session.exitCode ?? -1, output: bytes > outputBytesMax ? `${output}...` : output }
}
