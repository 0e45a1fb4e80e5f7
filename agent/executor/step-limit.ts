/**
 * Lets a number of steps run at the same time; the others wait in the order they came. Fifty tasks that
 * arrive at once keep the host busy without drowning it.
 */
export class StepLimit {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly atOnceMax: number) {}

  /** Runs `step` when there is room. A wait that is aborted rejects with the signal's reason. */
  async run<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (this.running >= this.atOnceMax) await this.turn(signal)
    else this.running++
    try {
      return await step()
    } finally {
      const next = this.waiting.shift()
      // The place is handed on as it is.
      if (next) next()
      else this.running--
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        const at = this.waiting.indexOf(take)
        if (at < 0) return
        this.waiting.splice(at, 1)
        reject(signal.reason as Error)
      }
      this.waiting.push(take)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
