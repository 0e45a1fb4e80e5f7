import { deepEqual } from '../../src/model/equality.js'
import type { Node, NodeDescription, NodeRole } from '../../src/model/node.js'
import type { Store, WriteTx } from '../store/store.js'
import { BatchWriter } from './batch-writer.js'

interface NodeUpdate {
  status: Partial<Node['status']>
  description?: NodeDescription
  /** In the certificate that the node uses. */
  observedRole?: NodeRole
}

/** Writes what becomes of nodes, many in one transaction. */
export class NodeUpdates {
  private readonly writer: BatchWriter<NodeUpdate>

  constructor(store: Store) {
    this.writer = new BatchWriter(store, merge, decide)
  }

  /** The node has a session. Resolves when the store says so. */
  ready(nodeId: string, description: NodeDescription, address: string, observedRole?: NodeRole): Promise<void> {
    return this.writer.add(nodeId, { status: { state: 'ready', message: '', address }, description, ...(observedRole && { observedRole }) })
  }

  /** The node was not heard of since this manager began to lead. */
  unknown(nodeId: string, message: string): Promise<void> {
    return this.writer.add(nodeId, { status: { state: 'unknown', message } })
  }

  /** The node missed its heartbeats. */
  down(nodeId: string, message: string): Promise<void> {
    return this.writer.add(nodeId, { status: { state: 'down', message } })
  }
}

function merge(waiting: NodeUpdate, update: NodeUpdate): NodeUpdate {
  return { ...waiting, ...update, status: { ...waiting.status, ...update.status } }
}

function decide(tx: WriteTx, nodeId: string, { status, description, observedRole }: NodeUpdate): void {
  const node = tx.get('node', nodeId)
  if (!node) return
  const changed: Node = {
    ...node,
    status: { ...node.status, ...status },
    ...(description && { description }),
    ...(observedRole && { observedRole }),
  }
  if (!deepEqual(changed, node)) tx.update('node', changed)
}
