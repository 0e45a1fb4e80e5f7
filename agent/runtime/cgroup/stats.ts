/** What one control group uses: the same figures for both versions. Times are nanoseconds, sizes bytes. */
export interface CgroupStats {
  cpu: {
    totalNs: number
    userNs: number
    systemNs: number
    periods: number
    throttledPeriods: number
    throttledNs: number
    perCpuNs?: number[]
  }
  memory: {
    usage: number
    /** Absent where the kernel does not keep it. */
    maxUsage?: number
    /** Absent when unlimited. */
    limit?: number
    failures?: number
    /** `memory.stat`, key by key. */
    details: Record<string, number>
  }
  pids: { current: number; limit?: number }
  io: { serviceBytes: BlkioEntry[]; serviced: BlkioEntry[] }
}

export interface BlkioEntry {
  major: number
  minor: number
  /** `read`, `write`, ... in lower case. */
  op: string
  value: number
}

/** Gives a file of a group's folder; empty when it is not there. */
export type ReadGroupFile = (folder: string | undefined, file: string) => string

/** Lines of `key value`. Read every second for every container, hence without cutting the text into lines first. */
export function parseFlatKeyed(text: string): Record<string, number> {
  const values: Record<string, number> = {}
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const blank = text.indexOf(' ', start)
    if (blank > start && blank < end) values[text.slice(start, blank)] = Number(text.slice(blank + 1, end))
    start = end + 1
  }
  return values
}

/** A single number; undefined for `max`, nothing, and v1's "no limit" (the highest page-aligned number). */
export function parseLimit(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed === 'max') return undefined
  const value = Number(trimmed)
  return value >= 0x7fff_ffff_ffff_0000 ? undefined : value
}
