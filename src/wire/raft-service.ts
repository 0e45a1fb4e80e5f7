import { codec } from './codec.js'
import { skep } from './gen/skep.js'
import { clientStream, emptyCodec, service, unary } from './service-table.js'

/** See proto/raft.proto; the core's own type is a union of the kinds. */
export interface WireRaftMessage {
  kind: string
  from: number
  to: number
  term: number
  index: number
  logTerm: number
  commit: number
  reject: boolean
  force: boolean
  hintIndex: number
  hintTerm: number
  context: number
  entries: WireRaftEntry[]
  snapshot?: WireSnapshotMeta
}

export interface WireRaftEntry {
  term: number
  index: number
  kind: number
  data: Uint8Array
}

export interface WireSnapshotMeta {
  index: number
  term: number
  voters: number[]
  learners: number[]
}

export interface WireRaftMember {
  raftId: number
  nodeId: string
  address: string
}

export interface RaftBatch {
  messages: WireRaftMessage[]
  sender?: WireRaftMember
}

export interface RaftSendResponse {
  removed: boolean
}

export interface RaftSnapshotPart {
  message?: WireRaftMessage
  members: WireRaftMember[]
  removed: number[]
  data: Uint8Array
  end: boolean
  sender?: WireRaftMember
}

export interface RaftJoinRequest {
  nodeId: string
  address: string
}

export interface RaftJoinResponse {
  raftId: number
  members: WireRaftMember[]
  removed: number[]
}

export interface RaftLeaveRequest {
  nodeId: string
}

export interface RaftResolveRequest {
  raftId: number
}

export interface RaftResolveResponse {
  address: string
}

/** What managers say to each other; see proto/raft.proto. */
export const raftService = service('Raft', {
  send: clientStream(codec<RaftBatch>(skep.v1.RaftBatch), codec<RaftSendResponse>(skep.v1.RaftSendResponse), ['manager']),
  sendSnapshot: clientStream(codec<RaftSnapshotPart>(skep.v1.RaftSnapshotPart), emptyCodec, ['manager']),
  join: unary(codec<RaftJoinRequest>(skep.v1.RaftJoinRequest), codec<RaftJoinResponse>(skep.v1.RaftJoinResponse), ['manager']),
  leave: unary(codec<RaftLeaveRequest>(skep.v1.RaftLeaveRequest), emptyCodec, ['manager']),
  resolveAddress: unary(codec<RaftResolveRequest>(skep.v1.RaftResolveRequest), codec<RaftResolveResponse>(skep.v1.RaftResolveResponse), ['manager']),
})

export type RaftMethods = typeof raftService.methods
