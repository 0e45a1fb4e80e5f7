/**
 * Tells one waiting reader that there is something to do. Many calls of `notify` before the reader
 * looks count once: what there is to do is kept elsewhere, as its newest state.
 */
export class Wakeup {
  private pending = false
  private ended: { failure?: Error } | undefined
  private wake: (() => void) | undefined

  notify(): void {
    this.pending = true
    this.wake?.()
  }

  /** Ends the waiting: with `failure` thrown at the reader, or quietly. */
  close(failure?: Error): void {
    this.ended ??= { ...(failure && { failure }) }
    this.wake?.()
  }

  /** True after a notification, false at the quiet end. */
  async wait(): Promise<boolean> {
    while (!this.pending && !this.ended) await new Promise<void>((resolve) => (this.wake = resolve))
    this.wake = undefined
    if (this.ended) {
      if (this.ended.failure) throw this.ended.failure
      return false
    }
    this.pending = false
    return true
  }
}
