import { invalid, messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { NamedKey } from '../../src/sys/aes-gcm.js'
import { changedConf, ConfChangeKind, decodeConfChange, encodeConfChange, type ConfChange } from './core/confchange.js'
import { emptyConf, EntryKind, type ConfState, type Entry, type HardState, type PeerId, type SnapshotMeta } from './core/message.js'
import type { StoredState } from './core/state.js'
import { encodeContext, Membership, type Member, type Roster } from './membership.js'
import type { Disk } from './wal/disk.js'
import { KeyRing } from './wal/encryption.js'
import { damaged } from './wal/segment.js'
import { SnapshotStore, type SnapshotHeader } from './wal/snapshot-file.js'
import { Wal, type WalContent } from './wal/wal.js'

/** What every snapshot carries beside the state machine: who this member is, and everybody else. */
export interface SnapshotExtra extends Roster {
  readonly raftId: PeerId
}

export interface LogStorageOptions {
  readonly dir: string
  readonly disk: Disk
  readonly log: Logger
  readonly segmentBytes?: number
  /** The first one seals everything written, all open. */
  readonly dataKeys?: readonly NamedKey[]
  /** Entries kept behind a snapshot for followers that are a little late. */
  readonly keepEntries: number
}

/** Puts a snapshot's chunks into the state machine. */
export type Restore = (index: number, chunks: AsyncIterable<Uint8Array>) => Promise<void>

/** A member's state as it was read from disk. */
export interface Loaded {
  readonly raftId: PeerId
  readonly roster: Roster
  readonly stored: StoredState
}

const noneYet = { index: 0, term: 0 } as const
const snapshotsKept = 2

/** A member's folder: `wal/` and `snap/`. */
export class LogStorage {
  private constructor(
    readonly wal: Wal,
    readonly snapshots: SnapshotStore,
    private readonly ring: KeyRing | undefined,
    private readonly content: WalContent,
    private readonly options: LogStorageOptions,
  ) {}

  static async open(options: LogStorageOptions): Promise<LogStorage> {
    const { dir, disk, log } = options
    const ring = options.dataKeys && new KeyRing(options.dataKeys)
    const sealing = ring ? { sealer: ring } : {}
    const snapshots = new SnapshotStore({ disk, folder: `${dir}/snap`, log, ...sealing })
    await snapshots.open()
    const segments = options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }
    const { wal, content } = await Wal.open({ disk, folder: `${dir}/wal`, log, ...segments, ...sealing })
    return new LogStorage(wal, snapshots, ring, content, options)
  }

  /** Nothing was ever written: a new member starts here. */
  get isEmpty(): boolean {
    return this.content.marks.length === 0
  }

  /** The first member of a new group: its own addition is the first entry, so that all who join later learn of it. */
  async bootstrap(self: Member): Promise<Loaded> {
    const first = await this.initial(self.raftId, { members: [self], removed: [] })
    const entry = confEntry(1, 1, { kind: ConfChangeKind.addVoter, peer: self.raftId, context: encodeContext(self) })
    const hardState: HardState = { term: 1, vote: 0, commit: 1 }
    await this.wal.append({ snapshot: noneYet, entries: [entry], hardState }, true)
    return { ...first, stored: { ...first.stored, entries: [entry], hardState } }
  }

  /** A member that was taken into an existing group: it starts with nothing but addresses. */
  async join(raftId: PeerId, roster: Roster): Promise<Loaded> {
    const first = await this.initial(raftId, roster)
    await this.wal.append({ snapshot: noneYet }, true)
    return first
  }

  private async initial(raftId: PeerId, roster: Roster): Promise<Loaded> {
    const meta: SnapshotMeta = { ...noneYet, conf: emptyConf }
    await this.snapshots.commit(await this.snapshots.write({ meta, extra: { raftId, ...roster } satisfies SnapshotExtra }, []))
    return { raftId, roster, stored: { snapshot: meta, compacted: noneYet, entries: [], conf: emptyConf } }
  }

  /** Reads back an existing member, restoring the newest snapshot that is whole. */
  async load(restore: Restore): Promise<Loaded> {
    const header = await this.restoreNewest(restore)
    const { meta } = header
    const { raftId, members, removed } = header.extra as SnapshotExtra
    const { hardState } = this.content
    const all = this.content.entries
    const first = all[0]
    const last = all.at(-1)?.index ?? meta.index
    if (first && first.index > meta.index + 1) throw damaged(`the entries ${meta.index + 1} to ${first.index - 1} after the snapshot are missing`)
    if (hardState && hardState.commit > Math.max(last, meta.index)) {
      throw damaged(`${this.options.dir}/wal ends at entry ${last}, but entry ${hardState.commit} was committed: it was cut short`)
    }
    // An entry that was kept behind the snapshot tells the term before those that follow it.
    const base = all.find((entry) => entry.index >= meta.index - this.options.keepEntries)
    const compacted = base && base.index <= meta.index ? { index: base.index, term: base.term } : { index: meta.index, term: meta.term }
    const entries = all.filter((entry) => entry.index > compacted.index)
    const stored: StoredState = { snapshot: meta, compacted, entries, conf: meta.conf, ...(hardState ? { hardState } : {}) }
    return { raftId, roster: { members, removed }, stored }
  }

  private async restoreNewest(restore: Restore): Promise<SnapshotHeader> {
    const known = new Set(this.content.marks.map((mark) => `${mark.index}/${mark.term}`))
    // One without a mark was put in place by a member that crashed before it counted on it.
    const candidates = (await this.snapshots.list()).filter((one) => known.has(`${one.index}/${one.term}`))
    let failure: unknown
    for (const candidate of candidates) {
      try {
        const snapshot = await this.snapshots.read(candidate)
        try {
          if (candidate.index > 0) await restore(candidate.index, snapshot.chunks)
        } finally {
          await snapshot.close()
        }
        return snapshot.header
      } catch (thrown) {
        failure ??= thrown
        this.options.log.error(`cannot use a snapshot: ${messageOf(thrown)}`, { index: candidate.index })
      }
    }
    if (failure) throw failure instanceof Error ? failure : new Error(messageOf(failure))
    throw damaged(`${this.options.dir}/snap holds none of the snapshots that the log needs`)
  }

  /**
   * Recovery from lost quorum: whatever the log holds counts as committed, then all other members
   * are removed. Writes that only the lost members had are gone.
   */
  async forceNewCluster(loaded: Loaded, self: Member): Promise<Loaded> {
    const { stored } = loaded
    const term = Math.max(stored.hardState?.term ?? 0, stored.snapshot.term, 1)
    const membership = new Membership(loaded.roster)
    let conf: ConfState = stored.snapshot.conf
    for (const entry of stored.entries) {
      if (entry.kind !== EntryKind.confChange || entry.index <= stored.snapshot.index) continue
      const change = decodeConfChange(entry.data)
      conf = changedConf(conf, change)
      membership.apply(change)
    }
    let index = stored.entries.at(-1)?.index ?? stored.snapshot.index
    const context = encodeContext(self)
    const changes: ConfChange[] = [{ kind: ConfChangeKind.addVoter, peer: self.raftId, context }]
    const others = new Set([...conf.voters, ...conf.learners, ...membership.list().map((member) => member.raftId)])
    others.delete(self.raftId)
    for (const peer of others) changes.push({ kind: ConfChangeKind.remove, peer, context: new Uint8Array(0) })
    const entries = changes.map((change) => confEntry(term, ++index, change))
    const hardState: HardState = { term, vote: stored.hardState?.term === term ? stored.hardState.vote : 0, commit: index }
    await this.wal.append({ entries, hardState }, true)
    return { ...loaded, stored: { ...stored, entries: [...stored.entries, ...entries], hardState } }
  }

  /** Puts a snapshot of the own state machine in place and lets go of the log before it. Gives where the log may start. */
  async saveSnapshot(meta: SnapshotMeta, extra: SnapshotExtra, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    await this.snapshots.commit(await this.snapshots.write({ meta, extra }, chunks))
    await this.wal.append({ snapshot: { index: meta.index, term: meta.term } }, true)
  }

  /** Removes old snapshots, and the segments that neither they nor `compactedTo` need. */
  async release(compactedTo: number): Promise<void> {
    const oldest = await this.snapshots.prune(snapshotsKept)
    await this.wal.release(Math.min(oldest, compactedTo))
  }

  /** The first of these keys seals what is written from now on. Throws `invalid` when this log is not sealed. */
  async sealWith(keys: readonly NamedKey[]): Promise<void> {
    if (!this.ring) throw invalid('the Raft log of this manager is not sealed')
    this.ring.use(keys)
    // What was on its way to disk with another key is there before this is.
    await this.wal.append({}, true)
  }

  /** What other keys than the current one sealed: nothing, what lies there, or what is `coming` still and must be waited for. */
  async otherwiseSealed(): Promise<'nothing' | 'there' | 'coming'> {
    const { inPlace, coming } = await this.snapshots.otherwiseSealed()
    if (coming) return 'coming'
    return inPlace.length > 0 || this.wal.otherwiseSealedTo !== undefined ? 'there' : 'nothing'
  }

  /**
   * Removes what other keys than the current one sealed: all segments, none of which may hold a live entry after this
   * snapshot, and the snapshots up to it. It is read through before, as there is none to fall back to then.
   */
  async dropOtherwiseSealed(saved: SnapshotMeta): Promise<void> {
    await this.snapshots.verify(saved)
    await this.wal.releaseOtherwiseSealed()
    const { inPlace } = await this.snapshots.otherwiseSealed()
    await this.snapshots.remove(inPlace.filter(({ index }) => index <= saved.index))
  }

  close(): Promise<void> {
    return this.wal.close()
  }
}

function confEntry(term: number, index: number, change: ConfChange): Entry {
  return { term, index, kind: EntryKind.confChange, data: encodeConfChange(change) }
}
