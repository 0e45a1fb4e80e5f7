import { Backoff } from '../../src/base/backoff.js'
import { delay, type Clock } from '../../src/base/clock.js'
import { ErrorKind, kindOf, messageOf } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import type { Subscription } from '../../src/base/watch-queue.js'
import type { ReadTx, Store, StoreEvent } from './store.js'

/** What every loop of a leader is handed. */
export interface LoopDeps {
  store: Store
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
}

/** A change of one object, as loops hear it. */
export type StoreChange = Exclude<StoreEvent, { table: 'commit' | 'restore' }>

/** What a loop does; `StoreLoop` decides when. */
export interface LoopHandler {
  /** Names the loop in the log. */
  readonly name: string
  /** Forget everything and look at the whole store: at the start, and whenever changes may have been missed. */
  reset(tx: ReadTx): void
  /** A change, in commit order: note what to do about it. Cheap, and may come while `run` is waiting. */
  observe(change: StoreChange): void
  /** Do what was noted. Never called twice at once; after a failure `reset` is called and it runs again. */
  run(): Promise<void>
  /** Timers to cancel. Called once more when a run that was under way has ended. */
  stop?(): void
}

/** Lets everything else that is ready have its turn: long work calls it between its parts. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * Runs a handler over the store for as long as this manager leads. Changes that arrive while a run
 * waits for its commit are taken together by the next one, so bursts are debounced without waiting
 * for any time to pass.
 */
export class StoreLoop implements AsyncDisposable {
  private stopped = false
  private wanted = false
  private wakeRunner: (() => void) | undefined
  private subscription: Subscription<StoreEvent> | undefined
  private ending: Promise<unknown> | undefined
  private readonly aborter = new AbortController()
  private readonly backoff: Backoff

  constructor(
    private readonly deps: LoopDeps,
    private readonly handler: LoopHandler,
  ) {
    this.backoff = new Backoff(deps.rng, 20, 5_000)
  }

  /** Reads the store and begins; returns at once. */
  start(): void {
    this.resubscribe()
    this.ending = Promise.all([this.pump(), this.work()])
  }

  /** Runs the handler soon although nothing changed: a timer of its own fired. */
  wake(): void {
    this.wanted = true
    const wake = this.wakeRunner
    this.wakeRunner = undefined
    wake?.()
  }

  /** Stops and waits until a run under way has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.stopped) {
      this.stopped = true
      this.handler.stop?.()
      this.subscription?.close()
      this.aborter.abort(new Error('the loop was stopped'))
      this.wake()
    }
    await this.ending
    // What a run that was under way has set since.
    this.handler.stop?.()
  }

  private resubscribe(): void {
    this.subscription?.close()
    const { tx, events } = this.deps.store.viewAndWatch()
    this.subscription = events
    this.handler.reset(tx)
    this.wake()
  }

  private async pump(): Promise<void> {
    while (!this.stopped) {
      const events = this.subscription
      if (!events) return
      try {
        const batch = await events.takeAll()
        if (this.stopped) return
        if (batch === undefined) {
          // Closed by `resubscribe` after a failed run, or the store has ended.
          if (this.subscription === events) return
          continue
        }
        this.deliver(batch)
      } catch (thrown) {
        if (this.stopped) return
        this.deps.log.info(`${this.handler.name}: starts again from a fresh view`, { reason: messageOf(thrown) })
        this.resubscribe()
      }
    }
  }

  private deliver(batch: StoreEvent[]): void {
    if (batch.some((event) => event.table === 'restore')) return this.resubscribe()
    let changed = false
    for (const event of batch) {
      if (event.table === 'commit' || event.table === 'restore') continue
      this.handler.observe(event)
      changed = true
    }
    if (changed) this.wake()
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      if (!this.wanted) await new Promise<void>((resolve) => (this.wakeRunner = resolve))
      if (this.stopped) return
      // One turn of the event loop gathers what else was committed at the same time.
      await nextTurn()
      if (this.stopped) return
      this.wanted = false
      try {
        await this.handler.run()
        this.backoff.reset()
      } catch (thrown) {
        await this.recover(thrown)
      }
    }
  }

  private async recover(thrown: unknown): Promise<void> {
    if (this.stopped) return
    const level = kindOf(thrown) === ErrorKind.unavailable ? 'debug' : 'error'
    this.deps.log[level](`${this.handler.name}: failed and will try again`, { err: thrown })
    await delay(this.deps.clock, this.backoff.nextMs(), this.aborter.signal).catch(() => undefined)
    if (!this.stopped) this.resubscribe()
  }
}
