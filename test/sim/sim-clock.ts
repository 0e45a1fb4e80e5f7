import type { Clock, Timer } from '../../src/base/clock.js'

interface Event {
  readonly atMs: number
  readonly sequence: number
  readonly callback: () => void
  cancelled: boolean
}

/** Virtual time for a whole simulated group: events in order, and between them everything that is ready runs. */
export class SimClock implements Clock {
  private heap: Event[] = []
  private sequence = 0
  private currentMs = 0

  nowMs(): number {
    return this.currentMs
  }
  monotonicMs(): number {
    return this.currentMs
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const event: Event = { atMs: this.currentMs + Math.max(0, delayMs), sequence: this.sequence++, callback, cancelled: false }
    this.push(event)
    return { cancel: () => void (event.cancelled = true) }
  }

  /** Runs for `forMs` of virtual time, or until `done` says so; `after` is called after each event. */
  async run(forMs: number, after: () => void, done: () => boolean = () => false): Promise<boolean> {
    const untilMs = this.currentMs + forMs
    await quiet()
    while (!done()) {
      const next = this.heap[0]
      if (!next || next.atMs > untilMs) {
        this.currentMs = untilMs
        return false
      }
      this.pop()
      if (next.cancelled) continue
      this.currentMs = next.atMs
      next.callback()
      await quiet()
      after()
    }
    return true
  }

  private push(event: Event): void {
    const { heap } = this
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(event, heap[parent] as Event)) break
      heap[at] = heap[parent] as Event
      at = parent
    }
    heap[at] = event
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop() as Event
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child++
      if (!before(heap[child] as Event, last)) break
      heap[at] = heap[child] as Event
      at = child
    }
    heap[at] = last
  }
}

const before = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence)

/** All promises that can go on have gone on: nothing here waits for anything real. */
async function quiet(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
  await new Promise<void>((resolve) => setImmediate(resolve))
}
