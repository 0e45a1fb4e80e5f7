/**
 * conmon's log lines: `2026-11-21T22:27:18.094168192+00:00 stdout F text`, with `P` for a part of a line
 * that goes on in the next entry of the same stream.
 */
export interface LogEntry {
  /** The time as written, with nine digits. */
  time: string
  stream: 'stdout' | 'stderr'
  partial: boolean
  data: Buffer
}

/** Output without a newline is given out in pieces of this size when nothing else is asked for. */
const heldBytesMax = 1024 * 1024
const newline = 0x0a
const space = 0x20

/** One line without its end; undefined for one that is damaged. */
function parseLogLine(line: Buffer): LogEntry | undefined {
  const first = line.indexOf(space)
  const second = line.indexOf(space, first + 1)
  const third = line.indexOf(space, second + 1)
  if (first < 0 || second < 0 || third < 0) return undefined
  const stream = line.toString('latin1', first + 1, second)
  const tag = line.toString('latin1', second + 1, third)
  if ((stream !== 'stdout' && stream !== 'stderr') || (tag !== 'F' && tag !== 'P')) return undefined
  return { time: line.toString('latin1', 0, first), stream, partial: tag === 'P', data: line.subarray(third + 1) }
}

/** A line of output put together from its parts; `ended` says that a newline was written. */
export interface LogLine {
  time: string
  stream: 'stdout' | 'stderr'
  data: Buffer
  ended: boolean
}

/** Cuts chunks of a log file into lines of output. */
export class LogDecoder {
  private rest: Buffer = Buffer.alloc(0)
  private readonly parts = new Map<LogEntry['stream'], { time: string; data: Buffer[]; bytes: number }>()

  /** Output without a newline is given out in pieces of `pieceBytesMax`. */
  constructor(private readonly pieceBytesMax = heldBytesMax) {}

  /** Bytes of the file that no line given out covers yet. */
  get heldBytes(): number {
    return this.rest.length
  }

  /** The lines that this chunk completes. */
  decode(chunk: Buffer): LogLine[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    const lines: LogLine[] = []
    let start = 0
    for (let end = this.rest.indexOf(newline, start); end >= 0; end = this.rest.indexOf(newline, start)) {
      const entry = parseLogLine(this.rest.subarray(start, end))
      start = end + 1
      if (!entry) continue
      const held = this.parts.get(entry.stream)
      if (entry.partial) {
        const bytes = (held?.bytes ?? 0) + entry.data.length
        const data = [...(held?.data ?? []), entry.data]
        if (bytes < this.pieceBytesMax) {
          this.parts.set(entry.stream, { time: held?.time ?? entry.time, data, bytes })
        } else {
          this.parts.delete(entry.stream)
          lines.push({ time: held?.time ?? entry.time, stream: entry.stream, data: Buffer.concat(data), ended: false })
        }
        continue
      }
      this.parts.delete(entry.stream)
      const data = held ? Buffer.concat([...held.data, entry.data]) : entry.data
      lines.push({ time: held?.time ?? entry.time, stream: entry.stream, data, ended: true })
    }
    // A copy: the chunk's memory is the caller's.
    this.rest = Buffer.from(this.rest.subarray(start))
    return lines
  }

  /** What was written without a newline so far; it is given out once. */
  flush(): LogLine[] {
    const lines = [...this.parts].map(([stream, { time, data }]) => ({ time, stream, data: Buffer.concat(data), ended: false }))
    this.parts.clear()
    return lines
  }
}

/** Milliseconds since the epoch with a fraction, of a time as conmon writes it. */
export function logTimeMs(time: string): number {
  const match = /^(.*)\.(\d{1,9})(.*)$/.exec(time)
  if (!match) return Date.parse(time)
  const [, seconds = '', digits = '', zone = ''] = match
  return Date.parse(`${seconds}${zone}`) + Number(digits.padEnd(9, '0')) / 1e6
}

/** As the API prints it: in UTC, with nine digits. */
export function logTimeUtc(time: string): string {
  const digits = (/\.(\d{1,9})/.exec(time)?.[1] ?? '').padEnd(9, '0')
  return `${new Date(Math.floor(logTimeMs(time))).toISOString().slice(0, 19)}.${digits}Z`
}
