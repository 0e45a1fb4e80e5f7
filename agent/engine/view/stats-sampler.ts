import type { Clock, Timer } from '../../../src/base/clock.js'
import type { ContainerStatsResponse } from '../../../src/model/engine-api/stats.js'
import type { CgroupStats } from '../../runtime/cgroup/stats.js'
import type { Container } from '../container.js'

const periodMs = 1_000
/** Containers read in one turn of the event loop. */
const turnMax = 10

/** Reads what one container uses, again and again. */
export interface UsageReader extends Disposable {
  read(): CgroupStats | undefined
}

/** When a sample is taken. */
export interface Moment {
  /** As the API prints it. */
  read: string
  /** CPU time of the host so far, in nanoseconds. */
  hostCpuNs: number
}

export interface SamplerDeps {
  clock: Clock
  openReader(container: Container): UsageReader
  /** One for all containers of a pass. */
  moment(): Moment
  makeSample(container: Container, usage: CgroupStats | undefined, moment: Moment, previous: ContainerStatsResponse | undefined): ContainerStatsResponse
}

interface Watched {
  container: Container
  readers: Set<Reader>
  usage: UsageReader | undefined
  startedMs: number
  latest: ContainerStatsResponse | undefined
}

/** One client: it gets the newest sample, not all that it was too slow for. */
interface Reader {
  next: ContainerStatsResponse | undefined
  wake: (() => void) | undefined
  ended: boolean
}

/**
 * Reads the figures of all containers that somebody watches once a second, whatever the number of watchers, and not at all
 * while nobody does.
 */
export class StatsSampler {
  private readonly watched = new Map<string, Watched>()
  private timer: Timer | undefined
  private closed = false

  constructor(private readonly deps: SamplerDeps) {}

  /** A sample now, then one a second until the signal is aborted or the container is removed. */
  async *watch(container: Container, signal: AbortSignal): AsyncGenerator<ContainerStatsResponse, void, undefined> {
    const one = this.of(container)
    const reader: Reader = { next: undefined, wake: undefined, ended: signal.aborted || this.closed }
    const end = (): void => {
      reader.ended = true
      reader.wake?.()
    }
    signal.addEventListener('abort', end, { once: true })
    const stopListening = container.onRemoval(end)
    one.readers.add(reader)
    try {
      reader.next = one.latest ?? this.sample(one, this.deps.moment())
      if (!this.closed) this.timer ??= this.deps.clock.setTimer(periodMs, () => void this.pass())
      while (!reader.ended) {
        const sample: ContainerStatsResponse | undefined = reader.next
        reader.next = undefined
        if (sample) yield sample
        else await new Promise<void>((resolve) => (reader.wake = resolve))
      }
    } finally {
      signal.removeEventListener('abort', end)
      stopListening()
      one.readers.delete(reader)
      if (one.readers.size === 0) this.drop(one)
    }
  }

  /** Ends every watch. */
  close(): void {
    this.closed = true
    this.timer?.cancel()
    for (const one of this.watched.values()) {
      for (const reader of one.readers) {
        reader.ended = true
        reader.wake?.()
      }
    }
  }

  private async pass(): Promise<void> {
    const startMs = this.deps.clock.monotonicMs()
    const moment = this.deps.moment()
    let inTurn = 0
    for (const one of [...this.watched.values()]) {
      if (++inTurn > turnMax) {
        inTurn = 1
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      if (one.readers.size === 0) continue
      const sample = this.sample(one, moment)
      for (const reader of one.readers) {
        reader.next = sample
        reader.wake?.()
      }
    }
    const tookMs = this.deps.clock.monotonicMs() - startMs
    this.timer = this.watched.size === 0 || this.closed ? undefined : this.deps.clock.setTimer(Math.max(1, periodMs - tookMs), () => void this.pass())
  }

  private sample(one: Watched, moment: Moment): ContainerStatsResponse {
    const { container } = one
    // Another run has a group of its own.
    if (!container.isUp || one.startedMs !== container.record.state.startedMs) this.closeUsage(one)
    if (container.isUp && !one.usage) {
      one.usage = this.deps.openReader(container)
      one.startedMs = container.record.state.startedMs
    }
    const usage = one.usage?.read()
    if (!usage) this.closeUsage(one)
    one.latest = this.deps.makeSample(container, usage, moment, one.latest)
    return one.latest
  }

  private of(container: Container): Watched {
    const known = this.watched.get(container.id)
    if (known) return known
    const made: Watched = { container, readers: new Set(), usage: undefined, startedMs: 0, latest: undefined }
    this.watched.set(container.id, made)
    return made
  }

  private drop(one: Watched): void {
    this.closeUsage(one)
    this.watched.delete(one.container.id)
    if (this.watched.size > 0) return
    this.timer?.cancel()
    this.timer = undefined
  }

  private closeUsage(one: Watched): void {
    one.usage?.[Symbol.dispose]()
    one.usage = undefined
  }
}
