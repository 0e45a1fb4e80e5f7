import { batch } from '../store/batch.js'
import type { Store, WriteTx } from '../store/store.js'

interface Flush {
  readonly done: Promise<void>
  resolve(): void
  reject(thrown: unknown): void
}

/**
 * Gathers items while a write is under way and writes them together in the next one: under load the
 * transactions grow, at rest an item is written at once. One item is kept per key; its size is
 * bounded by the number of keys.
 */
export class BatchWriter<T> {
  private pending = new Map<string, T>()
  private next: Flush | undefined
  private running = false

  constructor(
    private readonly store: Store,
    /** Merges an item with one of the same key that is still waiting. */
    private readonly merge: (waiting: T, item: T) => T,
    private readonly decide: (tx: WriteTx, key: string, item: T) => void,
  ) {}

  /** Resolves when the item, or what it was merged into, is committed; rejects when that failed. */
  add(key: string, item: T): Promise<void> {
    const waiting = this.pending.get(key)
    this.pending.set(key, waiting === undefined ? item : this.merge(waiting, item))
    this.next ??= newFlush()
    const { done } = this.next
    if (!this.running) void this.run()
    return done
  }

  private async run(): Promise<void> {
    this.running = true
    // Everything that is added in this turn of the event loop goes together.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.next) {
      const flush = this.next
      const items = [...this.pending]
      this.next = undefined
      this.pending = new Map()
      try {
        await batch(this.store, items, (tx, [key, item]) => this.decide(tx, key, item))
        flush.resolve()
      } catch (thrown) {
        flush.reject(thrown)
      }
    }
    this.running = false
  }
}

function newFlush(): Flush {
  let resolve: () => void = () => undefined
  let reject: (thrown: unknown) => void = () => undefined
  const done = new Promise<void>((onDone, onFailure) => {
    resolve = onDone
    reject = onFailure
  })
  return { done, resolve, reject }
}
