import type { Clock } from '../../src/base/clock.js'
import type { Logger } from '../../src/base/log.js'
import { ConfChangeKind, decodeConfChange, type ConfChange } from './core/confchange.js'
import { entryBytes, EntryKind, type Entry, type SnapshotMeta } from './core/message.js'
import type { Raft } from './core/raft.js'
import type { SnapshotExtra } from './log-storage.js'
import type { Membership } from './membership.js'
import type { StateMachine } from './node-types.js'
import type { Proposals } from './pending.js'
import type { Snapshotter } from './snapshotter.js'
import type { SnapshotStore } from './wal/snapshot-file.js'

/** Applying gives way to everything else after this long. */
const applySliceMs = 10

export interface ApplierParts {
  readonly raft: Raft
  readonly machine: StateMachine
  readonly membership: Membership
  readonly snapshots: SnapshotStore
  readonly snapshotter: Snapshotter
  readonly proposals: Proposals
  readonly clock: Clock
  readonly log: Logger
  /** The roster is another one: by this change, or by a snapshot when there is none. */
  readonly onMembers: (change?: ConfChange) => void
  /** Nothing is to be applied any more. */
  readonly ended: () => boolean
}

/** Carries what was committed into the state machine and the roster. */
export class Applier {
  constructor(private readonly parts: ApplierParts) {}

  /** Applies the entries in order; ends early when the member has ended meanwhile. */
  async apply(entries: readonly Entry[]): Promise<void> {
    const { machine, snapshotter, proposals, clock, ended } = this.parts
    let sliceStartMs = clock.monotonicMs()
    for (const entry of entries) {
      if (entry.kind === EntryKind.confChange) this.applyConfChange(decodeConfChange(entry.data))
      else if (entry.data.length > 0) machine.apply(entry.index, entry.term, entry.data)
      snapshotter.applied(entryBytes(entry))
      proposals.applied(entry)
      if (ended()) return
      if (clock.monotonicMs() - sliceStartMs < applySliceMs) continue
      await new Promise<void>((resolve) => setImmediate(resolve))
      sliceStartMs = clock.monotonicMs()
    }
  }

  private applyConfChange(change: ConfChange): void {
    const { raft, membership, onMembers } = this.parts
    const before = raft.conf
    const after = raft.applyConfChange(change)
    // The core refused it: the last voter stays, and so does its place in the roster.
    if (after === before && change.kind !== ConfChangeKind.update) return
    membership.apply(change)
    onMembers(change)
  }

  /** Replaces everything by a snapshot in place. */
  async restore(meta: Pick<SnapshotMeta, 'index' | 'term'>): Promise<void> {
    const { machine, membership, snapshots, snapshotter, log, onMembers } = this.parts
    const snapshot = await snapshots.read(meta)
    try {
      await machine.restore(meta.index, snapshot.chunks)
    } finally {
      await snapshot.close()
    }
    membership.restore(snapshot.header.extra as SnapshotExtra)
    onMembers()
    snapshotter.restored(meta.index)
    log.info('restored a snapshot from the leader', { index: meta.index })
  }
}
