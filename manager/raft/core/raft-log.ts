import { assert } from '../../../src/base/assert.js'
import { MemoryLog } from './memory-log.js'
import { EntryKind, limitBytes, type Entry, type SnapshotMeta } from './message.js'
import { Unstable } from './unstable.js'

const sliceEntriesMax = 4096

/**
 * The leader knows entries to be in this log that are not: they were on disk once and are lost. This
 * member must take no further part, for a majority was counted with them; under a new id it may join again.
 */
export class LostEntriesError extends Error {
  override readonly name = 'LostEntriesError'

  constructor(committed: number, lastIndex: number) {
    super(`the log on disk ends at entry ${lastIndex}, but entry ${committed} was in it: it was cut short`)
  }
}

/** What is read back from disk to start from. Entries follow `compacted` without a gap. */
export interface StoredLog {
  /** The newest snapshot on disk; index 0 for none. */
  readonly snapshot: SnapshotMeta
  /** The entry before the first of `entries`; the snapshot's own position unless older entries were kept. */
  readonly compacted: { readonly index: number; readonly term: number }
  readonly entries: readonly Entry[]
}

/** The whole log as the algorithm sees it: what is on disk, then what is not. */
export class RaftLog {
  private readonly stable: MemoryLog
  private readonly unstable: Unstable
  /** The newest snapshot that can be sent to a follower. */
  snapshot: SnapshotMeta
  committed: number
  applied: number

  constructor(stored: StoredLog) {
    this.stable = new MemoryLog(stored.compacted.index, stored.compacted.term, stored.entries)
    this.unstable = new Unstable(this.stable.lastIndex + 1)
    this.snapshot = stored.snapshot
    this.committed = stored.snapshot.index
    this.applied = stored.snapshot.index
  }

  /** The first index that is still held as an entry. */
  get firstIndex(): number {
    return (this.unstable.snapshot?.index ?? this.stable.compactedIndex) + 1
  }

  get lastIndex(): number {
    return this.unstable.lastIndex ?? this.stable.lastIndex
  }

  get lastTerm(): number {
    const term = this.termAt(this.lastIndex)
    assert(term !== undefined, 'the last entry has a term')
    return term
  }

  get unstableEntries(): readonly Entry[] {
    return this.unstable.entries
  }

  /** A snapshot received and not yet on disk. */
  get unstableSnapshot(): SnapshotMeta | undefined {
    return this.unstable.snapshot
  }

  /** The term at `index`; undefined when that is compacted or not there yet. */
  termAt(index: number): number | undefined {
    if (index < this.firstIndex - 1 || index > this.lastIndex) return undefined
    return this.unstable.termAt(index) ?? (index < this.unstable.firstIndex ? this.stable.termAt(index) : undefined)
  }

  matches(index: number, term: number): boolean {
    return this.termAt(index) === term
  }

  /** Whether a log that ends with this entry is at least as new as this one. Raft thesis, 3.6.1. */
  isUpToDate(index: number, term: number): boolean {
    return term > this.lastTerm || (term === this.lastTerm && index >= this.lastIndex)
  }

  /** Entries from `low` up to but not including `high`, cut to `bytesMax` but at least one. */
  slice(low: number, high: number, bytesMax = Number.POSITIVE_INFINITY): Entry[] {
    if (low >= high) return []
    // One message never needs more entries than this; cutting first keeps a long catch-up linear.
    if (bytesMax !== Number.POSITIVE_INFINITY) high = Math.min(high, low + sliceEntriesMax)
    assert(low >= this.firstIndex && high <= this.lastIndex + 1, `log slice ${low}-${high} outside of ${this.firstIndex}-${this.lastIndex}`)
    const split = this.unstable.firstIndex
    const out = low < split ? this.stable.slice(low, Math.min(high, split)) : []
    if (high > split) for (const entry of this.unstable.slice(Math.max(low, split), high)) out.push(entry)
    return limitBytes(out, bytesMax)
  }

  append(entries: readonly Entry[]): number {
    const first = entries[0]
    if (!first) return this.lastIndex
    assert(first.index > this.committed, `entry ${first.index} would replace a committed one (commit ${this.committed})`)
    assert(first.index <= this.lastIndex + 1, `entry ${first.index} does not follow ${this.lastIndex}`)
    this.unstable.truncateAndAppend(entries)
    return this.lastIndex
  }

  /**
   * A leader's append. Gives the index up to which the logs now match, or undefined when the entry
   * before does not match.
   */
  maybeAppend(prevIndex: number, prevTerm: number, commit: number, entries: readonly Entry[]): number | undefined {
    if (!this.matches(prevIndex, prevTerm)) return undefined
    const last = prevIndex + entries.length
    const conflict = entries.findIndex((entry) => !this.matches(entry.index, entry.term))
    if (conflict >= 0) this.append(entries.slice(conflict))
    this.commitTo(Math.min(commit, last))
    return last
  }

  /** The newest position at or before `index` whose term is at most `term`: where two logs may still agree. */
  conflictByTerm(index: number, term: number): { index: number; term: number } {
    for (let at = Math.min(index, this.lastIndex); at > 0; at--) {
      const here = this.termAt(at)
      if (here === undefined) return { index: at, term: 0 }
      if (here <= term) return { index: at, term: here }
    }
    return { index: 0, term: 0 }
  }

  commitTo(index: number): void {
    if (index <= this.committed) return
    if (index > this.lastIndex) throw new LostEntriesError(index, this.lastIndex)
    this.committed = index
  }

  /** Committed and not applied, up to `bytesMax`; none while a snapshot waits to be restored. */
  nextCommitted(bytesMax: number): Entry[] {
    if (this.unstable.snapshot) return []
    return this.slice(this.applied + 1, this.committed + 1, bytesMax)
  }

  get hasNextCommitted(): boolean {
    return !this.unstable.snapshot && this.committed > this.applied
  }

  appliedTo(index: number): void {
    if (index <= this.applied) return
    assert(index <= this.committed, `applied ${index} past the commit ${this.committed}`)
    this.applied = index
  }

  /** A change of membership is committed but not applied. */
  hasUnappliedConfChange(): boolean {
    if (this.committed <= this.applied) return false
    return this.slice(Math.max(this.applied + 1, this.firstIndex), this.committed + 1).some((entry) => entry.kind === EntryKind.confChange)
  }

  stableTo(index: number, term: number): void {
    this.stable.append(this.unstable.stableTo(index, term))
  }

  stableSnapshotTo(snapshot: SnapshotMeta): void {
    if (this.unstable.snapshot?.index !== snapshot.index) return
    this.stable.restart(snapshot.index, snapshot.term)
    this.unstable.snapshot = undefined
    this.snapshot = snapshot
    this.applied = Math.max(this.applied, snapshot.index)
  }

  /** Replaces the whole log by a snapshot from the leader. */
  restore(snapshot: SnapshotMeta): void {
    this.committed = snapshot.index
    this.unstable.restore(snapshot)
  }

  /** Forgets entries up to `index`, which must be applied and covered by `snapshot`. */
  compact(index: number): void {
    assert(index <= this.applied && index <= this.snapshot.index, `compaction to ${index} past what was applied or saved`)
    this.stable.compact(Math.min(index, this.stable.lastIndex))
  }
}
