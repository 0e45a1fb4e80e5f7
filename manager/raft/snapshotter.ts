import { messageOf, StatusError } from '../../src/base/errors.js'
import type { SnapshotMeta } from './core/message.js'
import type { Raft } from './core/raft.js'
import type { LogStorage, SnapshotExtra } from './log-storage.js'
import type { RaftNodeOptions, StateMachine } from './node-types.js'
import type { SnapshotSource } from './transport/peer.js'

const everyEntriesDefault = 10_000
const everyBytesDefault = 64 * 1024 * 1024
/** Entries kept behind a snapshot for followers that are a little late. */
export const keepEntriesDefault = 500

/** A snapshot that somebody waits for. */
interface Forced {
  /** The state is one to be saved. */
  readonly when: () => boolean
  readonly done: (meta: SnapshotMeta) => void
  readonly failed: (failure: unknown) => void
}

/** Saves the state machine every so often, beside everything else, and lets go of the log behind it. */
export class Snapshotter {
  private savedIndex: number
  private bytesSince = 0
  private saving: Promise<void> | undefined
  private forced: Forced | undefined

  constructor(
    private readonly raft: Raft,
    private readonly storage: LogStorage,
    private readonly options: RaftNodeOptions,
    private readonly extra: () => SnapshotExtra,
  ) {
    this.savedIndex = raft.applied
  }

  get lastIndex(): number {
    return this.savedIndex
  }

  applied(bytes: number): void {
    this.bytesSince += bytes
  }

  /** The state machine came from a snapshot at `index`. */
  restored(index: number): void {
    this.savedIndex = Math.max(this.savedIndex, index)
    this.bytesSince = 0
  }

  /** Begins a snapshot when enough was applied; called between two turns, when the state is that of `raft.applied`. */
  maybeStart(machine: StateMachine): void {
    const { raft, options } = this
    if (this.saving || raft.pendingSnapshot) return
    const { snapshotEveryEntries = everyEntriesDefault, snapshotEveryBytes = everyBytesDefault } = options
    const forced = this.forced?.when() ? this.forced : undefined
    const due = raft.applied - this.savedIndex >= snapshotEveryEntries || this.bytesSince >= snapshotEveryBytes
    const term = raft.termAt(raft.applied)
    if ((!forced && (!due || raft.applied === this.savedIndex)) || term === undefined) return
    const meta: SnapshotMeta = { index: raft.applied, term, conf: raft.conf }
    this.savedIndex = meta.index
    this.bytesSince = 0
    if (forced) this.forced = undefined
    this.saving = this.save(meta, this.extra(), machine.snapshot())
      .then(
        () => forced?.done(meta),
        (thrown: unknown) => {
          // The log still has everything: the next one is tried after as many entries again.
          options.log.error(`could not save a Raft snapshot: ${messageOf(thrown)}`, { index: meta.index, err: thrown })
          forced?.failed(thrown)
        },
      )
      .finally(() => (this.saving = undefined))
  }

  /**
   * Saves a snapshot, begun after this call and once `when` allows it, even at an index that was saved before. Gives
   * where. Rejects when it cannot be saved, when another one is forced, and with what `endForced` is handed.
   */
  force(when: () => boolean): Promise<SnapshotMeta> {
    this.endForced(new StatusError('cancelled', 'another snapshot is wanted'))
    return new Promise((done, failed) => (this.forced = { when, done, failed }))
  }

  /** There will be no snapshot for who waits for one. */
  endForced(failure: Error): void {
    this.forced?.failed(failure)
    this.forced = undefined
  }

  private async save(meta: SnapshotMeta, extra: SnapshotExtra, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const { raft, storage, options } = this
    await storage.saveSnapshot(meta, extra, chunks)
    raft.snapshotSaved(meta)
    const compactTo = meta.index - (options.keepEntries ?? keepEntriesDefault)
    if (compactTo >= raft.firstIndex && !raft.pendingSnapshot) raft.compact(compactTo)
    await storage.release(compactTo)
    options.log.debug('saved a snapshot', { index: meta.index })
  }

  /** A saved snapshot to be streamed to a follower. */
  async openForSending(meta: SnapshotMeta): Promise<SnapshotSource> {
    const { header, chunks, close } = await this.storage.snapshots.read(meta)
    const { members, removed } = header.extra as SnapshotExtra
    return { roster: { members, removed }, chunks, close }
  }

  /** Resolves when nothing is being saved. */
  async idle(): Promise<void> {
    await this.saving
  }
}
