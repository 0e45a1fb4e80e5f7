import { assert } from '../../../src/base/assert.js'
import {
  entryBytes,
  EntryKind,
  type Append,
  type AppendReply,
  type Entry,
  type Heartbeat,
  type HeartbeatReply,
  type InstallSnapshot,
  type PeerId,
  type SnapshotMeta,
} from './message.js'
import type { Progress } from './progress.js'
import { quorumValue } from './quorum.js'
import { Role } from './ready.js'
import type { RaftState } from './state.js'

/** Appends to the leader's own log; its own acknowledgement follows when the disk has it. Gives the last index. */
export function appendAsLeader(r: RaftState, contents: readonly Pick<Entry, 'kind' | 'data'>[]): number {
  let index = r.log.lastIndex
  const entries = contents.map(({ kind, data }): Entry => ({ term: r.term, index: ++index, kind, data }))
  for (const entry of entries) r.uncommittedBytes += entryBytes(entry)
  r.log.append(entries)
  r.send({ kind: 'appendReply', to: r.id, index, reject: false, hintIndex: 0, hintTerm: 0 })
  return index
}

/** Sends to everybody what they miss. */
export function broadcastAppend(r: RaftState): void {
  for (const [id, progress] of r.progress) if (id !== r.id) sendAppend(r, id, progress, true)
}

/**
 * Sends one append, or a snapshot when the entries needed are gone. Without entries to send it only
 * goes when `evenEmpty` (to pass on the commit index). False when nothing was sent.
 */
export function sendAppend(r: RaftState, to: PeerId, progress: Progress, evenEmpty: boolean): boolean {
  if (progress.blocked) return false
  const prevIndex = progress.next - 1
  const prevTerm = r.log.termAt(prevIndex)
  if (prevTerm === undefined || progress.next < r.log.firstIndex) return sendSnapshot(r, to, progress)
  const entries = r.log.slice(progress.next, r.log.lastIndex + 1, r.config.appendBytesMax)
  if (entries.length === 0 && !evenEmpty) return false
  let bytes = 0
  for (const entry of entries) bytes += entryBytes(entry)
  r.send({ kind: 'append', to, prevIndex, prevTerm, commit: r.log.committed, entries })
  progress.sent(prevIndex + entries.length, entries.length, bytes)
  return true
}

/** An append without entries past a full window: its refusal tells that something in the window was lost. */
function sendProbe(r: RaftState, to: PeerId, progress: Progress): void {
  const prevIndex = progress.next - 1
  const prevTerm = r.log.termAt(prevIndex)
  if (prevTerm !== undefined) r.send({ kind: 'append', to, prevIndex, prevTerm, commit: r.log.committed, entries: [] })
}

function sendSnapshot(r: RaftState, to: PeerId, progress: Progress): boolean {
  // A member that does not answer would be sent gigabytes for nothing.
  if (!progress.recentActive) return false
  const { snapshot } = r.log
  assert(snapshot.index > 0, 'the log is compacted only behind a snapshot')
  progress.becomeSnapshot(snapshot.index)
  r.send({ kind: 'snapshot', to, snapshot })
  return true
}

export function broadcastHeartbeat(r: RaftState): void {
  for (const [id, progress] of r.progress) {
    if (id === r.id) continue
    // Never past what the follower has: the commit index must not outrun its log.
    const commit = Math.min(progress.match, r.log.committed)
    r.send({ kind: 'heartbeat', to: id, commit, readSequence: r.reads.currentSequence })
  }
}

/**
 * Commits what a quorum has. Only an entry of the current term is counted; older ones are committed
 * with it (Raft thesis, 3.6.2). True when the commit index moved.
 */
export function maybeCommit(r: RaftState): boolean {
  const index = quorumValue(r.voters, (id) => r.progress.get(id)?.match ?? 0)
  if (index <= r.log.committed || !r.log.matches(index, r.term)) return false
  const wasReadable = committedInTerm(r)
  r.log.commitTo(index)
  if (!wasReadable) for (const read of r.reads.takePostponed()) startRead(r, read.from, read.context)
  return true
}

/** The leader knows the true commit index once it committed an entry of its own term. */
function committedInTerm(r: RaftState): boolean {
  return r.log.matches(r.log.committed, r.term)
}

/** A leader takes a read: its own or a follower's. */
export function startRead(r: RaftState, from: PeerId, context: number): void {
  if (!committedInTerm(r)) {
    r.reads.postpone(from, context)
    return
  }
  r.reads.add(from, context, r.log.committed)
  if (r.voters.size === 1 && r.voters.has(r.id)) confirmReads(r)
  else broadcastHeartbeat(r)
}

function confirmReads(r: RaftState): void {
  const own = r.reads.currentSequence
  const sequence = quorumValue(r.voters, (id) => (id === r.id ? own : (r.progress.get(id)?.readSequence ?? 0)))
  for (const { from, context, index } of r.reads.confirm(sequence)) {
    if (from === r.id) r.readStates.push({ context, index })
    else r.send({ kind: 'readIndexReply', to: from, context, index })
  }
}

/** A leader hears what became of an append. */
export function handleAppendReply(r: RaftState, m: AppendReply): void {
  const progress = r.progress.get(m.from)
  if (!progress) return
  progress.recentActive = true
  if (m.reject) {
    // Skip whole terms of ours that the follower cannot have: one round trip per term, not per entry.
    const hint = m.hintTerm > 0 ? r.log.conflictByTerm(m.hintIndex, m.hintTerm).index : m.hintIndex
    if (progress.retreat(m.index, hint)) {
      if (progress.state === 'replicate') progress.becomeProbe()
      sendAppend(r, m.from, progress, true)
    }
    return
  }
  const wasBlocked = progress.blocked
  const moved = progress.advanceTo(m.index)
  if (!moved && !(progress.state === 'probe' && progress.match === m.index)) return
  if (progress.state === 'probe') progress.becomeReplicate()
  else if (progress.state === 'snapshot' && progress.match + 1 >= r.log.firstIndex) {
    progress.becomeProbe()
    progress.becomeReplicate()
  } else if (progress.state === 'replicate') progress.inflights.freeTo(m.index)

  if (maybeCommit(r)) broadcastAppend(r)
  else if (m.from !== r.id && wasBlocked) sendAppend(r, m.from, progress, true)
  if (m.from === r.id) return
  while (sendAppend(r, m.from, progress, false));
  if (r.transferee === m.from && progress.match === r.log.lastIndex) r.send({ kind: 'timeoutNow', to: m.from })
}

/** A leader hears from a follower: it lives, and may miss something. */
export function handleHeartbeatReply(r: RaftState, m: HeartbeatReply): void {
  const progress = r.progress.get(m.from)
  if (!progress) return
  progress.recentActive = true
  progress.paused = false
  if (progress.match < r.log.lastIndex || progress.state === 'probe') {
    if (progress.state === 'replicate' && progress.inflights.full) sendProbe(r, m.from, progress)
    else sendAppend(r, m.from, progress, true)
  }
  if (m.readSequence > progress.readSequence) {
    progress.readSequence = m.readSequence
    confirmReads(r)
  }
}

/** A follower takes entries. */
export function handleAppend(r: RaftState, m: Append): void {
  const reply = { kind: 'appendReply', to: m.from, hintIndex: 0, hintTerm: 0 } as const
  if (m.prevIndex < r.log.committed) {
    r.send({ ...reply, index: r.log.committed, reject: false })
    return
  }
  const last = r.log.maybeAppend(m.prevIndex, m.prevTerm, m.commit, m.entries)
  if (last !== undefined) {
    r.send({ ...reply, index: last, reject: false })
    return
  }
  const hint = r.log.conflictByTerm(m.prevIndex, m.prevTerm)
  r.send({ ...reply, index: m.prevIndex, reject: true, hintIndex: hint.index, hintTerm: hint.term })
}

/** A follower hears that its leader lives. */
export function handleHeartbeat(r: RaftState, m: Heartbeat): void {
  r.log.commitTo(m.commit)
  r.send({ kind: 'heartbeatReply', to: m.from, readSequence: m.readSequence })
}

/** A follower, or a new member, starts from a snapshot; an old one is answered with what is here. */
export function handleSnapshot(r: RaftState, m: InstallSnapshot): void {
  const index = restoreSnapshot(r, m.snapshot) ? r.log.lastIndex : r.log.committed
  r.send({ kind: 'appendReply', to: m.from, index, reject: false, hintIndex: 0, hintTerm: 0 })
}

function restoreSnapshot(r: RaftState, snapshot: SnapshotMeta): boolean {
  if (snapshot.index <= r.log.committed) return false
  assert(r.role === Role.follower, 'only a follower restores a snapshot')
  if (r.log.matches(snapshot.index, snapshot.term)) {
    // The entries are all here: the snapshot only tells that they are committed.
    r.log.commitTo(snapshot.index)
    return false
  }
  r.log.restore(snapshot)
  r.setConf(snapshot.conf)
  return true
}

/** The transport failed to deliver: what was sent optimistically is likely lost. */
export function handleUnreachable(r: RaftState, id: PeerId): void {
  const progress = r.progress.get(id)
  if (r.role === Role.leader && progress?.state === 'replicate') progress.becomeProbe()
}

/** A snapshot was delivered to a follower, or was not. */
export function handleSnapshotReport(r: RaftState, id: PeerId, delivered: boolean): void {
  const progress = r.progress.get(id)
  if (r.role !== Role.leader || progress?.state !== 'snapshot') return
  if (!delivered) progress.pendingSnapshot = 0
  progress.becomeProbe()
  // Its answer, or the next heartbeat's, starts the appends.
  progress.paused = true
}

/** Whether there is room for another `bytes` of proposals. An empty log of proposals takes any one. */
export function hasRoomFor(r: RaftState, bytes: number): boolean {
  return r.uncommittedBytes === 0 || r.uncommittedBytes + bytes <= r.config.uncommittedBytesMax
}

/** Entries were committed and handed out: they no longer count against the limit. */
export function releaseUncommitted(r: RaftState, entries: readonly Entry[]): void {
  if (r.role !== Role.leader) return
  let bytes = 0
  for (const entry of entries) bytes += entryBytes(entry)
  r.uncommittedBytes = Math.max(0, r.uncommittedBytes - bytes)
}

/** The first entry of a new leader: committing it commits everything before. */
export const emptyEntry = { kind: EntryKind.normal, data: new Uint8Array(0) } as const
