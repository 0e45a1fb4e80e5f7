import { closeSync, createReadStream, createWriteStream, existsSync, fstatSync, openSync, readSync, renameSync, rm, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { errnoOf } from '../../src/base/errors.js'
import { namesIn } from '../../src/sys/names-in.js'
import type { LogLimits } from './options.js'

const readBytes = 256 * 1024
const newline = 0x0a

/** One file of a log, held open: what happens to its name no longer matters. */
export interface OpenSegment {
  fd: number
  /** Counts up with every rotation while the daemon runs; the next file of the log has the next number. */
  generation: number
  compressed: boolean
  ino: number
  mtimeMs: number
}

const headBytes = 35

/** The time of a file's first entry; empty while it has none. With the inode, whose number may come again, it tells files apart. */
export function headOf(segment: OpenSegment): string {
  if (segment.compressed) return ''
  const head = Buffer.allocUnsafe(headBytes)
  return readSync(segment.fd, head, 0, headBytes, 0) < headBytes ? '' : head.toString('latin1')
}

/**
 * The files of one container's log: the one that its supervisor writes to, then `.1` (the newest of the full ones)
 * to `.N`, `.gz` behind the name of those that are compressed. Files change their names only within `rotate`, in one
 * turn of the event loop: who opens all of them in one turn has the whole log.
 */
export class LogSegments {
  private generation = 0
  private mayHavePlain = true
  private compressing: Promise<void> | undefined
  private discarded = 0

  constructor(
    readonly path: string,
    readonly limits: LogLimits,
  ) {}

  /** A full file may be there that is not compressed yet and is to be: one of an earlier daemon, to begin with. */
  get mayCompress(): boolean {
    return this.limits.compress && this.mayHavePlain
  }

  /** Bytes of the file that is written to; 0 when there is none. */
  get currentBytes(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Every file there is, the oldest first. The caller closes them. */
  open(fromGeneration = Number.NEGATIVE_INFINITY): OpenSegment[] {
    const opened: OpenSegment[] = []
    try {
      for (let back = this.limits.files - 1; back >= 0; back--) {
        const generation = this.generation - back
        if (generation < fromGeneration) continue
        const segment = this.openOne(back, generation)
        if (segment) opened.push(segment)
      }
      return opened
    } catch (thrown) {
      for (const segment of opened) closeSync(segment.fd)
      throw thrown
    }
  }

  /** False once the log goes on in another file than this one. */
  isCurrent(segment: OpenSegment): boolean {
    if (segment.generation !== this.generation) return false
    const ino = statSync(this.path, { throwIfNoEntry: false })?.ino
    return ino === undefined || ino === segment.ino
  }

  /** The files that follow this one, oldest first; none while it is the one that is written to. */
  after(segment: OpenSegment): OpenSegment[] {
    if (this.isCurrent(segment)) return []
    // A supervisor with a limit of its own puts an empty file in the place of one that grew too fast for us.
    return this.open(segment.generation === this.generation ? segment.generation : segment.generation + 1)
  }

  /** Gives the files their next names; the oldest over the limit goes. The supervisor has to open its file anew then. */
  rotate(): void {
    const { path } = this
    const kept = this.limits.files - 1
    for (const suffix of ['', '.gz']) this.discard(kept === 0 ? `${path}${suffix}` : `${path}.${kept}${suffix}`)
    for (let back = kept; back >= 1; back--) {
      for (const suffix of back === 1 ? [''] : ['', '.gz']) {
        const from = back === 1 ? path : `${path}.${back - 1}${suffix}`
        if (existsSync(from)) renameSync(from, `${path}.${back}${suffix}`)
      }
    }
    this.generation++
    this.mayHavePlain = true
    this.discardExcess()
  }

  /** A log that grew too fast has files larger than their limit: those newer than a file may hold all that is to be kept. */
  private discardExcess(): void {
    const { fileBytesMax = Infinity, files } = this.limits
    let newerBytes = 0
    for (let back = 1; back < files; back++) {
      for (const suffix of ['', '.gz']) {
        const path = `${this.path}.${back}${suffix}`
        const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 }
        if (newerBytes >= fileBytesMax * (files - 1)) this.discard(path)
        newerBytes += size
      }
    }
  }

  /** Taking a large file off a disk takes long: it loses its name at once and goes on another thread. */
  private discard(path: string): void {
    if (!existsSync(path)) return
    const doomed = `${this.path}.discarded-${this.discarded++}`
    renameSync(path, doomed)
    rm(doomed, { force: true }, () => undefined)
  }

  /** Removes what a daemon that was killed was removing or compressing. Before the log is rotated. */
  removeLeftovers(): void {
    rmSync(`${this.path}.compressing`, { force: true })
    const folder = dirname(this.path)
    for (const name of namesIn(folder)) {
      if (name.startsWith(`${basename(this.path)}.discarded-`)) rm(join(folder, name), { force: true }, () => undefined)
    }
  }

  /** Compresses the newest of the full files that is not yet; one at a time. Resolves when it is done. */
  compress(): Promise<void> {
    if (!this.mayCompress) return Promise.resolve()
    this.compressing ??= this.compressNewest().finally(() => (this.compressing = undefined))
    return this.compressing
  }

  private async compressNewest(): Promise<void> {
    const plain = Array.from({ length: this.limits.files - 1 }, (_, index) => index + 1).find((back) => existsSync(`${this.path}.${back}`))
    if (plain === undefined) {
      this.mayHavePlain = false
      return
    }
    const fd = openSync(`${this.path}.${plain}`, 'r')
    const { ino } = fstatSync(fd)
    const temporary = `${this.path}.compressing`
    try {
      await pipeline(createReadStream('', { fd, autoClose: true, highWaterMark: readBytes }), createGzip(), createWriteStream(temporary, { mode: 0o600 }))
      // Its number may be another by now, or it is gone.
      for (let back = 1; back < this.limits.files; back++) {
        if (statSync(`${this.path}.${back}`, { throwIfNoEntry: false })?.ino !== ino) continue
        renameSync(temporary, `${this.path}.${back}.gz`)
        this.discard(`${this.path}.${back}`)
      }
    } finally {
      rmSync(temporary, { force: true })
    }
  }

  private openOne(back: number, generation: number): OpenSegment | undefined {
    for (const suffix of back === 0 ? [''] : ['', '.gz']) {
      try {
        const fd = openSync(`${this.path}${back === 0 ? '' : `.${back}`}${suffix}`, 'r')
        const { ino, mtimeMs } = fstatSync(fd)
        return { fd, generation, compressed: suffix !== '', ino, mtimeMs }
      } catch (thrown) {
        if (errnoOf(thrown) !== 'ENOENT') throw thrown
      }
    }
    return undefined
  }
}

/**
 * The bytes of a file from a position on, up to what is there now; of a compressed file all of it. `reading` hears of the
 * position after each piece. The pieces are the reader's to keep.
 */
export async function* readSegment(segment: OpenSegment, fromBytes: number, read: ReadAt, reading: (atBytes: number) => void = () => undefined): AsyncGenerator<Buffer, void, undefined> {
  if (!segment.compressed) {
    yield* readPlain(segment, fromBytes, read, reading)
    return
  }
  // Not a stream of the file: that would close the descriptor.
  const source = Readable.from(readPlain(segment, 0, read, () => undefined), { objectMode: false })
  const plain = createGunzip({ chunkSize: readBytes })
  source.on('error', (thrown) => plain.destroy(thrown))
  try {
    for await (const chunk of source.pipe(plain)) yield chunk as Buffer
  } finally {
    source.destroy()
    plain.destroy()
  }
}

async function* readPlain({ fd }: OpenSegment, fromBytes: number, read: ReadAt, reading: (atBytes: number) => void): AsyncGenerator<Buffer, void, undefined> {
  let at = fromBytes
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(readBytes)
    const got = await read(fd, buffer, at)
    if (got === 0) return
    // Whole lines, where there are any: the rest is read once more with what follows it, and nobody has to join pieces.
    const bytes = got < readBytes ? got : buffer.lastIndexOf(newline) + 1 || got
    at += bytes
    reading(at)
    yield buffer.subarray(0, bytes)
  }
}

/** Reads at a position of a descriptor; resolves to the number of bytes, 0 at the end. */
export type ReadAt = (fd: number, buffer: Buffer, position: number) => Promise<number>
