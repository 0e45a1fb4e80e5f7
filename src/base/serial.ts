/** Carries out actions one after another, in the order they were asked for. One that fails does not hold up the next. */
export class Serial {
  private last: Promise<unknown> = Promise.resolve()

  /** Runs `action` after all that were given before; resolves or rejects as it does. Never runs it before returning. */
  run<T>(action: () => T | Promise<T>): Promise<T> {
    const result = this.last.then(action)
    this.last = result.catch(() => undefined)
    return result
  }
}
