import type { Entry, SnapshotMeta } from './message.js'

/** The tail of the log, and a received snapshot, that are not on disk yet. */
export class Unstable {
  private list: Entry[] = []
  snapshot: SnapshotMeta | undefined

  /** `offset` is the index that the first entry here has or would have. */
  constructor(private offset: number) {}

  get firstIndex(): number {
    return this.offset
  }

  get entries(): readonly Entry[] {
    return this.list
  }

  /** The last index held here, or undefined when nothing is. */
  get lastIndex(): number | undefined {
    return this.list.length > 0 ? this.offset + this.list.length - 1 : this.snapshot?.index
  }

  termAt(index: number): number | undefined {
    if (index < this.offset) return this.snapshot?.index === index ? this.snapshot.term : undefined
    return this.list[index - this.offset]?.term
  }

  slice(low: number, high: number): Entry[] {
    return this.list.slice(low - this.offset, high - this.offset)
  }

  /** Takes entries that follow, or replace from their first index on, what is held. */
  truncateAndAppend(entries: readonly Entry[]): void {
    const after = (entries[0] as Entry).index
    if (after <= this.offset) {
      this.list = [...entries]
      this.offset = after
      return
    }
    // A copy: an earlier slice may still be on its way to the disk.
    if (after < this.offset + this.list.length) this.list = this.list.slice(0, after - this.offset)
    for (const entry of entries) this.list.push(entry)
  }

  /**
   * The entries up to `index` were written. Gives those that leave, none when the tail was replaced
   * meanwhile: the new tail is written by the next turn.
   */
  stableTo(index: number, term: number): Entry[] {
    if (index < this.offset || this.termAt(index) !== term) return []
    const written = this.list.slice(0, index + 1 - this.offset)
    this.list = this.list.slice(index + 1 - this.offset)
    this.offset = index + 1
    return written
  }

  restore(snapshot: SnapshotMeta): void {
    this.offset = snapshot.index + 1
    this.list = []
    this.snapshot = snapshot
  }
}
