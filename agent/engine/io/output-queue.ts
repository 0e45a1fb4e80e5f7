import type { OutputChunk } from '../../../src/model/engine-api/attach.js'

/** What waits is given out in pieces of about this size: each one costs the reader and the client a frame. */
const joinedBytesMax = 32 * 1024

/**
 * Output waiting for one reader, with its size; ends after `close` and the last chunk. Chunks of one stream that wait together
 * are given as one, as a pipe would.
 */
export class OutputQueue implements AsyncIterable<OutputChunk> {
  private chunks: OutputChunk[] = []
  private wake: (() => void) | undefined
  private closed = false
  bytes = 0
  /** Its reader left before the end. */
  isAbandoned = false
  /** Resolves when the reader has dealt with the last chunk, or left. */
  readonly finished: Promise<void>
  private markFinished: () => void = () => undefined

  /** `onSize` hears of every change of `bytes`. */
  constructor(private readonly onSize: () => void = () => undefined) {
    this.finished = new Promise((resolve) => (this.markFinished = resolve))
  }

  push(chunk: OutputChunk): void {
    if (this.closed) return
    this.chunks.push(chunk)
    this.bytes += chunk.data.length
    this.onSize()
    this.wake?.()
  }

  /** The reader gets what is queued, then the end. */
  close(): void {
    this.closed = true
    this.wake?.()
  }

  /** The reader gets nothing more. */
  abandon(): void {
    this.isAbandoned = true
    this.chunks = []
    this.bytes = 0
    this.onSize()
    this.close()
    this.markFinished()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    for (;;) {
      const chunk = this.take()
      if (chunk) {
        this.bytes -= chunk.data.length
        this.onSize()
        yield chunk
      } else if (this.closed) {
        this.markFinished()
        return
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve))
        this.wake = undefined
      }
    }
  }

  private take(): OutputChunk | undefined {
    const first = this.chunks[0]
    if (!first) return undefined
    let bytes = first.data.length
    let count = 1
    for (let next = this.chunks[1]; next?.stream === first.stream && bytes + next.data.length <= joinedBytesMax; next = this.chunks[count]) {
      bytes += next.data.length
      count++
    }
    const taken = this.chunks.splice(0, count)
    return count === 1 ? first : { stream: first.stream, data: Buffer.concat(taken.map(({ data }) => data), bytes) }
  }
}
