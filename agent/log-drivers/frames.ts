import { StdStream } from '../../src/base/stdcopy.js'
import { logTimeMs, logTimeUtc } from './log-line.js'

const newline = 0x0a
const blank = 0x20
const letterE = 'e'.charCodeAt(0)
const partMark = 'P'.charCodeAt(0)
/** An entry's head: the time (35 bytes), the stream (6) and the mark (1), each with a blank. See `log-line.ts`. */
const timeBytes = 35
const markAtBytes = 43
const headBytes = 45
const frameHeaderBytes = 8
/** A copy of fewer bytes than this is faster byte by byte than by a call. */
const copyByCallBytes = 48
/** An entry longer than any that the supervisor writes is damage. */
const entryBytesMax = 1024 * 1024

export interface FrameOptions {
  stdout: boolean
  stderr: boolean
  timestamps: boolean
  sinceMs?: number
  untilMs?: number
  /** Put before each line, with a blank behind it; empty for none. */
  details: string
  /** With a terminal there are no frames: the bytes alone. */
  tty: boolean
}

/**
 * Turns a log file's bytes into what `GET /containers/{id}/logs` sends, many entries at a time: a frame for each entry. Parts
 * of a long line go out one by one; what is put before a line comes before its first part.
 */
export class LogFramer {
  /** A line came that is later than `untilMs`: nothing that follows is wanted. */
  passed = false
  private rest: Buffer = Buffer.alloc(0)
  private readonly inLine = { stdout: false, stderr: false }
  private readonly details: Buffer
  private readonly selects: boolean

  constructor(private readonly options: FrameOptions) {
    this.details = Buffer.from(options.details === '' ? '' : `${options.details} `)
    this.selects = options.sinceMs !== undefined || options.untilMs !== undefined
  }

  /** What these bytes complete. */
  encode(chunk: Buffer): Buffer {
    const input = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    // An entry shrinks by its head and grows by a frame's header and what is put before it.
    const perEntry = this.options.timestamps || this.details.length > 0 ? timeBytes + 1 + this.details.length : 0
    let output = Buffer.allocUnsafe(input.length + perEntry * 64 + frameHeaderBytes)
    let to = 0
    let from = 0
    for (let end = input.indexOf(newline, headBytes); end >= 0; end = input.indexOf(newline, from + headBytes)) {
      const start = from
      from = end + 1
      if (input[markAtBytes + start + 1] !== blank || input[start + timeBytes] !== blank) {
        // A damaged line: it may be shorter than a head, so the next one begins behind its own end.
        from = input.indexOf(newline, start) + 1
        continue
      }
      const isError = input[start + timeBytes + 4] === letterE
      const stream = isError ? 'stderr' : 'stdout'
      const begins = !this.inLine[stream]
      const part = input[start + markAtBytes] === partMark
      this.inLine[stream] = part
      if (!this.options[stream]) continue
      if (this.selects && !this.isWanted(input, start)) {
        if (this.passed) break
        continue
      }
      const needed = end - start + perEntry + frameHeaderBytes
      if (to + needed > output.length) {
        const larger = Buffer.allocUnsafe(Math.max(output.length * 2, to + needed))
        output.copy(larger, 0, 0, to)
        output = larger
      }
      const headerAt = to
      if (!this.options.tty) to += frameHeaderBytes
      if (begins && this.options.timestamps) to = writeTime(input, start, output, to)
      if (begins && this.details.length > 0) to += this.details.copy(output, to)
      const stop = part ? end : end + 1
      to = copyBytes(input, start + headBytes, stop, output, to)
      if (!this.options.tty) writeHeader(output, headerAt, isError ? StdStream.stderr : StdStream.stdout, to - headerAt - frameHeaderBytes)
    }
    const left = input.subarray(from)
    // A copy: the chunk's memory is large.
    this.rest = left.length > entryBytesMax ? Buffer.alloc(0) : Buffer.from(left)
    return output.subarray(0, to)
  }

  private isWanted(input: Buffer, start: number): boolean {
    const atMs = logTimeMs(input.toString('latin1', start, start + timeBytes))
    if (this.options.untilMs !== undefined && atMs > this.options.untilMs) {
      this.passed = true
      return false
    }
    return atMs >= (this.options.sinceMs ?? 0)
  }
}

function writeHeader(output: Buffer, at: number, stream: number, bytes: number): void {
  output[at] = stream
  output[at + 1] = 0
  output[at + 2] = 0
  output[at + 3] = 0
  output[at + 4] = bytes >>> 24
  output[at + 5] = (bytes >>> 16) & 0xff
  output[at + 6] = (bytes >>> 8) & 0xff
  output[at + 7] = bytes & 0xff
}

const letterZ = 'Z'.charCodeAt(0)
const utcOffset = Buffer.from('+00:00')
const dateTimeBytes = 29

/** The time as the API prints it, and a blank. */
function writeTime(input: Buffer, start: number, output: Buffer, to: number): number {
  let utc = true
  for (let index = 1; index < utcOffset.length; index++) {
    if (input[start + dateTimeBytes + index] !== utcOffset[index]) utc = false
  }
  if (!utc) return to + output.write(`${logTimeUtc(input.toString('latin1', start, start + timeBytes))} `, to, 'latin1')
  for (let index = 0; index < dateTimeBytes; index++) output[to + index] = input[start + index] as number
  output[to + dateTimeBytes] = letterZ
  output[to + dateTimeBytes + 1] = blank
  return to + dateTimeBytes + 2
}

function copyBytes(input: Buffer, from: number, stop: number, output: Buffer, to: number): number {
  const bytes = stop - from
  if (bytes > copyByCallBytes) return to + input.copy(output, to, from, stop)
  for (let index = 0; index < bytes; index++) output[to + index] = input[from + index] as number
  return to + bytes
}
