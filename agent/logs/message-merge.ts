/**
 * Several streams read as one, in batches, as their messages come. Each stream is one batch ahead at most, so
 * a slow reader holds all of them up rather than filling memory.
 */
export class MessageMerge<T> implements Disposable {
  private readonly ready: { message: T; taken: () => void }[] = []
  private open = 0
  private closed = false
  private wake: () => void = () => undefined

  constructor(private readonly batchMax: number) {}

  /** Reads one more stream; what it throws ends that stream only. */
  add(source: AsyncIterable<T>): void {
    this.hold(this.pump(source))
  }

  /** Keeps the merge from ending while this goes on. */
  hold(work: Promise<void>): void {
    this.open++
    const done = (): void => {
      this.open--
      this.wake()
    }
    work.then(done, done)
  }

  /** What is there, after waiting for at least one message; ends with the last stream. */
  async *batches(): AsyncGenerator<T[], void, undefined> {
    while (!this.closed) {
      const taken = this.ready.splice(0, this.batchMax)
      if (taken.length > 0) {
        for (const one of taken) one.taken()
        yield taken.map(({ message }) => message)
        // One turn of the event loop lets streams fill the next batch.
        await new Promise<void>((resolve) => setImmediate(resolve))
      } else if (this.open === 0) {
        return
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve))
      }
    }
  }

  /** Ends the merge and lets go of the streams. */
  [Symbol.dispose](): void {
    this.closed = true
    for (const one of this.ready.splice(0)) one.taken()
    this.wake()
  }

  private async pump(source: AsyncIterable<T>): Promise<void> {
    let ahead = 0
    let resume: () => void = () => undefined
    const taken = (): void => {
      ahead--
      resume()
    }
    for await (const message of source) {
      if (this.closed) return
      ahead++
      this.ready.push({ message, taken })
      this.wake()
      while (ahead >= this.batchMax && !this.closed) await new Promise<void>((resolve) => (resume = resolve))
    }
  }
}
