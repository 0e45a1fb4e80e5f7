/** A member's number in the consensus group: a positive safe integer, never used again after its removal. */
export type PeerId = number

/** "No peer": no leader is known, no vote was given. */
export const noPeer: PeerId = 0

/** What an entry holds. The numbers are what the log on disk and the wire carry. */
export const EntryKind = { normal: 0, confChange: 1 } as const
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind]

/** One position of the replicated log. A `normal` entry without data is a new leader's first entry. */
export interface Entry {
  readonly term: number
  readonly index: number
  readonly kind: EntryKind
  readonly data: Uint8Array
}

/** What must be on disk before a message that depends on it leaves. */
export interface HardState {
  readonly term: number
  readonly vote: PeerId
  readonly commit: number
}

/** Who takes part: voters decide, learners only receive the log. */
export interface ConfState {
  readonly voters: readonly PeerId[]
  readonly learners: readonly PeerId[]
}

/** A point in the log that a state machine was saved at; its bytes travel and live outside the core. */
export interface SnapshotMeta {
  readonly index: number
  readonly term: number
  readonly conf: ConfState
}

interface Envelope {
  readonly from: PeerId
  readonly to: PeerId
  /** The sender's term; for a pre-vote and its grant the term that would be campaigned in; 0 in `readIndex`. */
  readonly term: number
}

/** "May I lead?": the sender's last entry decides. `force` overrides the leader's lease (leadership transfer). */
export interface VoteRequest extends Envelope {
  readonly kind: 'preVote' | 'vote'
  readonly lastIndex: number
  readonly lastTerm: number
  readonly force: boolean
}
export interface VoteReply extends Envelope {
  readonly kind: 'preVoteReply' | 'voteReply'
  readonly reject: boolean
}
/** Entries that follow `prevIndex`/`prevTerm`, and how far the leader has committed. */
export interface Append extends Envelope {
  readonly kind: 'append'
  readonly prevIndex: number
  readonly prevTerm: number
  readonly commit: number
  readonly entries: readonly Entry[]
}
/**
 * Accepted: the log matches the leader's up to `index`. Rejected: it does not at `index`, and the
 * longest prefix that may match ends at `hintIndex`, whose term here is `hintTerm`.
 */
export interface AppendReply extends Envelope {
  readonly kind: 'appendReply'
  readonly index: number
  readonly reject: boolean
  readonly hintIndex: number
  readonly hintTerm: number
}
/** "I still lead". Its reply repeats `readSequence`, which confirms reads asked for before it was sent. */
export interface Heartbeat extends Envelope {
  readonly kind: 'heartbeat'
  readonly commit: number
  readonly readSequence: number
}
export interface HeartbeatReply extends Envelope {
  readonly kind: 'heartbeatReply'
  readonly readSequence: number
}
export interface InstallSnapshot extends Envelope {
  readonly kind: 'snapshot'
  readonly snapshot: SnapshotMeta
}
/** "Campaign at once": the last step of a leadership transfer. */
export interface TimeoutNow extends Envelope {
  readonly kind: 'timeoutNow'
}
/** A follower's read barrier, answered by the leader with a `readIndexReply` of the same `context`. */
export interface ReadIndexRequest extends Envelope {
  readonly kind: 'readIndex'
  readonly context: number
}
export interface ReadIndexReply extends Envelope {
  readonly kind: 'readIndexReply'
  readonly context: number
  readonly index: number
}

/** Everything that members say to each other. */
export type Message =
  | VoteRequest
  | VoteReply
  | Append
  | AppendReply
  | Heartbeat
  | HeartbeatReply
  | InstallSnapshot
  | TimeoutNow
  | ReadIndexRequest
  | ReadIndexReply

export type MessageKind = Message['kind']

const entryOverheadBytes = 24

/** An entry's size for flow control, in bytes: its data and a fixed share for its header. */
export function entryBytes(entry: Entry): number {
  return entry.data.length + entryOverheadBytes
}

/** The longest prefix of `entries` within `bytesMax`; at least one entry, so that a large one still travels. */
export function limitBytes(entries: Entry[], bytesMax: number): Entry[] {
  let total = 0
  for (let i = 0; i < entries.length; i++) {
    total += entryBytes(entries[i] as Entry)
    if (total > bytesMax && i > 0) return entries.slice(0, i)
  }
  return entries
}

/** No member at all: the configuration before anything was learned. */
export const emptyConf: ConfState = { voters: [], learners: [] }
