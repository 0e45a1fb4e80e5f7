import { closeSync, fstatSync, read, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { headOf, readSegment, type LogSegments, type OpenSegment } from './segments.js'

const newline = 0x0a
const tailBlockBytes = 256 * 1024

/** The life of what writes a log. */
export interface LogWriter {
  /** True when nothing more will be written. */
  readonly ended: boolean
  /** Calls back when `ended` may have changed. Gives the way to stop listening. */
  onChange(listener: () => void): () => void
}

/** A piece of a log file, whole lines or not. */
export interface RawPiece {
  data: Buffer
  /** All there is was read: the reader may show what it holds back. Comes without data. */
  idle: boolean
  /** Where the file is read next. */
  position: LogPosition
  /** What was passed over before this piece: it is further back than what is kept, or than `lagBytesMax`. */
  droppedBytes: number
}

/** A place in a log that lasts over restarts of the daemon: a file by its inode and the time of its first entry, and bytes from its start. */
export interface LogPosition {
  ino: number
  head: string
  atBytes: number
}

export interface RawOptions {
  /** Go on until the writer ends. */
  follow: boolean
  /** Lines from the end; undefined is all. */
  tail?: number
  /** Files that were written last before this moment are passed over, in milliseconds since the epoch. */
  sinceMs?: number
  /** Where to go on; from the start when that file is there no more or was compressed. */
  from?: LogPosition
  /** A reader that is further behind the end skips the oldest lines. */
  lagBytesMax?: number
}

/** The log as it is in its files, oldest first, then with `follow` what is added. Memory does not grow with the log. */
export async function* readRaw(segments: LogSegments, writer: LogWriter, options: RawOptions, signal: AbortSignal): AsyncGenerator<RawPiece, void, undefined> {
  using follower = options.follow ? new Follower(segments.path, writer, signal) : undefined
  const open = segments.open()
  let current: OpenSegment | undefined
  let atBytes = 0
  let droppedBytes = 0
  let head = ''
  const piece = (data: Buffer, idle = false): RawPiece => {
    if (head === '' && current) head = headOf(current)
    const made = { data, idle, position: { ino: current?.ino ?? 0, head, atBytes }, droppedBytes }
    droppedBytes = 0
    return made
  }
  /** Skips what `lagBytesMax` gives up; true when the reading goes on behind it. */
  const skipLag = (): boolean => {
    if (options.lagBytesMax === undefined || !current) return false
    const behind = (segments.isCurrent(current) ? 0 : segments.currentBytes) + fstatSync(current.fd).size - atBytes
    const excess = Math.min(behind - options.lagBytesMax, fstatSync(current.fd).size - atBytes)
    if (current.compressed || excess <= 0) return false
    droppedBytes += excess
    atBytes += excess
    return true
  }
  async function* restOf(segment: OpenSegment): AsyncGenerator<RawPiece, void, undefined> {
    for (let more = true; more && !signal.aborted; ) {
      more = false
      let cut = skipLag()
      for await (const chunk of readSegment(segment, atBytes, readAt, (at) => (atBytes = at))) {
        if (signal.aborted) return
        // What is left of the line that was cut into goes too.
        const data = cut ? withoutLines(chunk, 1) : chunk
        cut = false
        yield piece(data)
        // The reader may have taken long.
        if (!segment.compressed && skipLagIsDue()) {
          more = true
          break
        }
      }
    }
  }
  const skipLagIsDue = (): boolean =>
    options.lagBytesMax !== undefined && current !== undefined && segments.isCurrent(current) && fstatSync(current.fd).size - atBytes > options.lagBytesMax
  const advance = (to: OpenSegment | undefined): void => {
    if (current) closeSync(current.fd)
    current = to
    atBytes = 0
    head = ''
  }
  try {
    const start = await startOf(open, options)
    let skipLines = start.skipLines
    for (let index = 0; open.length > 0; index++) {
      const segment = open.shift() as OpenSegment
      advance(segment)
      if (index < start.index || (open.length > 0 && options.sinceMs !== undefined && segment.mtimeMs < options.sinceMs)) continue
      if (index === start.index) atBytes = start.atBytes
      for await (const raw of restOf(segment)) {
        if (skipLines === 0) yield raw
        else {
          const lines = countLines(raw.data, skipLines)
          yield { ...raw, data: withoutLines(raw.data, skipLines) }
          skipLines -= lines
        }
      }
      if (signal.aborted) return
    }
    yield piece(Buffer.alloc(0), true)
    while (follower && !signal.aborted) {
      const { ended } = writer
      if (current) {
        let grew = false
        for await (const raw of restOf(current)) {
          grew = true
          yield raw
        }
        if (grew) yield piece(Buffer.alloc(0), true)
      }
      if (signal.aborted) return
      // The supervisor writes to the renamed file until it has opened the new one: that is there only then.
      const from: OpenSegment | undefined = current
      open.push(...(from ? segments.after(from) : segments.open()))
      const next = open[0]
      if (next) {
        // What was written between the last reading and the change of files.
        if (current) yield* restOf(current)
        if (from) droppedBytes += Math.max(0, next.generation - from.generation - 1) * (segments.limits.fileBytesMax ?? 0)
        advance(open.shift())
        for (const other of open.splice(0)) closeSync(other.fd)
        continue
      }
      if (ended) return
      await follower.changed()
    }
  } finally {
    advance(undefined)
    for (const segment of open) closeSync(segment.fd)
  }
}

interface Start {
  index: number
  atBytes: number
  /** To pass over, in compressed files. */
  skipLines: number
}

async function startOf(open: readonly OpenSegment[], options: RawOptions): Promise<Start> {
  const { from } = options
  if (options.tail !== undefined) return findTail(open, options.tail)
  const index = from ? open.findIndex((segment) => segment.ino === from.ino && !segment.compressed && headOf(segment) === from.head && fstatSync(segment.fd).size >= from.atBytes) : -1
  return { index: Math.max(0, index), atBytes: index < 0 ? 0 : (from?.atBytes ?? 0), skipLines: 0 }
}

/** Where the last lines begin: a file and either a position in it or lines to pass over (in compressed ones). */
async function findTail(open: readonly OpenSegment[], lines: number): Promise<Start> {
  let missing = lines
  if (lines === 0) {
    const last = open.at(-1)
    return { index: Math.max(0, open.length - 1), atBytes: last && !last.compressed ? fstatSync(last.fd).size : 0, skipLines: 0 }
  }
  for (let index = open.length - 1; index >= 0; index--) {
    const segment = open[index] as OpenSegment
    if (segment.compressed) {
      let found = 0
      for await (const chunk of readSegment(segment, 0, readAt)) found += countLines(chunk, Infinity)
      if (found >= missing) return { index, atBytes: 0, skipLines: found - missing }
      missing -= found
    } else {
      const { atBytes, found } = await lastLines(segment.fd, missing)
      if (found >= missing) return { index, atBytes, skipLines: 0 }
      missing -= found
    }
  }
  return { index: 0, atBytes: 0, skipLines: 0 }
}

/**
 * Reads a file's entries from its end backwards until it has the lines wanted: one for each entry that ends a line, and one for
 * an unfinished line at the end. Gives where they begin.
 */
async function lastLines(fd: number, wanted: number): Promise<{ atBytes: number; found: number }> {
  let end = fstatSync(fd).size
  let carried: Buffer = Buffer.alloc(0)
  let found = -1
  const take = (head: Buffer): boolean => {
    const part = head[markAtBytes] === partMark
    if (found < 0) found = part ? 1 : 0
    if (part) return false
    if (found === wanted) return true
    found++
    return false
  }
  while (end > 0) {
    const from = Math.max(0, end - tailBlockBytes)
    const read = Buffer.allocUnsafe(end - from)
    const bytes = await readAt(fd, read, from)
    const block = Buffer.concat([read.subarray(0, bytes), carried])
    let stop = block.length
    for (let before = previousNewline(block, stop); before >= 0; before = previousNewline(block, stop)) {
      if (take(block.subarray(before + 1, stop))) return { atBytes: from + stop, found }
      stop = before + 1
    }
    // The entry that begins before this block.
    carried = Buffer.from(block.subarray(0, stop))
    end = from
  }
  if (carried.length > 0 && take(carried)) return { atBytes: carried.length, found }
  return { atBytes: 0, found: Math.max(0, found) }
}

/** Where an entry's mark is: behind the time (35 bytes) and the stream (6), each with a blank. */
const markAtBytes = 43
const partMark = 'P'.charCodeAt(0)

/** The newline before the one that ends at `stop`. */
function previousNewline(block: Buffer, stop: number): number {
  return stop < 2 ? -1 : block.lastIndexOf(newline, stop - 2)
}

function countLines(chunk: Buffer, most: number): number {
  let count = 0
  for (let at = chunk.indexOf(newline); at >= 0 && count < most; at = chunk.indexOf(newline, at + 1)) count++
  return count
}

function withoutLines(chunk: Buffer, lines: number): Buffer {
  let from = 0
  for (let left = lines; left > 0; left--) {
    const at = chunk.indexOf(newline, from)
    if (at < 0) return chunk.subarray(chunk.length)
    from = at + 1
  }
  return chunk.subarray(from)
}

function readAt(fd: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => read(fd, buffer, 0, buffer.length, position, (thrown, bytes) => (thrown ? reject(thrown) : resolve(bytes))))
}

/** Wakes its reader when the log grows (inotify on its folder) or its writer ends. */
class Follower implements Disposable {
  private pending = true
  private wake: (() => void) | undefined
  private readonly watcher
  private readonly stopListening: () => void

  constructor(path: string, writer: LogWriter, private readonly signal: AbortSignal) {
    this.watcher = watch(dirname(path), (_event, name) => {
      if (name === basename(path)) this.notify()
    })
    this.watcher.on('error', () => this.notify())
    this.stopListening = writer.onChange(() => this.notify())
    signal.addEventListener('abort', this.notify, { once: true })
  }

  async changed(): Promise<void> {
    if (!this.pending && !this.signal.aborted) await new Promise<void>((resolve) => (this.wake = resolve))
    this.pending = false
  }

  [Symbol.dispose](): void {
    this.watcher.close()
    this.stopListening()
    this.signal.removeEventListener('abort', this.notify)
  }

  private readonly notify = (): void => {
    this.pending = true
    const wake = this.wake
    this.wake = undefined
    wake?.()
  }
}
