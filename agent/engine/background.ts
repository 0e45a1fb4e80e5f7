import type { Logger } from '../../src/base/log.js'

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

  /** Resolves when the work of a container is over, or all of it. */
  async idle(id?: string): Promise<void> {
    if (id !== undefined) await this.running.get(id)
    else await Promise.all(this.running.values())
  }
}
