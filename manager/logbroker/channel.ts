/** What fits in one message between nodes with some room. */
const batchMax = 100
const batchBytesMax = 4 * 1024 * 1024

/**
 * A bounded buffer between writers and one reader, where writers wait: a caller that reads logs
 * slowly slows the agents down, and nothing piles up here.
 */
export class Channel<T> {
  private items: T[] = []
  private ended: { failure?: Error } | undefined
  private wakeReader: (() => void) | undefined
  private wakeWriters: (() => void)[] = []

  constructor(
    private readonly lengthMax: number,
    private readonly bytesOf: (item: T) => number,
  ) {}

  /** Resolves when there was room, which these may be more than; false when the channel has ended. */
  async send(items: readonly T[]): Promise<boolean> {
    while (!this.ended && this.items.length >= this.lengthMax) {
      await new Promise<void>((resolve) => this.wakeWriters.push(resolve))
    }
    if (this.ended) return false
    for (const item of items) this.items.push(item)
    if (items.length > 0) this.wakeReader?.()
    return true
  }

  /** No more items. The reader gets what is there, then the end, or `failure` thrown. */
  close(failure?: Error): void {
    if (this.ended) return
    this.ended = { ...(failure && { failure }) }
    this.wakeReader?.()
    this.releaseWriters()
  }

  /** What is there, as much as fits in a message, after waiting for one item at least. */
  async *batches(): AsyncGenerator<T[], void, undefined> {
    for (;;) {
      while (this.items.length === 0) {
        if (this.ended?.failure) throw this.ended.failure
        if (this.ended) return
        await new Promise<void>((resolve) => (this.wakeReader = resolve))
        this.wakeReader = undefined
      }
      const taken = this.items.splice(0, this.fitting())
      this.releaseWriters()
      yield taken
    }
  }

  /** How many of the items, at least the first, fit in a message. */
  private fitting(): number {
    let bytes = 0
    const beyond = this.items.findIndex((item, at) => at >= batchMax || ((bytes += this.bytesOf(item)) > batchBytesMax && at > 0))
    return beyond < 0 ? this.items.length : beyond
  }

  private releaseWriters(): void {
    for (const wake of this.wakeWriters.splice(0)) wake()
  }
}
