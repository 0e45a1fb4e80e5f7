import { StatusError } from '../../src/base/errors.js'
import type { Entry } from './core/message.js'
import type { ReadState } from './core/ready.js'

interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (failure: Error) => void
}

interface Proposal extends Waiter<number> {
  readonly term: number
}

/** Proposals in the log that wait for their outcome, by index. */
export class Proposals {
  private readonly waiting = new Map<number, Proposal>()

  wait(index: number, term: number): Promise<number> {
    return new Promise((resolve, reject) => this.waiting.set(index, { term, resolve, reject }))
  }

  /** An entry was applied: what waited at its index got through, or was replaced by another leader's. */
  applied(entry: Entry): void {
    const proposal = this.waiting.get(entry.index)
    if (!proposal) return
    this.waiting.delete(entry.index)
    if (proposal.term === entry.term) proposal.resolve(entry.index)
    else proposal.reject(leadershipLost())
  }

  failAll(failure: Error): void {
    for (const proposal of this.waiting.values()) proposal.reject(failure)
    this.waiting.clear()
  }
}

export const leadershipLost = (): StatusError =>
  new StatusError('unavailable', 'this manager lost its leadership before the change was committed: it may or may not take effect')

/**
 * Read barriers. Those asked for while one is under way share the next; one that gets no answer is
 * asked again.
 */
export class Reads {
  private next: Waiter<number>[] = []
  private current: { context: number; readers: Waiter<number>[]; askedAtTick: number } | undefined
  private confirmed: { index: number; readers: Waiter<number>[] }[] = []

  constructor(
    private context: number,
    private readonly ask: (context: number) => void,
  ) {}

  wait(nowTick: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.next.push({ resolve, reject })
      this.start(nowTick)
    })
  }

  private start(nowTick: number): void {
    if (this.current || this.next.length === 0) return
    this.current = { context: ++this.context, readers: this.next, askedAtTick: nowTick }
    this.next = []
    this.ask(this.context)
  }

  /** Asks again what was not answered for `patienceTicks`: the message or the leader may be gone. */
  tick(nowTick: number, patienceTicks: number): void {
    const { current } = this
    if (!current || nowTick - current.askedAtTick < patienceTicks) return
    this.current = undefined
    this.next = [...current.readers, ...this.next]
    this.start(nowTick)
  }

  answered(read: ReadState, nowTick: number): void {
    if (this.current?.context !== read.context) return
    this.confirmed.push({ index: read.index, readers: this.current.readers })
    this.current = undefined
    this.start(nowTick)
  }

  /** Everything up to `index` is applied. */
  applied(index: number): void {
    if (this.confirmed.length === 0) return
    const due = this.confirmed.filter((one) => one.index <= index)
    if (due.length === 0) return
    this.confirmed = this.confirmed.filter((one) => one.index > index)
    for (const { readers, index: at } of due) for (const reader of readers) reader.resolve(at)
  }

  failAll(failure: Error): void {
    const all = [...this.next, ...(this.current?.readers ?? []), ...this.confirmed.flatMap((one) => one.readers)]
    this.next = []
    this.current = undefined
    this.confirmed = []
    for (const reader of all) reader.reject(failure)
  }
}

/** The outcome of `work`, or `cancelled` when the signal is aborted first; the work goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new StatusError('cancelled', 'the caller does not wait any more; the change may still take effect'))
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
