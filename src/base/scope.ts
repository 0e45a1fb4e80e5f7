/**
 * A lifetime: an abort signal plus the clean-ups of what was set up in it, run in reverse order.
 * Disposing it again waits for the same end.
 */
export class Scope implements AsyncDisposable {
  private readonly controller = new AbortController()
  private readonly cleanups: (() => unknown)[] = []
  private ending: Promise<void> | undefined

  /** Aborted when the scope starts to end. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Runs `cleanup` when the scope ends; at once when it has ended already. */
  defer(cleanup: () => unknown): void {
    if (this.ending) {
      this.ending = this.ending.then(async () => void (await cleanup()))
      return
    }
    this.cleanups.push(cleanup)
  }

  /** Defers the disposal of `resource` and gives it back. */
  use<T extends AsyncDisposable | Disposable>(resource: T): T {
    this.defer(() =>
      Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : (resource as Disposable)[Symbol.dispose](),
    )
    return resource
  }

  /** Ends the scope: aborts the signal, then runs every clean-up; the first error is thrown at the end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.ending ??= this.end()
    return this.ending
  }

  private async end(): Promise<void> {
    this.controller.abort(new Error('scope ended'))
    let failure: { thrown: unknown } | undefined
    for (let cleanup = this.cleanups.pop(); cleanup; cleanup = this.cleanups.pop()) {
      try {
        await cleanup()
      } catch (thrown) {
        failure ??= { thrown }
      }
    }
    if (failure) throw failure.thrown
  }
}
