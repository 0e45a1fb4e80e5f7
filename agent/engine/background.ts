import type { Logger } from '../../src/base/log.js'

/** So much may be under way while callers are answered at once. */
const runningMax = 16

/** Work that nobody waits for, but that has to be over before the engine is closed. By container. */
export class Background {
  private readonly running = new Map<string, Promise<void>>()

  constructor(private readonly log: Logger) {}

  /** Runs the work; a failure is logged under `what`. */
  run(id: string, what: string, work: () => Promise<void>): void {
    const done = work()
      .catch((err: unknown) => this.log.warn(what, { container: id, err }))
      .finally(() => this.running.delete(id))
    this.running.set(id, done)
  }

  /** Resolves when little is left to do: who makes work faster than it is done waits here. */
  async room(): Promise<void> {
    while (this.running.size > runningMax) await Promise.race(this.running.values())
  }

  /** Resolves when all of it is over. */
  async idle(): Promise<void> {
    await Promise.all(this.running.values())
  }
}
