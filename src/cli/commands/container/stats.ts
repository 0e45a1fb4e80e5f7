import type { ContainerNetworkStats, ContainerStatsResponse } from '../../../model/engine-api/stats.js'
import type { EventMessage } from '../../../model/engine-api/system.js'
import { delay } from '../../../base/clock.js'
import { ErrorKind, kindOf, StatusError } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import type { Context } from '../../context.js'
import { listFormatHelp, printListing, type Listing } from '../../formatter.js'
import { binarySize, humanSize, shortId } from '../../units.js'

/** What one line of the table shows; undefined figures are not known yet. */
interface StatsRow {
  /** As it was asked for. */
  ref: string
  id: string
  name: string
  sample: ContainerStatsResponse | undefined
}

const redrawPeriodMs = 500

/** The table of `stats`. */
function statsListing(noTrunc: boolean): Listing<StatsRow> {
  const shown = (show: (sample: ContainerStatsResponse) => string) => (row: StatsRow) => (row.sample ? show(row.sample) : '--')
  return {
    columns: {
      Container: { header: 'CONTAINER', value: ({ ref }) => ref },
      ID: { header: 'CONTAINER ID', value: ({ id }) => (id === '' ? '--' : noTrunc ? id : shortId(id)) },
      Name: { header: 'NAME', value: ({ name }) => (name === '' ? '--' : name) },
      CPUPerc: { header: 'CPU %', value: shown((sample) => `${cpuPercent(sample).toFixed(2)}%`) },
      MemUsage: { header: 'MEM USAGE / LIMIT', value: (row) => (row.sample ? `${binarySize(memoryUsed(row.sample))} / ${binarySize(row.sample.memory_stats?.limit ?? 0)}` : '-- / --') },
      MemPerc: { header: 'MEM %', value: shown((sample) => `${memoryPercent(sample).toFixed(2)}%`) },
      NetIO: { header: 'NET I/O', value: shown((sample) => pair(networkBytes(sample))) },
      BlockIO: { header: 'BLOCK I/O', value: shown((sample) => pair(blockBytes(sample))) },
      PIDs: { header: 'PIDS', value: shown((sample) => String(sample.pids_stats?.current ?? 0)) },
    },
    table: ['ID', 'Name', 'CPUPerc', 'MemUsage', 'MemPerc', 'NetIO', 'BlockIO', 'PIDs'],
  }
}

export const stats = verb({
  name: 'stats',
  topLevel: 'stats',
  summary: 'Display a live stream of container(s) resource usage statistics',
  usage: '[CONTAINER...]',
  maxArgs: Infinity,
  flags: {
    all: flag.bool('Show all containers (default shows just running)', { short: 'a' }),
    format: flag.string(listFormatHelp),
    'no-stream': flag.bool('Disable streaming stats and only pull the first result'),
    'no-trunc': flag.bool('Do not truncate output'),
  },
  async run({ context, args, flags }) {
    const { containers } = context.api
    const listing = statsListing(flags['no-trunc'])
    const rows = new Map<string, StatsRow>()
    const ended = new Set<string>()
    const watch = async (ref: string, stream: boolean): Promise<void> => {
      const row: StatsRow = { ref, id: '', name: '', sample: undefined }
      rows.set(ref, row)
      for await (const sample of await containers.stats(ref, { stream }, context.signal)) {
        Object.assign(row, { id: sample.id ?? '', name: (sample.name ?? '').replace(/^\//, ''), sample })
        if (!stream) return
      }
    }
    if (flags['no-stream']) {
      const refs = args.length > 0 ? args : await listed(context, flags.all)
      await Promise.all(refs.map((ref) => watch(ref, false)))
      printListing(context, [...rows.values()], listing, flags)
      return 0
    }
    const failures: unknown[] = []
    const follow = (ref: string): void => {
      ended.delete(ref)
      void watch(ref, true).then(
        () => ended.add(ref),
        (thrown: unknown) => {
          ended.add(ref)
          if (args.length > 0 && kindOf(thrown) !== ErrorKind.cancelled) failures.push(thrown)
        },
      )
    }
    if (args.length > 0) for (const ref of args) follow(ref)
    else {
      // Asked for before the list: what begins in between is in one of the two.
      const events = await context.api.system.events({ filters: { type: ['container'] } }, context.signal)
      for (const ref of await listed(context, flags.all)) follow(ref)
      keepUp(events, flags.all).catch((thrown: unknown) => kindOf(thrown) === ErrorKind.cancelled || failures.push(thrown))
    }
    for (;;) {
      await delay(context.clock, redrawPeriodMs, context.signal)
      if (failures.length > 0) throw failures[0]
      redraw(context, [...rows.values()], listing, flags.format)
      if (args.length > 0 && args.every((ref) => ended.has(ref))) return 0
    }

    /** Lines come and go with the containers that the daemon tells of. */
    async function keepUp(events: AsyncIterable<EventMessage>, all: boolean): Promise<void> {
      for await (const { Action: action, Actor: actor } of events) {
        const ref = shortId(actor?.ID ?? '')
        if (action === 'start' || (all && action === 'create')) {
          if (!rows.has(ref) || ended.has(ref)) follow(ref)
        } else if (action === 'destroy' || (!all && action === 'die')) rows.delete(ref)
      }
      throw new StatusError(ErrorKind.unavailable, `the connection to ${context.host} ended`)
    }
  },
})

/** The containers to show when none are named. */
async function listed({ api }: Context, all: boolean): Promise<string[]> {
  return (await api.containers.list({ ...(all && { all: true }) })).map(({ Id: id = '' }) => shortId(id))
}

function redraw(context: Context, rows: StatsRow[], listing: Listing<StatsRow>, format: string | undefined): void {
  // Upper left corner, and nothing below stays from before.
  if (context.stdout.isTTY) context.stdout.write('\x1b[H\x1b[J')
  printListing(context, rows, listing, { format })
}

/** Share of one CPU in percent since the sample before: 200 is two whole CPUs. */
function cpuPercent({ cpu_stats: now = {}, precpu_stats: before = {} }: ContainerStatsResponse): number {
  const used = (now.cpu_usage?.total_usage ?? 0) - (before.cpu_usage?.total_usage ?? 0)
  const all = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0)
  const cpus = now.online_cpus || now.cpu_usage?.percpu_usage?.length || 1
  return used > 0 && all > 0 ? (used / all) * cpus * 100 : 0
}

/** Without the file cache that the kernel takes back when it needs to. */
function memoryUsed({ memory_stats: memory = {} }: ContainerStatsResponse): number {
  const usage = memory.usage ?? 0
  // The names of cgroup v1 and v2.
  const cache = memory.stats?.['total_inactive_file'] ?? memory.stats?.['inactive_file'] ?? 0
  return cache < usage ? usage - cache : usage
}

function memoryPercent(sample: ContainerStatsResponse): number {
  const limit = sample.memory_stats?.limit ?? 0
  return limit > 0 ? (memoryUsed(sample) / limit) * 100 : 0
}

function networkBytes({ networks }: ContainerStatsResponse): [number, number] {
  const all = Object.values((networks ?? {}) as Record<string, ContainerNetworkStats>)
  return [all.reduce((sum, one) => sum + (one.rx_bytes ?? 0), 0), all.reduce((sum, one) => sum + (one.tx_bytes ?? 0), 0)]
}

function blockBytes({ blkio_stats: io }: ContainerStatsResponse): [number, number] {
  const sum = (op: string): number =>
    (io?.io_service_bytes_recursive ?? []).filter((entry) => entry.op?.toLowerCase() === op).reduce((total, entry) => total + (entry.value ?? 0), 0)
  return [sum('read'), sum('write')]
}

function pair([a, b]: [number, number]): string {
  return `${humanSize(a, 3)} / ${humanSize(b, 3)}`
}
