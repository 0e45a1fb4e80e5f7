import { readFileSync } from 'node:fs'
import { delay, rfc3339, zeroTime, type Clock } from '../../../src/base/clock.js'
import type { ContainerCPUStats, ContainerCPUUsage, ContainerMemoryStats, ContainerNetworkStats, ContainerStatsResponse } from '../../../src/model/engine-api/stats.js'
import type { CgroupStats } from '../../runtime/cgroup/stats.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { cgroupPath } from '../life/set-up.js'
import { StatsSampler, type Moment } from './stats-sampler.js'

const periodMs = 1000
const nsPerTick = 10_000_000

/** What streams of samples are read from. */
export function statsSampler(context: () => EngineContext, clock: Clock): StatsSampler {
  return new StatsSampler({
    clock,
    openReader: (container) => context().cgroups.statsReader(cgroupPath(context(), container)),
    moment: () => momentOf(clock),
    makeSample: (container, usage, moment, previous) => sampleOf(context(), container, usage, moment, previous),
  })
}

/**
 * One sample a second until the signal is aborted; one sample with `once`, together with the reading a second
 * before it unless `oneShot`. A container that does not run gives empty samples.
 */
export async function* readStats(
  context: EngineContext,
  container: Container,
  options: { once: boolean; oneShot: boolean },
  signal: AbortSignal,
): AsyncGenerator<ContainerStatsResponse, void, undefined> {
  if (!options.once && !options.oneShot) {
    yield* context.stats.watch(container, signal)
    return
  }
  let previous: ContainerStatsResponse | undefined
  if (!options.oneShot && container.isUp) {
    previous = sample(context, container, undefined)
    // The caller going away is the normal end of a stream.
    await delay(context.clock, periodMs, signal).catch(() => undefined)
  }
  if (!signal.aborted) yield sample(context, container, previous)
}

function sample(context: EngineContext, container: Container, previous: ContainerStatsResponse | undefined): ContainerStatsResponse {
  const stats = container.isUp ? context.cgroups.stats(cgroupPath(context, container)) : undefined
  return sampleOf(context, container, stats, momentOf(context.clock), previous)
}

function momentOf(clock: Clock): Moment {
  return { read: rfc3339(clock.nowMs()), hostCpuNs: hostCpuNs() }
}

/** Made of plain literals, with what may be missing set afterwards: objects that are spread into others cost several times as much. */
function sampleOf(context: EngineContext, container: Container, stats: CgroupStats | undefined, moment: Moment, previous: ContainerStatsResponse | undefined): ContainerStatsResponse {
  const made: ContainerStatsResponse = {
    id: container.id,
    name: `/${container.name}`,
    preread: previous?.read ?? zeroTime,
    precpu_stats: previous?.cpu_stats ?? emptyCpu,
    read: stats ? moment.read : zeroTime,
    num_procs: 0,
    storage_stats: {},
    pids_stats: stats ? stats.pids : {},
    blkio_stats: stats ? blkio(stats) : {},
    cpu_stats: stats ? cpu(stats, context.host.cpus, moment.hostCpuNs) : emptyCpu,
    memory_stats: stats ? memory(stats, context.host.memoryBytes) : {},
  }
  const found = stats && networks(context, container)
  if (found) made.networks = found
  return made
}

function memory({ memory: used }: CgroupStats, hostBytes: number): ContainerMemoryStats {
  const made: ContainerMemoryStats = { usage: used.usage, stats: used.details, limit: Math.min(used.limit ?? Infinity, hostBytes) }
  if (used.maxUsage !== undefined) made.max_usage = used.maxUsage
  if (used.failures !== undefined) made.failcnt = used.failures
  return made
}

const emptyCpu: ContainerCPUStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
}

function cpu({ cpu: used }: CgroupStats, cpus: number, hostNs: number): ContainerCPUStats {
  const usage: ContainerCPUUsage = { total_usage: used.totalNs, usage_in_kernelmode: used.systemNs, usage_in_usermode: used.userNs }
  if (used.perCpuNs) usage.percpu_usage = used.perCpuNs
  return {
    cpu_usage: usage,
    system_cpu_usage: hostNs,
    online_cpus: cpus,
    throttling_data: { periods: used.periods, throttled_periods: used.throttledPeriods, throttled_time: used.throttledNs },
  }
}

/** CPU time of the host since boot: the first line of /proc/stat, without what guests used (proc(5)). */
function hostCpuNs(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
  const ticks = line.split(/\s+/).slice(1, 9).map(Number)
  return ticks.reduce((sum, value) => sum + value, 0) * nsPerTick
}

function blkio({ io }: CgroupStats): ContainerStatsResponse['blkio_stats'] {
  return {
    io_service_bytes_recursive: io.serviceBytes,
    io_serviced_recursive: io.serviced,
    io_queue_recursive: null,
    io_service_time_recursive: null,
    io_wait_time_recursive: null,
    io_merged_recursive: null,
    io_time_recursive: null,
    sectors_recursive: null,
  }
}

/** Counters of the container's interfaces, of containers with a network of their own; undefined for others. */
function networks(context: EngineContext, container: Container): Record<string, ContainerNetworkStats> | undefined {
  const { process } = container.record.state
  if (!process || context.network.sandbox(container.id)?.mode.kind !== 'own') return undefined
  try {
    return parseNetDev(readFileSync(`/proc/${process.pid}/net/dev`, 'latin1'))
  } catch {
    // It ended between the two readings.
    return undefined
  }
}

/** /proc/net/dev: two header lines, then an interface a line, eight figures received and eight sent. `lo` is left out. */
export function parseNetDev(text: string): Record<string, ContainerNetworkStats> {
  const found: Record<string, ContainerNetworkStats> = {}
  for (const line of text.split('\n').slice(2)) {
    const [name = '', figures = ''] = line.split(':')
    const numbers = figures.trim().split(/\s+/).map(Number)
    if (name.trim() === '' || name.trim() === 'lo' || numbers.length < 12) continue
    const [rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0] = numbers
    const [tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0] = numbers.slice(8)
    found[name.trim()] = { rx_bytes, rx_packets, rx_errors, rx_dropped, tx_bytes, tx_packets, tx_errors, tx_dropped }
  }
  return found
}
