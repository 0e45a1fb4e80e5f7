import { FlatKeyedFile, parseLimit, type BlkioEntry, type CgroupStats, type ReadGroupFile } from './stats.js'

/** Ticks of `cpuacct.stat`: USER_HZ, 100 on every Linux. */
const nsPerTick = 10_000_000

const memoryFile = new FlatKeyedFile()
const ticksFile = new FlatKeyedFile()
const throttlingFile = new FlatKeyedFile()

/** Reads a group by its folder for each controller (files as in the kernel's Documentation/admin-guide/cgroup-v1). */
export function readStatsV1(folders: ReadonlyMap<string, string>, read: ReadGroupFile): CgroupStats {
  const folder = (controller: string): string | undefined => folders.get(controller)
  const ticks = ticksFile.parse(read(folder('cpuacct'), 'cpuacct.stat'))
  const throttling = throttlingFile.parse(read(folder('cpu'), 'cpu.stat'))
  const perCpuNs = read(folder('cpuacct'), 'cpuacct.usage_percpu').trim().split(' ').map(Number)
  const memory = folder('memory')
  const blkio = folder('blkio')
  const limit = parseLimit(read(memory, 'memory.limit_in_bytes'))
  const pidsLimit = parseLimit(read(folder('pids'), 'pids.max'))
  return {
    cpu: {
      // What `cpuacct.usage` says, with a file less to read.
      totalNs: perCpuNs.reduce((sum, ns) => sum + ns, 0),
      userNs: (ticks['user'] ?? 0) * nsPerTick,
      systemNs: (ticks['system'] ?? 0) * nsPerTick,
      periods: throttling['nr_periods'] ?? 0,
      throttledPeriods: throttling['nr_throttled'] ?? 0,
      throttledNs: throttling['throttled_time'] ?? 0,
      perCpuNs,
    },
    memory: {
      usage: Number(read(memory, 'memory.usage_in_bytes')),
      maxUsage: Number(read(memory, 'memory.max_usage_in_bytes')),
      failures: Number(read(memory, 'memory.failcnt')),
      ...(limit !== undefined && { limit }),
      details: memoryFile.parse(read(memory, 'memory.stat')),
    },
    pids: { current: Number(read(folder('pids'), 'pids.current')), ...(pidsLimit !== undefined && { limit: pidsLimit }) },
    io: {
      serviceBytes: parseBlkio(read(blkio, 'blkio.throttle.io_service_bytes_recursive')),
      serviced: parseBlkio(read(blkio, 'blkio.throttle.io_serviced_recursive')),
    },
  }
}

/** Lines of `major:minor Operation value`; the total line has no device. */
export function parseBlkio(text: string): BlkioEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\d+):(\d+) (\w+) (\d+)$/.exec(line)
    if (!match) return []
    return [{ major: Number(match[1]), minor: Number(match[2]), op: (match[3] ?? '').toLowerCase(), value: Number(match[4]) }]
  })
}
