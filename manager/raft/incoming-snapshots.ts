import { internal } from '../../src/base/errors.js'
import type { SnapshotExtra } from './log-storage.js'
import type { SnapshotMeta } from './core/message.js'
import type { IncomingSnapshot, SnapshotStore } from './wal/snapshot-file.js'

type Place = Pick<SnapshotMeta, 'index' | 'term'>

/**
 * Snapshots that the leader streamed: on disk under a passing name until the core takes them, gone when it
 * does not. One that comes twice replaces the one before.
 */
export class IncomingSnapshots {
  private readonly offered = new Map<string, IncomingSnapshot>()

  constructor(private readonly store: SnapshotStore) {}

  /**
   * Writes `chunks`, then asks `offer` to put the snapshot before the core: it tells whether the core takes it.
   * What it throws is thrown, and nothing stays on disk then.
   */
  async receive(meta: SnapshotMeta, extra: SnapshotExtra, chunks: AsyncIterable<Uint8Array>, offer: () => boolean): Promise<void> {
    const written = await this.store.write({ meta, extra }, chunks)
    const older = this.offered.get(keyOf(meta))
    this.offered.set(keyOf(meta), written)
    let taken = false
    try {
      taken = offer()
    } finally {
      if (!taken) {
        this.offered.delete(keyOf(meta))
        await this.store.discard(written)
      }
      if (older) await this.store.discard(older)
    }
  }

  /** The core took the snapshot: it gets its lasting name. */
  async commit(meta: Place): Promise<void> {
    const written = this.offered.get(keyOf(meta))
    if (!written) throw internal(`the snapshot at index ${meta.index} was taken but is not on disk`)
    this.offered.delete(keyOf(meta))
    await this.store.commit(written)
    // What the core had taken before this one, or was sent again, is of no use any more.
    for (const [key, other] of this.offered) {
      if (other.header.meta.index > meta.index) continue
      this.offered.delete(key)
      await this.store.discard(other)
    }
  }
}

const keyOf = ({ index, term }: Place): string => `${index}/${term}`
