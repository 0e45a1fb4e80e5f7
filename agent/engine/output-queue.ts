import type { OutputChunk } from './types.js'

/** Output waiting for one reader, with its size; ends after `close` and the last chunk. */
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
      const chunk = this.chunks.shift()
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
}
