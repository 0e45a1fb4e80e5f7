import type { WireRaftEntry, WireRaftMessage, WireSnapshotMeta } from '../../../src/wire/raft-service.js'
import { EntryKind, type Entry, type Message, type SnapshotMeta } from '../core/message.js'

const empty: Omit<WireRaftMessage, 'kind' | 'from' | 'to' | 'term'> = {
  index: 0,
  logTerm: 0,
  commit: 0,
  reject: false,
  force: false,
  hintIndex: 0,
  hintTerm: 0,
  context: 0,
  entries: [],
}

/** A message of the core as `RaftMessage` of proto/raft.proto. */
export function toWire(m: Message): WireRaftMessage {
  const wire: WireRaftMessage = { ...empty, kind: m.kind, from: m.from, to: m.to, term: m.term }
  switch (m.kind) {
    case 'preVote':
    case 'vote':
      return { ...wire, index: m.lastIndex, logTerm: m.lastTerm, force: m.force }
    case 'preVoteReply':
    case 'voteReply':
      return { ...wire, reject: m.reject }
    case 'append':
      return { ...wire, index: m.prevIndex, logTerm: m.prevTerm, commit: m.commit, entries: [...m.entries] }
    case 'appendReply':
      return { ...wire, index: m.index, reject: m.reject, hintIndex: m.hintIndex, hintTerm: m.hintTerm }
    case 'heartbeat':
      return { ...wire, commit: m.commit, context: m.readSequence }
    case 'heartbeatReply':
      return { ...wire, context: m.readSequence }
    case 'snapshot':
      return { ...wire, snapshot: snapshotToWire(m.snapshot) }
    case 'timeoutNow':
      return wire
    case 'readIndex':
      return { ...wire, context: m.context }
    case 'readIndexReply':
      return { ...wire, context: m.context, index: m.index }
  }
}

/** The reverse; undefined for a kind that a newer version may send. */
export function fromWire(wire: WireRaftMessage): Message | undefined {
  const { kind, from, to, term, index, logTerm, commit, reject } = wire
  const head = { from, to, term }
  switch (kind) {
    case 'preVote':
    case 'vote':
      return { ...head, kind, lastIndex: index, lastTerm: logTerm, force: wire.force }
    case 'preVoteReply':
    case 'voteReply':
      return { ...head, kind, reject }
    case 'append':
      return { ...head, kind, prevIndex: index, prevTerm: logTerm, commit, entries: wire.entries.map(entryFromWire) }
    case 'appendReply':
      return { ...head, kind, index, reject, hintIndex: wire.hintIndex, hintTerm: wire.hintTerm }
    case 'heartbeat':
      return { ...head, kind, commit, readSequence: wire.context }
    case 'heartbeatReply':
      return { ...head, kind, readSequence: wire.context }
    case 'snapshot':
      return wire.snapshot && { ...head, kind, snapshot: snapshotFromWire(wire.snapshot) }
    case 'timeoutNow':
      return { ...head, kind }
    case 'readIndex':
      return { ...head, kind, context: wire.context }
    case 'readIndexReply':
      return { ...head, kind, context: wire.context, index }
    default:
      return undefined
  }
}

function entryFromWire(wire: WireRaftEntry): Entry {
  return { ...wire, kind: wire.kind === EntryKind.confChange ? EntryKind.confChange : EntryKind.normal }
}

function snapshotToWire(meta: SnapshotMeta): WireSnapshotMeta {
  return { index: meta.index, term: meta.term, voters: [...meta.conf.voters], learners: [...meta.conf.learners] }
}

function snapshotFromWire(wire: WireSnapshotMeta): SnapshotMeta {
  return { index: wire.index, term: wire.term, conf: { voters: wire.voters, learners: wire.learners } }
}
