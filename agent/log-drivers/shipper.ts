import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { Backoff } from '../../src/base/backoff.js'
import { delay, type Clock, type Timer } from '../../src/base/clock.js'
import { errnoOf, messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import { unlessAborted } from '../../src/base/unless-aborted.js'
import { LogDecoder, logTimeUtc, type LogLine } from './log-line.js'
import { readRaw, type LogPosition, type LogWriter } from './read.js'
import type { LogSegments } from './segments.js'
import type { LogTarget } from './targets/target.js'

/** A line is sent in pieces of this size, as Docker cuts them. */
const pieceBytesMax = 16 * 1024
/** Lines handed to the target at once. */
const batchLinesMax = 500
const retryFirstMs = 500
const retryMaxMs = 30_000
/** How long a removed container's last lines are tried to be sent. */
const farewellMsMax = 10_000
const warnPeriodMs = 60_000
const recordDelayMs = 1_000

/** How far a target has a log; the time of the last line finds the place when its file was compressed. */
interface SentPosition extends LogPosition {
  lastTime?: string
}

export interface ShipperDeps {
  segments: LogSegments
  writer: LogWriter
  /** Opened when there is something to send. */
  target: () => Promise<LogTarget>
  /** Where it is kept how far the target has it. */
  positionPath: string
  /** `mode=non-blocking`: lines further back than this are dropped, as a ring buffer of this size would. */
  bufferBytesMax?: number
  clock: Clock
  rng: Rng
  log: Logger
}

/**
 * Sends one container's log to its target: reads the files that the supervisor writes, at its own pace, and records how far it
 * came. A target that is slow or dead holds nothing up; what it is behind is bounded by what the files keep. After a crash lines
 * since the last record are sent once more, and none is lost.
 */
export class LogShipper {
  private readonly stopping = new AbortController()
  private readonly done: Promise<void>
  private lastWarnedMs = Number.NEGATIVE_INFINITY
  private dropped = 0
  private target: LogTarget | undefined
  private unrecorded: SentPosition | undefined
  private recordTimer: Timer | undefined

  constructor(private readonly deps: ShipperDeps) {
    this.done = this.run().catch((thrown: unknown) => {
      if (!this.stopping.signal.aborted) deps.log.error('a log is no longer sent to its target', { err: thrown })
    })
  }

  /** Ends sending; what was not sent is sent by the next one. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the shipper stops'))
    await this.done
  }

  /** The container is being removed: what is left in the files is sent for a while, in the background, from files held open. */
  finish(): void {
    const timer = this.deps.clock.setTimer(farewellMsMax, () => this.stopping.abort(new Error('the container is gone')))
    void this.done.finally(() => timer.cancel())
  }

  /** Resolves when everything was sent after the writer's end, or it was stopped. */
  finished(): Promise<void> {
    return this.done
  }

  private async run(): Promise<void> {
    const { segments, writer, positionPath, bufferBytesMax } = this.deps
    const { signal } = this.stopping
    const decoder = new LogDecoder(pieceBytesMax)
    const start = readPosition(positionPath)
    // The file may be compressed or gone by now: then times tell what was sent.
    let sentUntil = start?.lastTime === undefined ? undefined : logTimeUtc(start.lastTime)
    let lastTime = start?.lastTime
    try {
      const options = { follow: true, ...(start && { from: start }), ...(bufferBytesMax !== undefined && { lagBytesMax: bufferBytesMax }) }
      for await (const piece of readRaw(segments, writer, options, signal)) {
        if (piece.droppedBytes > 0) this.noteDropped(piece.droppedBytes)
        const isEnd = piece.idle && writer.ended
        let lines = decoder.decode(piece.data)
        if (isEnd) lines.push(...decoder.flush())
        if (sentUntil !== undefined) {
          const until = sentUntil
          // As texts: numbers of milliseconds do not tell nanoseconds apart.
          const first = lines.findIndex((line) => logTimeUtc(line.time) > until)
          const goesOn = piece.position.ino === start?.ino && piece.position.head === start.head
          if (!goesOn) lines = first < 0 ? [] : lines.slice(first)
          if (goesOn || first >= 0) sentUntil = undefined
        }
        for (let at = 0; at < lines.length; at += batchLinesMax) await this.sendAll(lines.slice(at, at + batchLinesMax))
        lastTime = lines.at(-1)?.time ?? lastTime
        // Only where an entry begins: what the decoder holds comes again.
        if (lines.length > 0) this.note({ ...piece.position, atBytes: piece.position.atBytes - decoder.heldBytes, ...(lastTime !== undefined && { lastTime }) })
      }
    } finally {
      this.target?.close()
      this.recordTimer?.cancel()
      await this.record()
    }
  }

  /** Has a position written soon: not at once, for a file would be written for every line. */
  private note(position: SentPosition): void {
    this.unrecorded = position
    this.recordTimer ??= this.deps.clock.setTimer(recordDelayMs, () => {
      this.recordTimer = undefined
      void this.record()
    })
  }

  private async sendAll(lines: readonly LogLine[]): Promise<void> {
    const { clock, rng } = this.deps
    const { signal } = this.stopping
    const backoff = new Backoff(rng, retryFirstMs, retryMaxMs)
    for (;;) {
      try {
        this.target ??= await this.deps.target()
        // A name server may take its time, and does not listen to the signal.
        await unlessAborted(this.target.send(lines, signal), signal)
        return
      } catch (thrown) {
        signal.throwIfAborted()
        this.warn(`the log's target takes nothing: ${messageOf(thrown)}; the lines are kept and sent later`)
        await delay(clock, backoff.nextMs(), signal)
      }
    }
  }

  private async record(): Promise<void> {
    const position = this.unrecorded
    this.unrecorded = undefined
    if (!position) return
    const { positionPath } = this.deps
    try {
      // Without waiting for the disk: a host that loses power costs lines sent twice.
      await writeFile(`${positionPath}.new`, JSON.stringify(position), { mode: 0o600 })
      await rename(`${positionPath}.new`, positionPath)
    } catch (thrown) {
      // The container's folder goes with it.
      if (errnoOf(thrown) !== 'ENOENT') this.warn(`cannot record how far a log was sent: ${messageOf(thrown)}`)
    }
  }

  private noteDropped(bytes: number): void {
    this.dropped += bytes
    this.warn(`${this.dropped} bytes of a log were dropped: its target is further behind than what is kept`)
  }

  private warn(text: string): void {
    const nowMs = this.deps.clock.monotonicMs()
    if (nowMs - this.lastWarnedMs < warnPeriodMs) return
    this.lastWarnedMs = nowMs
    this.deps.log.warn(text)
  }
}

/** What an earlier shipper recorded; undefined when there is nothing that can be read. */
function readPosition(path: string): SentPosition | undefined {
  try {
    const { ino, head, atBytes, lastTime } = JSON.parse(readFileSync(path, 'utf8')) as Partial<SentPosition>
    if (typeof ino !== 'number' || typeof head !== 'string' || typeof atBytes !== 'number' || atBytes < 0) return undefined
    return { ino, head, atBytes, ...(typeof lastTime === 'string' && { lastTime }) }
  } catch {
    return undefined
  }
}
