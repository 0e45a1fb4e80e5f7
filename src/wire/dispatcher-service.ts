import type { Network } from '../model/network.js'
import type { NetworkEndpoint, NetworkPeer, NetworkService } from '../model/network-table.js'
import type { Node, NodeDescription } from '../model/node.js'
import type { Config, Secret } from '../model/secret.js'
import type { Task, TaskStatus } from '../model/task.js'
import { codec } from './codec.js'
import { skep } from './gen/skep.js'
import { networkCodec } from './object-codecs.js'
import { emptyCodec, serverStream, service, unary, type CallerRole } from './service-table.js'

/** See proto/dispatcher.proto for what each field means and for the course of a session. */
export interface SessionRequest {
  description: NodeDescription
  sessionId: string
  advertiseAddress: string
}

export interface WeightedPeer {
  nodeId: string
  address: string
  weight: number
}

export interface SessionMessage {
  sessionId: string
  node?: Node
  managers: WeightedPeer[]
  rootCaPem?: string
  questions: NodeQuestion[]
}

/** Something that a user wants to know of the node. */
export interface NodeQuestion {
  id: string
  kind: string
  body: Uint8Array
}

export interface AnswerQuestionRequest {
  sessionId: string
  id: string
  body: Uint8Array
  /** Of the error catalogue; empty when there is an answer. */
  errorKind: string
  error: string
}

export interface HeartbeatRequest {
  sessionId: string
}

export interface HeartbeatResponse {
  periodMs: number
}

export interface AssignmentsRequest {
  sessionId: string
}

/** Exactly one of these. */
export interface Assignment {
  task?: Task
  secret?: Secret
  config?: Config
}

export interface AssignmentChange {
  action: 'update' | 'remove'
  assignment: Assignment
}

export interface AssignmentsMessage {
  type: 'complete' | 'incremental'
  appliesTo: string
  resultsIn: string
  changes: AssignmentChange[]
  more: boolean
}

export interface TaskStatusUpdate {
  taskId: string
  status: TaskStatus
}

export interface UpdateTaskStatusRequest {
  sessionId: string
  updates: TaskStatusUpdate[]
}

export interface NetworksRequest {
  sessionId: string
}

/** Exactly one of the items. */
export interface NetworkChange {
  action: 'update' | 'remove'
  network?: Network
  endpoint?: NetworkEndpoint
  service?: NetworkService
  peer?: NetworkPeer
}

export interface NetworksMessage {
  type: 'complete' | 'incremental'
  appliesTo: string
  resultsIn: string
  changes: NetworkChange[]
  more: boolean
  /** UDP port of VXLAN, the same in the whole cluster. */
  dataPathPort: number
}

export interface AcknowledgeNetworksRequest {
  sessionId: string
  sequence: string
}

export interface AwaitDrainRequest {
  sessionId: string
  taskId: string
}

export interface AttachNetworkRequest {
  network: string
  containerId: string
  containerName: string
  aliases: string[]
  addresses: string[]
}

export interface AttachNetworkResponse {
  attachmentId: string
  networkId: string
}

export interface DetachNetworkRequest {
  attachmentId: string
}

export interface RenameAttachmentRequest {
  attachmentId: string
  containerName: string
}

export interface FindNetworkRequest {
  network: string
}

export interface ReportDataPathRequest {
  sessionId: string
  problem: string
  silent: string[]
  answering: number
}

const nodes: readonly CallerRole[] = ['worker', 'manager']

/** Served by the leader, and by every other manager on its behalf. The caller's node is the one in its certificate. */
export const dispatcherService = service('Dispatcher', {
  session: serverStream(codec<SessionRequest>(skep.v1.SessionRequest), codec<SessionMessage>(skep.v1.SessionMessage), nodes),
  heartbeat: unary(codec<HeartbeatRequest>(skep.v1.HeartbeatRequest), codec<HeartbeatResponse>(skep.v1.HeartbeatResponse), nodes),
  assignments: serverStream(
    codec<AssignmentsRequest>(skep.v1.AssignmentsRequest),
    codec<AssignmentsMessage>(skep.v1.AssignmentsMessage),
    nodes,
  ),
  updateTaskStatus: unary(codec<UpdateTaskStatusRequest>(skep.v1.UpdateTaskStatusRequest), emptyCodec, nodes),
  networks: serverStream(codec<NetworksRequest>(skep.v1.NetworksRequest), codec<NetworksMessage>(skep.v1.NetworksMessage), nodes),
  acknowledgeNetworks: unary(codec<AcknowledgeNetworksRequest>(skep.v1.AcknowledgeNetworksRequest), emptyCodec, nodes, { readOnly: true }),
  awaitDrain: unary(codec<AwaitDrainRequest>(skep.v1.AwaitDrainRequest), emptyCodec, nodes, { readOnly: true }),
  attachNetwork: unary(codec<AttachNetworkRequest>(skep.v1.AttachNetworkRequest), codec<AttachNetworkResponse>(skep.v1.AttachNetworkResponse), nodes),
  // Done twice it has the outcome of once.
  detachNetwork: unary(codec<DetachNetworkRequest>(skep.v1.DetachNetworkRequest), emptyCodec, nodes, { readOnly: true }),
  renameAttachment: unary(codec<RenameAttachmentRequest>(skep.v1.RenameAttachmentRequest), emptyCodec, nodes, { readOnly: true }),
  findNetwork: unary(codec<FindNetworkRequest>(skep.v1.FindNetworkRequest), networkCodec, nodes, { readOnly: true }),
  reportDataPath: unary(codec<ReportDataPathRequest>(skep.v1.ReportDataPathRequest), emptyCodec, nodes, { readOnly: true }),
  answerQuestion: unary(codec<AnswerQuestionRequest>(skep.v1.AnswerQuestionRequest), emptyCodec, nodes),
})

export type DispatcherMethods = typeof dispatcherService.methods
