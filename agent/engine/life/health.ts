import { messageOf } from '../../../src/base/errors.js'
import { rfc3339, withTimeout, type Timer } from '../../../src/base/clock.js'
import type { AttachSession } from '../../../src/model/engine-api/attach.js'
import type { HealthcheckResult, HealthConfig } from '../../../src/model/engine-api/container.js'
import type { Container, HealthChecks } from '../container.js'
import type { HealthRecord } from '../container-record.js'
import type { EngineContext } from '../context.js'
import { createExec, execProcess, killExec, startExec } from '../io/exec.js'
import type { ExecSession } from '../io/exec-session.js'
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
  container.healthChecks?.stop()
  container.healthChecks = context.ending.aborted ? undefined : new Checks(context, container, plan)
}

export function stopHealthChecks(container: Container): void {
  container.healthChecks?.stop()
  container.healthChecks = undefined
}

/** How soon it is looked again whether a check that was told to end has. */
const endRecheckMs = 20
/** What a check has left behind may hold its output open: after so many looks nobody waits for the end of that. */
const endLooksMax = 50

class Checks implements HealthChecks {
  private timer: Timer | undefined
  private underWay: Promise<void> | undefined
  private session: ExecSession | undefined
  /** Kills the check that is under way, and reads no more of it. */
  private giveUp: () => void = () => undefined
  private stopped = false

  constructor(
    private readonly context: EngineContext,
    private readonly container: Container,
    private readonly plan: HealthPlan,
  ) {
    this.schedule()
  }

  stop(): void {
    this.stopped = true
    this.timer?.cancel()
  }

  async end(): Promise<void> {
    const { context } = this
    this.stop()
    for (let looks = 0; this.underWay && looks < endLooksMax; looks++) {
      // Not the runtime before it has started the program: that would go on, and hold the pipes open.
      if (this.session && execProcess(context, this.session)) killExec(context, this.session, signalNumber('KILL'))
      await withTimeout(context.clock, endRecheckMs, this.underWay, () => new Error('not over')).catch(() => undefined)
    }
    this.giveUp()
    await this.underWay
  }

  private schedule(): void {
    const { context, container, plan } = this
    const starting = container.record.state.health?.status === 'starting' && this.inStartPeriod()
    const delayMs = starting ? Math.min(plan.startIntervalMs, plan.intervalMs) : plan.intervalMs
    this.timer = context.clock.setTimer(delayMs, () => {
      this.underWay = this.probe()
        .catch((err: unknown) => context.log.warn('a health check failed to run', { container: container.id, err }))
        .then(() => {
          this.underWay = undefined
          // It may have ended meanwhile, and run anew with checks of its own; or the engine is closed.
          if (!this.stopped) this.schedule()
        })
    })
  }

  private inStartPeriod(): boolean {
    return this.context.clock.nowMs() - this.container.record.state.startedMs < this.plan.startPeriodMs
  }

  private async probe(): Promise<void> {
    const { context, container, plan } = this
    const { state } = container.record
    if (container.status !== 'running' || !state.health) return
    const startedMs = context.clock.nowMs()
    const during = this.inStartPeriod()
    const { exitCode, output } = await this.run()
    if (this.stopped || !state.health) return
    context.observer.onHealthCheck(exitCode === 0)
    const result = { Start: rfc3339(startedMs), End: rfc3339(context.clock.nowMs()), ExitCode: exitCode, Output: output }
    const before = state.health.status
    state.health = nextHealth(state.health, result, { retries: plan.retries, inStartPeriod: during })
    if (state.health.status !== before) {
      context.events.publish('container', `health_status: ${state.health.status}`, container.id, container.eventAttributes())
      await context.store.save(container)
    }
  }

  private async run(): Promise<{ exitCode: number; output: string }> {
    const { context, container, plan } = this
    const session = createExec(context, container, { Cmd: plan.command, AttachStdout: true, AttachStderr: true })
    let attached: AttachSession | undefined
    this.session = session
    this.giveUp = () => {
      killExec(context, session, signalNumber('KILL'))
      attached?.close()
    }
    let timedOut = false
    const timer = context.clock.setTimer(plan.timeoutMs, () => {
      timedOut = true
      this.giveUp()
    })
    const chunks: Uint8Array[] = []
    let bytes = 0
    try {
      attached = await startExec(context, container, session, { detached: false })
      for await (const { data } of attached.output) {
        if (bytes < outputBytesMax) chunks.push(data.subarray(0, outputBytesMax - bytes))
        bytes += data.length
      }
    } catch (thrown) {
      return { exitCode: -1, output: messageOf(thrown).slice(0, outputBytesMax) }
    } finally {
      timer.cancel()
      this.session = undefined
      this.giveUp = () => undefined
      container.execs.delete(session.id)
    }
    if (timedOut) return { exitCode: -1, output: `Health check exceeded timeout (${plan.timeoutMs / 1000}s)` }
    const output = Buffer.concat(chunks).toString('utf8')
    return { exitCode: session.exitCode ?? -1, output: bytes > outputBytesMax ? `${output}...` : output }
  }
}
