/** The rhythm of a node's loop: it sleeps until there may be something to do, and others wait for it to come round. */
export class Turns {
  private wakeLoop: (() => void) | undefined
  private waiters: (() => void)[] = []

  /** The loop has nothing to do: resolves at the next `wake`. */
  sleep(): Promise<void> {
    return new Promise((resolve) => (this.wakeLoop = resolve))
  }

  wake(): void {
    const { wakeLoop } = this
    this.wakeLoop = undefined
    wakeLoop?.()
  }

  /** Resolves at the next `passed`. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve))
  }

  /** A turn or a tick is over: what was waited for may be there. */
  passed(): void {
    const { waiters } = this
    this.waiters = []
    for (const waiter of waiters) waiter()
  }
}
