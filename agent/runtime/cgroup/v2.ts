import { FlatKeyedFile, parseLimit, type CgroupStats, type ReadGroupFile } from './stats.js'

const nsPerUs = 1000

const memoryFile = new FlatKeyedFile()
const cpuFile = new FlatKeyedFile()

/** Reads a group of the unified hierarchy (files as in the kernel's Documentation/admin-guide/cgroup-v2.rst). */
export function readStatsV2(folder: string, read: ReadGroupFile): CgroupStats {
  const cpu = cpuFile.parse(read(folder, 'cpu.stat'))
  const limit = parseLimit(read(folder, 'memory.max'))
  const pidsLimit = parseLimit(read(folder, 'pids.max'))
  const peak = parseLimit(read(folder, 'memory.peak'))
  const io = parseIoStat(read(folder, 'io.stat'))
  return {
    cpu: {
      totalNs: (cpu['usage_usec'] ?? 0) * nsPerUs,
      userNs: (cpu['user_usec'] ?? 0) * nsPerUs,
      systemNs: (cpu['system_usec'] ?? 0) * nsPerUs,
      periods: cpu['nr_periods'] ?? 0,
      throttledPeriods: cpu['nr_throttled'] ?? 0,
      throttledNs: (cpu['throttled_usec'] ?? 0) * nsPerUs,
    },
    memory: {
      usage: Number(read(folder, 'memory.current')),
      ...(peak !== undefined && { maxUsage: peak }),
      ...(limit !== undefined && { limit }),
      details: memoryFile.parse(read(folder, 'memory.stat')),
    },
    pids: { current: Number(read(folder, 'pids.current')), ...(pidsLimit !== undefined && { limit: pidsLimit }) },
    io,
  }
}

/** Lines of `major:minor rbytes=N wbytes=N rios=N wios=N ...`. */
export function parseIoStat(text: string): CgroupStats['io'] {
  const io: CgroupStats['io'] = { serviceBytes: [], serviced: [] }
  const kinds = { rbytes: ['serviceBytes', 'read'], wbytes: ['serviceBytes', 'write'], rios: ['serviced', 'read'], wios: ['serviced', 'write'] } as const
  for (const line of text.split('\n')) {
    const match = /^(\d+):(\d+) (.*)$/.exec(line)
    if (!match) continue
    for (const pair of (match[3] ?? '').split(' ')) {
      const [key = '', value = ''] = pair.split('=')
      const kind = key in kinds ? kinds[key as keyof typeof kinds] : undefined
      if (kind) io[kind[0]].push({ major: Number(match[1]), minor: Number(match[2]), op: kind[1], value: Number(value) })
    }
  }
  return io
}
