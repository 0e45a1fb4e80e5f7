import { assert } from '../../../src/base/assert.js'
import { messageOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import { Serial } from '../../../src/base/serial.js'
import type { Entry, HardState } from '../core/message.js'
import type { Disk, DiskFile } from './disk.js'
import type { Sealer, SealingKey } from './encryption.js'
import {
  decodeEntry,
  decodeHardState,
  decodeMark,
  encodeEntry,
  encodeHardState,
  encodeMark,
  encodeRecord,
  RecordKind,
  type FileRecord,
  type SnapshotMark,
} from './record.js'
import { damaged, listSegments, readSegment, segmentName, type SegmentName } from './segment.js'

export interface WalOptions {
  readonly disk: Disk
  readonly folder: string
  /** A segment is closed once it is this long. */
  readonly segmentBytes?: number
  readonly sealer?: Sealer
  readonly log: Logger
}

/** What a log holds when it is opened. */
export interface WalContent {
  /** Absent when nothing was ever written. */
  readonly hardState: HardState | undefined
  /** Without a gap; they start right after `compacted`. */
  readonly entries: readonly Entry[]
  /** The snapshots that the log knows of, oldest first: the last one at least is on disk. */
  readonly marks: readonly SnapshotMark[]
}

/** What goes to disk together. */
export interface WalBatch {
  readonly hardState?: HardState | undefined
  readonly entries?: readonly Entry[]
  /** Written before the rest: entries that follow a snapshot from the leader follow it here too. */
  readonly snapshot?: SnapshotMark
}

interface Pending extends WalBatch {
  readonly sync: boolean
  readonly resolve: () => void
  readonly reject: (failure: Error) => void
}

/** A segment, and what all of it is sealed with. */
interface Segment extends SegmentName {
  readonly keyId: number | undefined
}

const formatVersion = 1
const segmentBytesDefault = 64 * 1024 * 1024

/**
 * The write-ahead log: hard states, entries and snapshot marks in segments. Appends that come while
 * the disk is busy share the next write and the next sync. After a failed write or sync nothing more
 * is taken: what the disk holds is unknown until it is read again.
 */
export class Wal {
  private segments: Segment[]
  private sealing: SealingKey | undefined
  private file: DiskFile | undefined
  private length = 0
  private synced = 0
  private hardState: HardState | undefined
  private lastIndex: number
  private pending: Pending[] = []
  private flushing: Promise<void> | undefined
  private failure: Error | undefined
  private closed = false
  /** One after another: see `removeOldest`. */
  private readonly releasing = new Serial()

  private constructor(
    private readonly options: WalOptions,
    segments: Segment[],
    content: WalContent,
  ) {
    this.segments = segments
    this.hardState = content.hardState
    this.lastIndex = content.entries.at(-1)?.index ?? content.marks.at(-1)?.index ?? 0
  }

  /**
   * Reads the log, cuts a torn tail, and continues it. Throws `internal` naming file, offset and
   * remedy when it is damaged, `forbidden` when it is sealed with another key.
   */
  static async open(options: WalOptions): Promise<{ wal: Wal; content: WalContent }> {
    const { disk, folder } = options
    await disk.makeFolder(folder)
    const segments: Segment[] = []
    const names = await listSegments(disk, folder)
    const replay = new Replay(folder)
    let tail = { length: 0, size: 0 }
    for (const [i, name] of names.entries()) {
      let keyId: number | undefined
      tail = await readSegment(disk, folder, name.file, i === names.length - 1, options.sealer, (record, position) => {
        if (position === 0) keyId = record.keyId
        replay.take(record, name.file)
      })
      segments.push({ ...name, keyId })
    }
    const last = segments.at(-1)
    // A crash right after the creation of a segment leaves it empty: the one before is the last.
    if (last && tail.length === 0) {
      await disk.remove(`${folder}/${last.file}`)
      await disk.syncFolder(folder)
      return Wal.open(options)
    }
    const content = replay.content()
    const wal = new Wal(options, segments, content)
    if (last) await wal.continueAt(last, tail)
    return { wal, content }
  }

  private async continueAt(last: SegmentName, tail: { length: number; size: number }): Promise<void> {
    const { disk, folder, log } = this.options
    this.file = await disk.open(`${folder}/${last.file}`, 'write')
    if (tail.size > tail.length) {
      log.warn('cut the torn tail of the Raft log', { file: last.file, offset: tail.length, bytes: tail.size - tail.length })
      await this.file.truncate(tail.length)
    }
    // What was read may have been in the page cache only: it must not be called synced before it is.
    await this.file.sync()
    this.length = tail.length
    this.synced = tail.length
    this.sealing = this.options.sealer?.current
  }

  /** The first index that a segment still on disk may hold. */
  get firstIndex(): number {
    return this.segments[0]?.firstIndex ?? 1
  }

  get segmentCount(): number {
    return this.segments.length
  }

  /** Resolves when the batch is written, and with `sync` when it would survive a crash. Batches keep their order. */
  append(batch: WalBatch, sync: boolean): Promise<void> {
    assert(!this.closed, 'the Raft log is closed')
    return new Promise((resolve, reject) => {
      this.pending.push({ ...batch, sync, resolve, reject })
      this.flushing ??= this.flush()
    })
  }

  private async flush(): Promise<void> {
    // Everybody who appends in this turn of the event loop comes along.
    await Promise.resolve()
    while (this.pending.length > 0) {
      const group = this.pending
      this.pending = []
      try {
        if (this.failure) throw this.failure
        await this.write(group)
        for (const one of group) one.resolve()
      } catch (thrown) {
        this.failure ??= thrown instanceof Error ? thrown : new Error(messageOf(thrown))
        for (const one of group) one.reject(this.failure)
      }
    }
    this.flushing = undefined
  }

  private async write(group: readonly Pending[]): Promise<void> {
    const full = this.length >= (this.options.segmentBytes ?? segmentBytesDefault)
    if (!this.file || full || this.segments.at(-1)?.keyId !== this.options.sealer?.current.id) await this.startSegment()
    const parts: Buffer[] = []
    const position = this.length
    for (const batch of group) {
      if (batch.snapshot) {
        parts.push(this.record(RecordKind.snapshot, encodeMark(batch.snapshot)))
        this.lastIndex = Math.max(this.lastIndex, batch.snapshot.index)
      }
      for (const entry of batch.entries ?? []) {
        parts.push(this.record(RecordKind.entry, encodeEntry(entry)))
        this.lastIndex = entry.index
      }
      // After the entries: a torn write must not leave a commit index beyond the last entry.
      if (batch.hardState) {
        parts.push(this.record(RecordKind.hardState, encodeHardState(batch.hardState)))
        this.hardState = batch.hardState
      }
    }
    await this.handle.write(position, Buffer.concat(parts))
    if (group.some((batch) => batch.sync)) await this.sync()
  }

  private get handle(): DiskFile {
    assert(this.file, 'a segment is open')
    return this.file
  }

  private record(kind: RecordKind, payload: Uint8Array): Buffer {
    const { file } = this.segments.at(-1) as SegmentName
    const record = encodeRecord(kind, payload, { file, position: this.length, synced: this.synced }, this.sealing)
    this.length += record.length
    return record
  }

  private async sync(): Promise<void> {
    const length = this.length
    await this.handle.sync()
    this.synced = length
  }

  /** Each segment starts with what the released ones may have held: the format and the hard state. */
  private async startSegment(): Promise<void> {
    const { disk, folder } = this.options
    if (this.file) {
      await this.sync()
      await this.file.close()
    }
    const next = segmentName((this.segments.at(-1)?.sequence ?? 0) + 1, this.lastIndex + 1)
    this.file = await disk.open(`${folder}/${next.file}`, 'create')
    // One segment, one key: another one may be the current one before this is written.
    this.sealing = this.options.sealer?.current
    this.segments.push({ ...next, keyId: this.sealing?.id })
    this.length = 0
    this.synced = 0
    const parts = [this.record(RecordKind.header, Buffer.from([formatVersion]))]
    if (this.hardState) parts.push(this.record(RecordKind.hardState, encodeHardState(this.hardState)))
    await this.file.write(0, Buffer.concat(parts))
    await this.sync()
    await disk.syncFolder(folder)
  }

  /** Removes the segments that hold only entries up to `index`. */
  async release(index: number): Promise<void> {
    await this.releasing.run(async () => {
      for (let next = this.segments[1]; next && next.firstIndex <= index + 1; next = this.segments[1]) await this.removeOldest()
    })
  }

  private async removeOldest(): Promise<void> {
    const { disk, folder } = this.options
    const [oldest] = this.segments
    this.segments = this.segments.slice(1)
    await disk.remove(`${folder}/${(oldest as Segment).file}`)
    // Before the next one goes: a crash must leave no gap.
    await disk.syncFolder(folder)
  }

  /**
   * The last index of which segments that another key than the current one sealed may hold an entry; undefined when
   * there are none. Batches that are appended from now on are not in them.
   */
  get otherwiseSealedTo(): number | undefined {
    const first = this.firstOfCurrentKey
    if (first === 0) return undefined
    return (this.segments[first]?.firstIndex ?? Infinity) - 1
  }

  private get firstOfCurrentKey(): number {
    const keyId = this.options.sealer?.current.id
    let first = this.segments.length
    while (first > 0 && this.segments[first - 1]?.keyId === keyId) first--
    return first
  }

  /** Removes the segments that another key than the current one sealed, once what they hold is in a snapshot or replaced. */
  async releaseOtherwiseSealed(): Promise<void> {
    assert(this.firstOfCurrentKey < this.segments.length, 'the last segment is never let go of')
    await this.releasing.run(async () => {
      while (this.firstOfCurrentKey > 0) await this.removeOldest()
    })
  }

  /** Waits for the writes under way, syncs, and closes the file. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await this.flushing
    if (!this.file) return
    if (!this.failure) await this.sync()
    await this.file.close()
  }
}

/** Puts the records of all segments together. */
class Replay {
  private hardState: HardState | undefined
  private entries: Entry[] = []
  private readonly marks: SnapshotMark[] = []

  constructor(private readonly folder: string) {}

  take(record: FileRecord, file: string): void {
    switch (record.kind) {
      case RecordKind.header:
        if (record.payload[0] !== formatVersion) {
          throw damaged(`${this.folder}/${file} has format ${record.payload[0]}, this program reads ${formatVersion}`)
        }
        return
      case RecordKind.hardState:
        this.hardState = decodeHardState(record.payload)
        return
      case RecordKind.entry:
        this.takeEntry(decodeEntry(record.payload), file)
        return
      case RecordKind.snapshot:
        this.takeMark(decodeMark(record.payload))
        return
      default:
        throw damaged(`${this.folder}/${file} holds a record of kind ${record.kind}`)
    }
  }

  private takeEntry(entry: Entry, file: string): void {
    const first = this.entries[0]?.index ?? entry.index
    const expected = first + this.entries.length
    if (entry.index > expected) throw damaged(`${this.folder}/${file}: entry ${entry.index} follows ${expected - 1}`)
    // A replaced tail; below the first one, everything read so far was replaced or belongs to released segments.
    this.entries.length = Math.max(0, entry.index - first)
    this.entries.push(entry)
  }

  private takeMark(mark: SnapshotMark): void {
    this.marks.push(mark)
    const first = this.entries[0]
    const held = first && this.entries[mark.index - first.index]
    // A snapshot from the leader replaced a log that did not have that entry.
    if (held?.term !== mark.term && (!first || mark.index >= first.index)) this.entries = []
  }

  content(): WalContent {
    return { hardState: this.hardState, entries: this.entries, marks: this.marks }
  }
}
