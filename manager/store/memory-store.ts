import { assert } from '../../src/base/assert.js'
import type { Clock } from '../../src/base/clock.js'
import { ErrorKind, messageOf, StatusError, unavailable } from '../../src/base/errors.js'
import { WatchQueue, type Subscription } from '../../src/base/watch-queue.js'
import type { ChangeCodec, StoreAction } from './change.js'
import type { Proposer } from './proposer.js'
import { readSnapshot, writeSnapshot } from './snapshot.js'
import { emptyState, perform, type State } from './state.js'
import type { ReadTx, Store, StoreEvent, WriteTx } from './store.js'
import { Transaction } from './transaction.js'
import { View } from './view.js'

/** A transaction encodes to at most this much: an entry of the log must not hold up the ones behind it. */
const transactionBytesMax = 1.5 * 1024 * 1024

/** Refuses a transaction that is too large; `batch` answers it by halves. */
export class TransactionTooLargeError extends StatusError {
  constructor(bytes: number) {
    super(
      ErrorKind.invalid,
      `the change takes ${bytes} bytes, more than the ${transactionBytesMax} that one transaction may have: split it, or make its objects smaller`,
    )
  }
}

/** A transaction on its way through the proposer. */
interface Pending {
  readonly data: Uint8Array
  readonly actions: readonly StoreAction[]
  /** The state after it and everything proposed before it. */
  state: State
  /** Settles when the outcome is known. */
  outcome: Promise<unknown>
}

/** What the log's applier calls on every manager, in the order of the log. */
export interface StoreMachine {
  /** Applies one committed change. Deterministic: the same log makes the same state everywhere. */
  apply(index: number, data: Uint8Array): void
  /** The state applied so far, in chunks of at most about 256 KiB; later changes do not show. */
  snapshot(): Iterable<Uint8Array>
  /** Replaces everything by a snapshot taken at `index`; its chunks may be cut anew in any way. Throws on damage. */
  restore(index: number, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>
}

/**
 * The replicated store in memory. Transactions decide against the newest state, including what is
 * still being proposed, so that many can be under way at once; readers see what is applied.
 */
export class MemoryStore implements Store, StoreMachine {
  private applied: State = emptyState
  private appliedIndex = 0
  private pending: Pending[] = []
  private lastVersion = 0
  private deciding = false
  private readonly watchers: WatchQueue<StoreEvent>

  constructor(
    private readonly proposer: Proposer,
    private readonly codec: ChangeCodec,
    private readonly clock: Clock,
    options: { watchQueueLengthMax?: number } = {},
  ) {
    this.watchers = new WatchQueue<StoreEvent>(options.watchQueueLengthMax)
  }

  view(): ReadTx {
    return new View(this.applied, this.appliedIndex)
  }

  async update<T>(decide: (tx: WriteTx) => T): Promise<T> {
    // One decision inside another would be lost: the outer one began without it.
    assert(!this.deciding, 'a transaction was begun while another one decides: decide first, then begin the next')
    const head = this.pending.at(-1)?.state ?? this.applied
    this.lastVersion--
    const tx = new Transaction(head, this.appliedIndex, Math.floor(this.clock.nowMs()), this.lastVersion)
    let result: T
    this.deciding = true
    try {
      result = decide(tx)
    } finally {
      this.deciding = false
    }
    const { actions, state } = tx.finish()
    if (actions.length === 0) {
      // What it saw may still be under way: its answer holds only once that is committed.
      await this.pending.at(-1)?.outcome
      return result
    }
    const data = this.codec.encode({ actions: actions.map(withoutVersion) })
    if (data.length > transactionBytesMax) throw new TransactionTooLargeError(data.length)
    const pending: Pending = { data, actions, state, outcome: Promise.resolve() }
    this.pending.push(pending)
    pending.outcome = this.commit(pending)
    await pending.outcome
    return result
  }

  watch(accept?: (event: StoreEvent) => boolean): Subscription<StoreEvent> {
    return this.watchers.subscribe(accept)
  }

  viewAndWatch(accept?: (event: StoreEvent) => boolean): { tx: ReadTx; events: Subscription<StoreEvent> } {
    return { tx: this.view(), events: this.watch(accept) }
  }

  apply(index: number, data: Uint8Array): void {
    assert(index > this.appliedIndex, `entry ${index} applied after ${this.appliedIndex}`)
    const own = this.pending[0]
    const before = this.applied
    let actions: readonly StoreAction[]
    if (own && sameBytes(own.data, data)) {
      // Decided here: the state is at hand. Its objects get their version now, as everywhere else.
      this.pending.shift()
      actions = own.actions
      for (const action of actions) stamp(action, index)
      this.applied = own.state
    } else {
      actions = this.codec.decode(data).actions
      for (const action of actions) stamp(action, index)
      this.applied = actions.reduce(perform, before)
      this.rebase()
    }
    this.appliedIndex = index
    for (const action of actions) this.publish(index, before, action)
    this.watchers.publish({ table: 'commit', action: 'commit', index })
  }

  snapshot(): Iterable<Uint8Array> {
    return writeSnapshot(this.applied, this.codec)
  }

  async restore(index: number, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const state = await readSnapshot(chunks, this.codec)
    this.pending = []
    this.applied = state
    this.appliedIndex = index
    this.watchers.publish({ table: 'restore', action: 'restore', index })
  }

  private async commit(pending: Pending): Promise<void> {
    try {
      await this.proposer.propose(pending.data)
    } catch (thrown) {
      this.abandon(pending)
      if (thrown instanceof StatusError) throw thrown
      throw unavailable(`the change could not be committed: ${messageOf(thrown)}`, thrown)
    }
  }

  /** Forgets a proposal that failed and those decided on top of it: the proposer fails them too. */
  private abandon(failed: Pending): void {
    const at = this.pending.indexOf(failed)
    if (at >= 0) this.pending.length = at
  }

  /** Puts what is under way on top of a state that something else has changed. */
  private rebase(): void {
    let state = this.applied
    for (const pending of this.pending) {
      state = pending.actions.reduce(perform, state)
      pending.state = state
    }
  }

  private publish(index: number, before: State, action: StoreAction): void {
    const event = eventOf(index, before, action)
    if (event) this.watchers.publish(event)
  }
}

/** The event of a write, told by what was there before; none for the removal of nothing. */
function eventOf(index: number, before: State, action: StoreAction): StoreEvent | undefined {
  const { table } = action
  if (action.action === 'remove') {
    const object = before[table].rows.get(action.id)
    return object && ({ table, action: 'remove', index, object } as StoreEvent)
  }
  const old = before[table].rows.get(action.object.id)
  const { object } = action
  return (old ? { table, action: 'update', index, object, old } : { table, action: 'create', index, object }) as StoreEvent
}

/** Sets the version in place: nobody but the transaction that wrote the object can hold it yet. */
function stamp(action: StoreAction, index: number): void {
  if (action.action !== 'remove') action.object.meta.version = index
}

function withoutVersion(action: StoreAction): StoreAction {
  if (action.action === 'remove') return action
  return { ...action, object: { ...action.object, meta: { ...action.object.meta, version: 0 } } } as StoreAction
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0)
}
