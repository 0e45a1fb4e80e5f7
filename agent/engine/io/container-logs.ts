import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { conflict, errnoOf, messageOf } from '../../../src/base/errors.js'
import type { Clock, Timer } from '../../../src/base/clock.js'
import { parseBytes } from '../../../src/base/values.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { onGrowth } from '../../log-drivers/growth.js'
import { isReadable, logLimits, remoteDrivers, type LogOptions } from '../../log-drivers/options.js'
import type { LogWriter } from '../../log-drivers/read.js'
import { LogSegments } from '../../log-drivers/segments.js'
import { LogShipper } from '../../log-drivers/shipper.js'
import { detailsText, type LogContext } from '../../log-drivers/tag.js'
import { openTarget } from '../../log-drivers/targets/factory.js'
import { reopenLog } from '../../runtime/conmon.js'
import type { Container } from '../container.js'
import type { ContainerRecord } from '../container-record.js'
import type { LogSource } from './logs.js'
import type { EnginePaths } from '../paths.js'

/** How often logs with a limit are looked for that nothing tells of, in milliseconds. */
const roundMs = 250
/** How often one that grows is looked at; sooner when it will be full before. One that does not grow is watched instead. */
const growingMs = 50
/** Rotating more often would cost more than the disk it saves. */
const soonestMs = 25
/** Full files are compressed when the log has been calm for this long. */
const calmMs = 2_000
/** `mode=non-blocking` without a size: Docker's ring buffer. */
const ringBytes = 1024 * 1024
/** The supervisor starts a log anew by itself when it grows this far over its limit, or twice as large: the daemon may not be there to do it. */
const overshootBytes = 32 * 1024 * 1024

interface KnownLog {
  segments: LogSegments
  shipper?: LogShipper
  /** While the log does not grow. */
  watch?: Disposable
  bytes: number
  lookedMs: number
  rotatedMs: number
}

export interface ContainerLogsDeps {
  paths: EnginePaths
  clock: Clock
  rng: Rng
  log: Logger
}

/** The logs of all containers: their files, their rotation, and their way to remote targets. */
export class ContainerLogs {
  private readonly known = new Map<string, KnownLog>()
  private readonly leaving = new Set<LogShipper>()
  private readonly timers = new Map<string, Timer>()
  /** Who follows a log hears here that nobody will tell of its container's end. */
  private readonly followers = new Set<() => void>()
  private round: Timer | undefined
  private closed = false

  constructor(private readonly deps: ContainerLogsDeps) {}

  /** Begins to look after the logs of those containers of `all` that run. */
  begin(all: () => readonly Container[]): void {
    this.round = this.deps.clock.setTimer(roundMs, () => {
      for (const container of all()) {
        if (container.isUp) this.guard(container)
        else this.unwatch(container)
      }
      if (!this.closed) this.begin(all)
    })
  }

  /** Removes what an earlier daemon left half done in the files of these containers. */
  tidy(containers: readonly Container[]): void {
    for (const container of containers) {
      const { segments } = this.of(container)
      // Only logs with a limit are rotated.
      if (segments.limits.fileBytesMax !== undefined) segments.removeLeftovers()
    }
  }

  /** Where `docker logs` reads. Throws `conflict` when the driver keeps nothing here that could be read. */
  source(container: Container): LogSource {
    const { driver, options } = configOf(container.record)
    if (!isReadable(driver, options)) throw conflict('configured logging driver does not support reading')
    return {
      segments: this.of(container).segments,
      writer: this.untilClosed(writerOf(container)),
      details: detailsText(contextOf(container.record), driver, options),
      tty: container.record.config.Tty ?? false,
    }
  }

  /** What the supervisor is told: where to write, and when to start anew by itself. */
  supervisorLog(container: Container): { path: string; bytesMax?: number } | undefined {
    const { driver } = configOf(container.record)
    if (driver === 'none') return undefined
    const { fileBytesMax } = this.of(container).segments.limits
    return {
      path: this.deps.paths.log(container.id),
      ...(fileBytesMax !== undefined && { bytesMax: fileBytesMax + Math.max(fileBytesMax, overshootBytes) }),
    }
  }

  /**
   * The container runs, or may have lines that its target does not have yet: its log is kept within its limits, and they are
   * sent. Doing it again is fine.
   */
  ship(container: Container): void {
    if (container.isUp) this.guard(container)
    const { driver, options } = configOf(container.record)
    if (this.closed || !remoteDrivers.includes(driver) || !existsSync(this.deps.paths.log(container.id))) return
    const known = this.of(container)
    if (known.shipper) return
    const shipper = new LogShipper({
      segments: known.segments,
      writer: writerOf(container),
      target: () => openTarget(driver, options, contextOf(container.record), this.deps.clock),
      positionPath: join(this.deps.paths.container(container.id), 'log-position.json'),
      ...(options['mode'] === 'non-blocking' && { bufferBytesMax: parseBytes(options['max-buffer-size'] ?? '') ?? ringBytes }),
      clock: this.deps.clock,
      rng: this.deps.rng,
      log: this.deps.log.child({ container: container.id, driver }),
    })
    known.shipper = shipper
    void shipper.finished().then(() => {
      if (known.shipper !== shipper) return
      delete known.shipper
      // It was started again while the last one came to its end.
      if (container.isUp) this.ship(container)
    })
  }

  /** The container's files are about to be removed. */
  forget(container: Container): void {
    const known = this.known.get(container.id)
    this.known.delete(container.id)
    known?.watch?.[Symbol.dispose]()
    this.timers.get(container.id)?.cancel()
    this.timers.delete(container.id)
    const shipper = known?.shipper
    if (!shipper) return
    this.leaving.add(shipper)
    shipper.finish()
    void shipper.finished().then(() => this.leaving.delete(shipper))
  }

  /** Starts a new file when the current one is over its limit; the oldest over `max-file` goes. */
  async rotate(container: Container): Promise<void> {
    const known = this.of(container)
    const { segments } = known
    const limit = segments.limits.fileBytesMax
    if (limit === undefined || !container.isUp || segments.currentBytes <= limit) return
    known.rotatedMs = this.deps.clock.monotonicMs()
    known.bytes = 0
    segments.rotate()
    // Until the supervisor opens the new file it writes to the renamed one: nothing is lost.
    await reopenLog(this.deps.paths.bundle(container.id)).catch((thrown: unknown) => {
      // One that ended in this moment opens nothing any more.
      if (!['ENXIO', 'EPIPE', 'ENOENT'].includes(errnoOf(thrown) ?? '')) throw thrown
    })
  }

  /** Ends everything, who follows a log too; what was not sent is sent by the next daemon. */
  async close(): Promise<void> {
    this.closed = true
    this.round?.cancel()
    for (const timer of this.timers.values()) timer.cancel()
    this.timers.clear()
    for (const { watch } of this.known.values()) watch?.[Symbol.dispose]()
    for (const wake of [...this.followers]) wake()
    const shippers = [...[...this.known.values()].flatMap(({ shipper }) => shipper ?? []), ...this.leaving]
    await Promise.all(shippers.map((shipper) => shipper.stop()))
  }

  private untilClosed(writer: LogWriter): LogWriter {
    const hasEnded = (): boolean => this.closed || writer.ended
    return {
      get ended() {
        return hasEnded()
      },
      onChange: (listener) => {
        const stopListening = writer.onChange(listener)
        this.followers.add(listener)
        return () => {
          stopListening()
          this.followers.delete(listener)
        }
      },
    }
  }

  private guard(container: Container): void {
    if (!this.timers.has(container.id) && this.known.get(container.id)?.watch === undefined) this.look(container)
  }

  /** The kernel has only so many watches: none is spent on a log that nobody writes. */
  private unwatch(container: Container): void {
    const known = this.known.get(container.id)
    known?.watch?.[Symbol.dispose]()
    delete known?.watch
  }

  private look(container: Container): void {
    this.timers.delete(container.id)
    const known = this.of(container)
    const { segments } = known
    const limit = segments.limits.fileBytesMax
    if (limit === undefined || !container.isUp || this.closed) return
    const nowMs = this.deps.clock.monotonicMs()
    const bytes = segments.currentBytes
    const grewBytes = bytes - known.bytes
    const perMs = Math.max(0, grewBytes) / Math.max(1, nowMs - known.lookedMs)
    Object.assign(known, { bytes, lookedMs: nowMs })
    const failed = (thrown: unknown): void => this.deps.log.warn(`cannot rotate a log: ${messageOf(thrown)}`, { container: container.id })
    if (bytes > limit) this.rotate(container).catch(failed)
    else if (nowMs - known.rotatedMs > calmMs) segments.compress().catch(failed)
    const fullInMs = perMs === 0 ? Infinity : (bytes > limit ? limit : limit - bytes) / perMs
    if (grewBytes !== 0 || bytes > limit) this.lookIn(container, Math.max(soonestMs, Math.min(growingMs, fullInMs)))
    else if (!segments.mayCompress) this.lookAtGrowth(container, known)
  }

  private lookIn(container: Container, delayMs: number): void {
    this.timers.set(container.id, this.deps.clock.setTimer(delayMs, () => this.look(container)))
  }

  /** Where that cannot be told, the rounds go on looking. */
  private lookAtGrowth(container: Container, known: KnownLog): void {
    const watch = onGrowth(known.segments.path, () => {
      delete known.watch
      if (this.known.get(container.id) === known && !this.closed && !this.timers.has(container.id)) this.lookIn(container, soonestMs)
    })
    if (watch) known.watch = watch
    // What came before the watch was there.
    if (watch && known.segments.currentBytes !== known.bytes) {
      watch[Symbol.dispose]()
      delete known.watch
      this.lookIn(container, soonestMs)
    }
  }

  private of(container: Container): KnownLog {
    let known = this.known.get(container.id)
    if (!known) {
      const { driver, options } = configOf(container.record)
      const segments = new LogSegments(this.deps.paths.log(container.id), logLimits(driver, options))
      known = { segments, bytes: segments.currentBytes, lookedMs: this.deps.clock.monotonicMs(), rotatedMs: 0 }
      this.known.set(container.id, known)
    }
    return known
  }
}

function configOf({ hostConfig }: ContainerRecord): { driver: string; options: LogOptions } {
  return { driver: hostConfig.LogConfig?.Type || 'json-file', options: hostConfig.LogConfig?.Config ?? {} }
}

function contextOf({ id, name, imageRef, imageId, createdMs, config }: ContainerRecord): LogContext {
  return {
    ...{ id, name, imageRef, imageId, createdMs },
    command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])].join(' '),
    labels: config.Labels ?? {},
    env: config.Env ?? [],
  }
}

function writerOf(container: Container): LogWriter {
  return {
    get ended() {
      return !container.isUp && container.status !== 'restarting' && !container.record.state.starting
    },
    onChange: (listener) => container.onExit(() => listener()),
  }
}
