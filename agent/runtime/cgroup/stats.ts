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

const zero = '0'.charCodeAt(0)
const space = ' '.charCodeAt(0)
const newline = '\n'.charCodeAt(0)
/** Numbers of more digits may not be put together digit by digit: that would round more than once. */
const exactDigitsMax = 15

/**
 * Reads one kind of file of `key value` lines, which has the same keys whatever the group: they are learnt once, and values
 * made alike afterwards. A third of the cost, with what it takes to print them.
 */
export class FlatKeyedFile {
  private keys: readonly string[] = []
  private alike: Record<string, number> = {}

  parse(text: string): Record<string, number> {
    const values = { ...this.alike }
    let at = 0
    for (const key of this.keys) {
      if (!text.startsWith(key, at) || text.charCodeAt(at + key.length) !== space) return this.learn(text)
      at += key.length + 1
      const from = at
      let value = 0
      for (let digit = text.charCodeAt(at) - zero; digit >= 0 && digit <= 9; digit = text.charCodeAt(at) - zero) {
        value = value * 10 + digit
        at++
      }
      if (at === from || text.charCodeAt(at) !== newline) return this.learn(text)
      values[key] = at - from > exactDigitsMax ? Number(text.slice(from, at)) : value
      at++
    }
    return at === text.length ? values : this.learn(text)
  }

  private learn(text: string): Record<string, number> {
    const values = parseFlatKeyed(text)
    this.keys = Object.keys(values)
    // What is parsed from JSON has a form that the engine copies and prints fast; what grew key by key has not.
    this.alike = JSON.parse(JSON.stringify(values)) as Record<string, number>
    return values
  }
}

/** A single number; undefined for `max`, nothing, and v1's "no limit" (the highest page-aligned number). */
export function parseLimit(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed === 'max') return undefined
  const value = Number(trimmed)
  return value >= 0x7fff_ffff_ffff_0000 ? undefined : value
}
