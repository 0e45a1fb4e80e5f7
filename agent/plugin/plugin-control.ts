import type { Timer } from '../../src/base/clock.js'
import { ErrorKind, messageOf, StatusError, unavailable } from '../../src/base/errors.js'
import { Serial } from '../../src/base/serial.js'
import { restartDelay } from '../runtime/restart-delay.js'
import { RuntimeError } from '../runtime/runtime-error.js'
import { interfaceType } from './plugin-config.js'
import type { PluginRecord } from './plugin-record.js'
import { endLeftover, hostPath, PluginRun, socketPath, unmountPlugin, type PluginRunDeps } from './plugin-run.js'

/** Interfaces of Docker's that this daemon asks nobody for: to enable such a plugin would be to promise what nothing keeps. */
const unused: ReadonlySet<string> = new Set(['authz', 'csicontroller', 'csinode', 'graphdriver', 'ipamdriver', 'logdriver', 'metricscollector', 'networkdriver', 'secretprovider'])

/** A plugin as those see it who ask it for something. The same object as long as it is the same plugin. */
export interface PluginDriver {
  /** With its tag. */
  name: string
  /** Where it listens while it runs. */
  socketPath: string
  /** Of each call; 0 leaves it to the caller. */
  timeoutSeconds: number
  /** Where the host has what the plugin calls so. */
  hostPath(path: string): string
}

/** A plugin's processes, as its control needs them. */
export type Run = Pick<PluginRun, 'startedMs' | 'hasEnded' | 'onEnd' | 'ended' | 'look' | 'stop' | 'letGo'>

/** How plugins come to run: as `PluginRun` says. */
export interface PluginRuns {
  start(deps: PluginRunDeps, record: PluginRecord): Promise<Run>
  find(deps: PluginRunDeps, record: PluginRecord): Promise<Run | undefined>
}

/** One installed plugin: its record, and its processes while it is enabled. One operation at a time. */
export class PluginControl {
  private readonly serial = new Serial()
  private running: Run | undefined
  private driver: PluginDriver | undefined
  private restartTimer: Timer | undefined
  private restartDelayMs = 0
  private closed = false
  private removed = false

  constructor(
    private readonly deps: PluginRunDeps,
    /** Replaced, never changed. */
    public record: PluginRecord,
    private readonly keep: (record: PluginRecord) => Promise<void>,
    private readonly runs: PluginRuns = PluginRun,
  ) {}

  /** Runs an operation after those before it. Throws `notFound` when one of them removed the plugin, `unavailable` when the daemon stops. */
  exclusively(act: (control: PluginControl) => Promise<void>): Promise<void> {
    return this.serial.run(() => {
      if (this.closed) throw unavailable('the daemon is stopping')
      if (this.removed) throw new StatusError(ErrorKind.notFound, `plugin "${this.record.name}" not found`)
      return act(this)
    })
  }

  /** Starts it and keeps that it is enabled. Nothing has changed when it throws. */
  async enable(timeoutSeconds: number): Promise<void> {
    const { record } = this
    checkUsed(record)
    try {
      this.watch(await this.runs.start(this.deps, record))
    } catch (thrown) {
      this.unmount()
      throw thrown instanceof RuntimeError ? new StatusError(ErrorKind.internal, thrown.message, { cause: thrown }) : thrown
    }
    this.restartDelayMs = 0
    try {
      await this.keep({ ...record, enabled: true, timeoutSeconds })
    } catch (thrown) {
      await this.stop()
      this.unmount()
      throw thrown
    }
    this.driver = this.makeDriver()
  }

  /** Ends it and keeps that it is disabled. */
  async disable(): Promise<void> {
    await this.stop()
    this.unmount()
    await this.keep({ ...this.record, enabled: false })
  }

  unmount(): void {
    unmountPlugin(this.deps, this.record)
  }

  /** After it was taken out of the store: what still waits fails. */
  forget(): void {
    this.removed = true
  }

  /** When the daemon starts: finds it again, starts it, or ends what a crash left of it. Never rejects: one plugin holds nothing else up. */
  recover(): Promise<void> {
    return this.serial.run(async () => {
      if (!this.record.enabled) {
        await this.endLeftover()
        return
      }
      this.driver = this.makeDriver()
      const found = await this.runs.find(this.deps, this.record)
      if (found) this.watch(found)
      else await this.start()
    })
  }

  /** When the daemon stops. With `goOn` it is left running. */
  close(goOn: boolean): Promise<void> {
    this.closed = true
    this.restartTimer?.cancel()
    return this.serial.run(async () => {
      if (goOn && this.running) return this.running.letGo()
      await this.stop()
      this.unmount()
    })
  }

  exited(exitCode: number): void {
    this.running?.ended(exitCode)
  }

  look(): void {
    this.running?.look()
  }

  /** Undefined when it is no driver of volumes. */
  volumeDriver(): PluginDriver | undefined {
    return this.record.config.Interface.Types.some((type) => isDocker(type, 'volumedriver')) ? this.driver : undefined
  }

  private async endLeftover(): Promise<void> {
    try {
      await endLeftover(this.deps, this.record.id)
      this.unmount()
    } catch (err) {
      this.deps.log.error('what a plugin left could not be ended', { plugin: this.record.name, reason: messageOf(err) })
    }
  }

  private async stop(): Promise<void> {
    const { running } = this
    this.running = undefined
    this.driver = undefined
    this.restartTimer?.cancel()
    if (running) await running.stop()
    else await endLeftover(this.deps, this.record.id)
  }

  private makeDriver(): PluginDriver {
    const { deps, record } = this
    const { name, timeoutSeconds } = record
    return { name, socketPath: socketPath(deps.paths, record), timeoutSeconds, hostPath: (path) => hostPath(deps, record, path) }
  }

  private watch(run: Run): void {
    this.running = run
    const onEnd = (): void => {
      if (this.running === run) this.restartLater(this.deps.clock.monotonicMs() - run.startedMs)
    }
    run.onEnd(onEnd)
    if (run.hasEnded) onEnd()
  }

  /** Starts it again after a delay that doubles while it keeps failing. */
  private restartLater(ranMs: number): void {
    if (this.closed) return
    this.restartDelayMs = restartDelay(this.restartDelayMs, ranMs)
    this.deps.log.warn('a plugin is not running and is started again', { plugin: this.record.name, afterMs: this.restartDelayMs })
    this.restartTimer = this.deps.clock.setTimer(this.restartDelayMs, () => {
      void this.serial.run(async () => {
        if (this.closed || !this.record.enabled || (this.running && !this.running.hasEnded)) return
        await this.start()
      })
    })
  }

  /** A start that nobody waits for: a failure is logged, and it is tried again. */
  private async start(): Promise<void> {
    try {
      this.watch(await this.runs.start(this.deps, this.record))
    } catch (err) {
      this.running = undefined
      this.deps.log.error('a plugin could not be started', { plugin: this.record.name, reason: messageOf(err) })
      this.restartLater(0)
    }
  }
}

function checkUsed({ name, config }: PluginRecord): void {
  const refused = config.Interface.Types.filter((type) => [...unused].some((capability) => isDocker(type, capability)))
  if (refused.length === 0) return
  throw new StatusError(ErrorKind.unsupported, `plugin ${name} cannot be enabled: this daemon uses no plugins of the type ${refused.join(', ')}, only docker.volumedriver/1.0`)
}

function isDocker(type: string, wanted: string): boolean {
  const { prefix, capability } = interfaceType(type)
  return prefix === 'docker' && capability.toLowerCase() === wanted
}
