/** Lets so many go at the same time; the others wait, first come, first served. */
export class Limit {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(private atOnce: number) {}

  /** Lets so many go from now on; what goes already goes on. */
  change(atOnce: number): void {
    this.atOnce = atOnce
    for (let free = atOnce - this.running; free > 0; free--) this.waiting.shift()?.()
  }

  get full(): boolean {
    return this.running >= this.atOnce
  }

  /** Rejects with the signal's reason when it is aborted before its turn. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.enter(signal)
    try {
      return await work()
    } finally {
      this.running--
      if (!this.full) this.waiting.shift()?.()
    }
  }

  private enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.full) {
      this.running++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', onAbort)
        this.running++
        resolve()
      }
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(turn), 1)
        reject(signal.reason as Error)
      }
      this.waiting.push(turn)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
