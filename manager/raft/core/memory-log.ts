import { assert } from '../../../src/base/assert.js'
import type { Entry } from './message.js'

/** The persisted part of the log, kept in memory from the last compaction on. */
export class MemoryLog {
  private entries: Entry[]

  /** `index` and `term` name the last compacted entry; `entries` follow it without a gap. */
  constructor(
    private index: number,
    private term: number,
    entries: readonly Entry[],
  ) {
    this.entries = [...entries]
    entries.forEach((entry, i) => assert(entry.index === index + 1 + i, `the log has a gap at index ${index + 1 + i}`))
  }

  get compactedIndex(): number {
    return this.index
  }

  get lastIndex(): number {
    return this.index + this.entries.length
  }

  /** The term at `index`, or undefined outside of `compactedIndex` to `lastIndex`. */
  termAt(index: number): number | undefined {
    return index === this.index ? this.term : this.entries[index - this.index - 1]?.term
  }

  /** Entries from `low` up to but not including `high`. */
  slice(low: number, high: number): Entry[] {
    assert(low > this.index && high <= this.lastIndex + 1, `log slice ${low}-${high} outside of ${this.index + 1}-${this.lastIndex}`)
    return this.entries.slice(low - this.index - 1, high - this.index - 1)
  }

  /** Appends, dropping whatever the log held from the first new index on. */
  append(entries: readonly Entry[]): void {
    const first = entries[0]
    if (!first) return
    assert(first.index > this.index && first.index <= this.lastIndex + 1, `entry ${first.index} does not follow ${this.lastIndex}`)
    this.entries.length = first.index - this.index - 1
    for (const entry of entries) this.entries.push(entry)
  }

  /** Forgets everything up to and including `index`. */
  compact(index: number): void {
    if (index <= this.index) return
    const term = this.termAt(index)
    assert(term !== undefined, `compaction to ${index} past the end of the log`)
    this.entries = this.entries.slice(index - this.index)
    this.index = index
    this.term = term
  }

  /** Starts afresh after a snapshot. */
  restart(index: number, term: number): void {
    this.entries = []
    this.index = index
    this.term = term
  }
}
