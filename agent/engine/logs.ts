import { watch } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { errnoOf } from '../../src/base/errors.js'
import type { Container } from './container.js'
import { LogDecoder, logTimeMs, logTimeUtc, type LogLine } from './log-file.js'
import type { LogsOptions, OutputChunk } from './types.js'

const readBytes = 64 * 1024
const newline = Buffer.from('\n')

/** Files of a rotated log, the oldest first. */
export function logFiles(path: string, rotatedMax: number): string[] {
  const rotated = Array.from({ length: rotatedMax }, (_, index) => `${path}.${rotatedMax - index}`)
  return [...rotated, path]
}

/**
 * The output that conmon logged, then with `follow` what is added until the container ends. Lines outside
 * of `sinceMs` and `untilMs` are left out; `tail` counts lines of the streams asked for.
 */
export async function* readLogs(container: Container, files: readonly string[], options: LogsOptions, signal: AbortSignal): AsyncGenerator<OutputChunk> {
  const current = files.at(-1) as string
  using follower = options.follow ? new LogFollower(container, current, signal) : undefined
  const decoder = new LogDecoder()
  const matches = (line: LogLine): boolean => {
    if (!options[line.stream]) return false
    const atMs = logTimeMs(line.time)
    return atMs >= (options.sinceMs ?? 0) && atMs <= (options.untilMs || Infinity)
  }
  const render = (line: LogLine): OutputChunk => {
    const parts = [line.data]
    if (options.timestamps) parts.unshift(Buffer.from(`${logTimeUtc(line.time)} `))
    if (line.ended) parts.push(newline)
    return { stream: line.stream, data: Buffer.concat(parts) }
  }

  let atBytes = 0
  let identity = 0
  const history = async function* (): AsyncGenerator<LogLine> {
    for (const file of files) {
      const handle = await openOrNothing(file)
      if (!handle) continue
      try {
        identity = (await handle.stat()).ino
        atBytes = 0
        for (let chunk = await readAt(handle, atBytes); chunk.length > 0 && !signal.aborted; chunk = await readAt(handle, atBytes)) {
          atBytes += chunk.length
          yield* decoder.decode(chunk)
        }
      } finally {
        await handle.close()
      }
    }
    if (!options.follow || follower?.ended) yield* decoder.flush()
  }
  if (options.tail === undefined) {
    for await (const line of history()) if (matches(line)) yield render(line)
  } else {
    const last: LogLine[] = []
    for await (const line of history()) {
      if (!matches(line)) continue
      // A copy: the line's memory would keep the whole chunk alive.
      last.push({ ...line, data: Buffer.from(line.data) })
      if (last.length > options.tail) last.shift()
    }
    yield* last.map(render)
  }

  while (follower && !signal.aborted) {
    const ended = follower.ended
    const info = await stat(current).catch(() => undefined)
    // A rotation: the old file was read to its end before it was renamed, or is read on as the newest rotated one.
    if (info && info.ino !== identity) {
      const before = files.at(-2)
      if (before !== undefined && atBytes > 0) yield* (await readRest(before, identity, atBytes, decoder)).filter(matches).map(render)
      identity = info.ino
      atBytes = 0
    }
    const handle = await openOrNothing(current)
    if (handle) {
      try {
        for (let chunk = await readAt(handle, atBytes); chunk.length > 0; chunk = await readAt(handle, atBytes)) {
          atBytes += chunk.length
          yield* decoder.decode(chunk).filter(matches).map(render)
        }
        // Who follows sees a prompt at once, not when its line is complete.
        yield* decoder.flush().filter(matches).map(render)
      } finally {
        await handle.close()
      }
    }
    if (ended) {
      yield* decoder.flush().filter(matches).map(render)
      return
    }
    await follower.changed()
  }
}

async function readRest(path: string, identity: number, fromBytes: number, decoder: LogDecoder): Promise<LogLine[]> {
  const handle = await openOrNothing(path)
  if (!handle) return []
  try {
    if ((await handle.stat()).ino !== identity) return []
    const lines: LogLine[] = []
    let at = fromBytes
    for (let chunk = await readAt(handle, at); chunk.length > 0; chunk = await readAt(handle, at)) {
      at += chunk.length
      lines.push(...decoder.decode(chunk))
    }
    return lines
  } finally {
    await handle.close()
  }
}

/** Wakes its reader when the log grows (inotify on its folder) or the container ends. */
class LogFollower implements Disposable {
  ended: boolean
  private pending = true
  private wake: (() => void) | undefined
  private readonly watcher
  private readonly stopListening: () => void

  constructor(
    container: Container,
    path: string,
    private readonly signal: AbortSignal,
  ) {
    this.ended = !container.isUp && container.status !== 'restarting'
    this.watcher = watch(dirname(path), (_event, name) => {
      if (name === basename(path)) this.notify()
    })
    this.watcher.on('error', () => this.notify())
    this.stopListening = container.onExit((_notice, final) => {
      if (final) this.ended = true
      this.notify()
    })
    signal.addEventListener('abort', this.notify, { once: true })
  }

  async changed(): Promise<void> {
    if (!this.pending && !this.ended && !this.signal.aborted) await new Promise<void>((resolve) => (this.wake = resolve))
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

async function openOrNothing(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

async function readAt(handle: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(readBytes)
  const { bytesRead } = await handle.read(buffer, 0, readBytes, position)
  return buffer.subarray(0, bytesRead)
}
