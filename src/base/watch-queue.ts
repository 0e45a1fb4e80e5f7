import { Queue } from './queue.js'
import { ErrorKind, StatusError } from './errors.js'

/** One subscriber's view of a `WatchQueue`. Iterate it, and close it when done. */
export interface Subscription<T> extends AsyncIterable<T>, Disposable {
  /** Everything published since the last call, after waiting for at least one; undefined at the end. */
  takeAll(): Promise<T[] | undefined>
  close(): void
}

/**
 * Publish and subscribe in one process. A subscriber that lags by more than `lengthMax` events is
 * closed with an `exhausted` error, so that one slow reader costs bounded memory; it subscribes
 * again and starts from a fresh read.
 */
export class WatchQueue<T> {
  private readonly subscribers = new Set<{ accept: (event: T) => boolean; queue: Queue<T> }>()

  constructor(private readonly lengthMax = 10_000) {}

  get subscriberCount(): number {
    return this.subscribers.size
  }

  publish(event: T): void {
    for (const subscriber of this.subscribers) {
      if (!subscriber.accept(event)) continue
      if (!subscriber.queue.push(event)) {
        this.subscribers.delete(subscriber)
        subscriber.queue.close(new StatusError(ErrorKind.exhausted, 'the reader of this watch is too slow'))
      }
    }
  }

  /** Events published from now on that `accept` takes. */
  subscribe(accept: (event: T) => boolean = () => true): Subscription<T> {
    const subscriber = { accept, queue: new Queue<T>(this.lengthMax) }
    this.subscribers.add(subscriber)
    const close = () => {
      this.subscribers.delete(subscriber)
      subscriber.queue.close()
    }
    return {
      takeAll: () => subscriber.queue.takeAll(),
      close,
      [Symbol.dispose]: close,
      [Symbol.asyncIterator]: () => subscriber.queue[Symbol.asyncIterator](),
    }
  }

  /** Ends every subscription. */
  close(): void {
    for (const subscriber of this.subscribers) subscriber.queue.close()
    this.subscribers.clear()
  }
}
