/**
 * A bounded first-in first-out queue between one or more producers and one consumer.
 * `push` refuses when full: the producer decides what that means.
 */
export class Queue<T> implements AsyncIterable<T> {
  private items: T[] = []
  private waiting: (() => void) | undefined
  private closed = false
  private failure: Error | undefined

  constructor(private readonly lengthMax: number) {}

  /** False when the queue is full or closed. */
  push(item: T): boolean {
    if (this.closed || this.items.length >= this.lengthMax) return false
    this.items.push(item)
    this.wake()
    return true
  }

  /** No more items; the consumer gets what is queued, then the end, or `failure` thrown. */
  close(failure?: Error): void {
    if (this.closed) return
    this.closed = true
    this.failure = failure
    this.wake()
  }

  /** Everything queued, after waiting for at least one item; undefined at the end. */
  async takeAll(): Promise<T[] | undefined> {
    while (this.items.length === 0) {
      if (this.closed) {
        if (this.failure) throw this.failure
        return undefined
      }
      await new Promise<void>((resolve) => (this.waiting = resolve))
    }
    const taken = this.items
    this.items = []
    return taken
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let batch = await this.takeAll(); batch; batch = await this.takeAll()) yield* batch
  }

  private wake(): void {
    const wake = this.waiting
    this.waiting = undefined
    wake?.()
  }
}
