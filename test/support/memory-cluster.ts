import { deserialize, serialize } from 'node:v8'
import { unavailable } from '../../src/base/errors.js'
import { idSource, type IdSource } from '../../src/base/id.js'
import { seededRng } from '../../src/base/rng.js'
import type { ChangeCodec, StoreChange } from '../../manager/store/change.js'
import { MemoryStore } from '../../manager/store/memory-store.js'
import type { Proposer } from '../../manager/store/proposer.js'
import { ManualClock } from './manual-clock.js'

/** Keeps changes as Node's own serialization: tests of loops need no wire format. */
export const testCodec: ChangeCodec = {
  encode: (change) => serialize(change),
  decode: (data) => deserialize(data) as StoreChange,
}

/**
 * A Raft group in one process without Raft: `propose` commits in order, a microtask later, to every
 * store that was added. `hold` keeps proposals waiting, `fail` rejects those that wait and all new ones.
 */
export class MemoryCluster implements Proposer {
  /** Every committed entry; the first has index 1. */
  readonly log: Uint8Array[] = []
  private readonly machines: { apply(index: number, data: Uint8Array): void }[] = []
  private waiting: { data: Uint8Array; resolve: (index: number) => void; reject: (why: Error) => void }[] = []
  private held = false
  private leading = true

  add(machine: { apply(index: number, data: Uint8Array): void }): void {
    this.machines.push(machine)
  }

  propose(data: Uint8Array): Promise<number> {
    if (!this.leading) return Promise.reject(unavailable('this manager does not lead'))
    return new Promise((resolve, reject) => {
      this.waiting.push({ data, resolve, reject })
      queueMicrotask(() => this.held || this.commit())
    })
  }

  hold(): void {
    this.held = true
  }

  /** Commits what waits, and everything from now on at once. */
  release(): void {
    this.held = false
    this.commit()
  }

  /** Loses leadership: what waits fails, and so does everything until `lead`. */
  fail(): void {
    this.leading = false
    for (const { reject } of this.waiting.splice(0)) reject(unavailable('leadership lost'))
  }

  lead(): void {
    this.leading = true
  }

  /** An entry that came from another manager. */
  commitForeign(data: Uint8Array): number {
    const index = this.log.push(data)
    for (const machine of this.machines) machine.apply(index, data)
    return index
  }

  private commit(): void {
    for (const { data, resolve } of this.waiting.splice(0)) resolve(this.commitForeign(data))
  }
}

export interface TestStore {
  store: MemoryStore
  cluster: MemoryCluster
  clock: ManualClock
  ids: IdSource
}

/** A working store for tests: in memory, with a clock that stands still and repeatable ids. */
export function createTestStore(options: { clock?: ManualClock; codec?: ChangeCodec; seed?: number } = {}): TestStore {
  const clock = options.clock ?? new ManualClock()
  const cluster = new MemoryCluster()
  const store = new MemoryStore(cluster, options.codec ?? testCodec, clock)
  cluster.add(store)
  return { store, cluster, clock, ids: idSource(seededRng(options.seed ?? 1)) }
}
