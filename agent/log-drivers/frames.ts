import { StdStream } from '../../src/base/stdcopy.js'
import { logTimeMs, logTimeUtc } from './log-line.js'

const newline = 0x0a
const blank = 0x20
const letterE = 'e'.charCodeAt(0)
const letterZ = 'Z'.charCodeAt(0)
const plus = '+'.charCodeAt(0)
const zero = '0'.charCodeAt(0)
const partMark = 'P'.charCodeAt(0)
/** An entry's head: the time (35 bytes), the stream (6) and the mark (1), each with a blank. See `log-line.ts`. */
const timeBytes = 35
const dateTimeBytes = 29
const markAtBytes = 43
const headBytes = 45
const frameHeaderBytes = 8
/** The time as the API prints it, and a blank: with a frame's header still less than an entry's head. */
const shownTimeBytes = dateTimeBytes + 2
/**
 * A frame of joined lines takes no more when it has this much: with one more entry, of which the supervisor makes no longer
 * ones than 8 KiB, it is still within the 32 KiB that Go's reader of frames has room for from the start.
 */
const joinedBytesMax = 24 * 1024
/** An entry longer than any that the supervisor writes is damage. */
const entryBytesMax = 1024 * 1024

export interface FrameOptions {
  stdout: boolean
  stderr: boolean
  timestamps: boolean
  sinceMs?: number
  untilMs?: number
  /** Put before each line, with a blank behind it, which stands alone when this is empty; undefined for neither. */
  details?: string
  /** With a terminal there are no frames: the bytes alone. */
  tty: boolean
  /** Lines of one stream that are there together share a frame. */
  joinLines?: boolean
}

/**
 * Turns a log file's bytes into what `GET /containers/{id}/logs` sends, many entries at a time: a frame for each entry, or as
 * few as can be. Parts of a long line go out one by one; what is put before a line comes before its first part.
 */
export class LogFramer {
  /** A line came that is later than `untilMs`: nothing that follows is wanted. */
  passed = false
  private rest: Buffer = Buffer.alloc(0)
  private readonly inLine = { stdout: false, stderr: false }
  private readonly details: Buffer
  private readonly selects: boolean

  constructor(private readonly options: FrameOptions) {
    this.details = Buffer.from(options.details === undefined ? '' : `${options.details} `)
    this.selects = options.sinceMs !== undefined || options.untilMs !== undefined
  }

  /** What these bytes complete. They are used up: the answer is in their place where it can be. */
  encode(chunk: Buffer): Buffer {
    const given = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    // Behind an incomplete entry nothing is looked for.
    const stop = given.lastIndexOf(newline) + 1
    const left = given.subarray(stop)
    this.rest = left.length > entryBytesMax ? Buffer.alloc(0) : Buffer.from(left)
    return this.details.length === 0 ? this.inPlace(given, 0, stop) : this.inPlace(...this.withRoom(given.subarray(0, stop)))
  }

  /** The entries at the end of memory that has room for what is put before each of them. */
  private withRoom(entries: Buffer): [Buffer, number, number] {
    let count = 0
    for (let at = entries.indexOf(newline); at >= 0; at = entries.indexOf(newline, at + 1)) count++
    const start = count * this.details.length
    const memory = Buffer.allocUnsafe(start + entries.length)
    entries.copy(memory, start)
    return [memory, start, memory.length]
  }

  /** An entry shrinks by its head and grows by less than that, so what is written stays behind what is read. */
  private inPlace(memory: Buffer, first: number, stop: number): Buffer {
    const { tty, timestamps, joinLines, stdout: wantsOutput, stderr: wantsErrors } = this.options
    const { selects, details, inLine } = this
    let to = 0
    let frameAt = -1
    let frameStream = 0
    for (let start = first; start < stop; ) {
      if (start + headBytes >= stop || memory[start + markAtBytes + 1] !== blank || memory[start + timeBytes] !== blank) {
        // A damaged line: it may be shorter than a head, so the next one begins behind its own end.
        start = memory.indexOf(newline, start) + 1
        continue
      }
      const from = start + headBytes
      const end = memory.indexOf(newline, from) + 1
      const isError = memory[start + timeBytes + 4] === letterE
      const begins = !(isError ? inLine.stderr : inLine.stdout)
      const part = memory[start + markAtBytes] === partMark
      if (isError) inLine.stderr = part
      else inLine.stdout = part
      const shown = (isError ? wantsErrors : wantsOutput) && (!selects || this.isWanted(memory, start))
      if (this.passed) break
      if (shown) {
        const number = isError ? StdStream.stderr : StdStream.stdout
        const opens = !tty && (!joinLines || frameAt < 0 || frameStream !== number || to - frameAt > joinedBytesMax)
        let at = opens ? to + frameHeaderBytes : to
        // The time is read from where the header may come to be.
        if (begins && timestamps) at = writeTime(memory, start, at)
        if (opens) {
          if (frameAt >= 0) writeHeader(memory, frameAt, frameStream, to)
          frameAt = to
          frameStream = number
        }
        if (begins && details.length > 0) at += details.copy(memory, at)
        const textEnd = part ? end - 1 : end
        memory.copyWithin(at, from, textEnd)
        to = at + textEnd - from
      }
      start = end
    }
    if (frameAt >= 0) writeHeader(memory, frameAt, frameStream, to)
    return memory.subarray(0, to)
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

/** The header of the frame that reaches from `at` to `end`. */
function writeHeader(memory: Buffer, at: number, stream: number, end: number): void {
  memory.writeUInt32LE(stream, at)
  memory.writeUInt32BE(end - at - frameHeaderBytes, at + 4)
}

/** The time of the entry at `start` as the API prints it, and a blank. */
function writeTime(memory: Buffer, start: number, to: number): number {
  if (isUtc(memory, start + dateTimeBytes)) {
    memory.copyWithin(to, start, start + dateTimeBytes)
    memory[to + dateTimeBytes] = letterZ
  } else {
    memory.write(logTimeUtc(memory.toString('latin1', start, start + timeBytes)), to, 'latin1')
  }
  memory[to + dateTimeBytes + 1] = blank
  return to + shownTimeBytes
}

/** `+00:00` */
function isUtc(memory: Buffer, at: number): boolean {
  return memory[at] === plus && memory[at + 1] === zero && memory[at + 2] === zero && memory[at + 4] === zero && memory[at + 5] === zero
}
