import type { Node, NodeDescription } from '../../model/node.js'
import type { ReportDataPathRequest } from '../../wire/dispatcher-service.js'
import type { ConnectionPool } from '../../wire/grpc-client.js'
import type { AssignmentConsumer } from '../../../agent/assignments.js'
import type { NetworkConsumer } from '../../../agent/network-stream.js'
import type { AttachmentManagers } from '../../../agent/executor/attached-networks.js'
import type { Reporter } from '../../../agent/reporter.js'

/** What this node found when it asked others by their data path addresses. */
export type DataPathReport = Omit<ReportDataPathRequest, 'sessionId'>

/** What a swarm gives to this host. */
export interface SwarmPlace {
  /** Where other nodes send packets of overlay networks. */
  dataPathAddress: string
  /** What this host says of itself has changed: the managers are told. */
  describeAgain(): void
  /** Resolves when no node sends new flows to the task any more; rejects when the managers cannot be asked in time. */
  awaitDrain(taskId: string, timeoutMs: number, signal: AbortSignal): Promise<void>
  /** What the managers do for containers that users start here. */
  readonly attachments: AttachmentManagers
  /** Tells the managers what this node found of the data path. Rejects with `unavailable` while there is no session. */
  reportDataPath(report: DataPathReport, signal: AbortSignal): Promise<void>
}

/** What a swarm needs of this host: where tasks run. */
export interface AgentSide {
  readonly consumer: AssignmentConsumer
  readonly networks: NetworkConsumer
  readonly reporter: Reporter
  /** Called once this host is part of a swarm as this node: tasks known from before go on. */
  begin(nodeId: string, place: SwarmPlace): Promise<void>
  /** Stops watching over tasks; their containers run on. */
  end(): Promise<void>
  /** Removes every task with its container: this host is in no swarm. */
  clear(): Promise<void>
  /** This host, with a certificate (its issuers after it) and the roots, all PEM. */
  describe(certPem: string, trustRootPem: string): Promise<NodeDescription>
  onNode(node: Node): void
  /** Answers what a user of another node asks of this one. */
  answer(kind: string, body: Uint8Array): Promise<Uint8Array>
  /** Answers requests for logs until the signal is aborted. */
  publishLogs(manager: () => string | undefined, connections: ConnectionPool, signal: AbortSignal): Promise<void>
}
