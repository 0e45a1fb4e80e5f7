/**
 * Keeps synchronous work from holding up everything else in the process: `pause` gives way to the event
 * loop whenever this much time has passed since the last one. It measures the real clock because what it
 * guards is the real event loop.
 */
export class TimeSlice {
  private startedMs = performance.now()

  constructor(private readonly sliceMs = 10) {}

  /** Undefined while the slice lasts (so that the common case costs no promise), else a promise to await. */
  pause(): Promise<void> | undefined {
    return performance.now() - this.startedMs < this.sliceMs ? undefined : this.giveWay()
  }

  /** Gives way however short the slice was: between two works that would take a slice each, and both in one go. */
  giveWay(): Promise<void> {
    return new Promise((resolve) =>
      setImmediate(() => {
        this.startedMs = performance.now()
        resolve()
      }),
    )
  }
}
