import ipaddr from 'ipaddr.js'
import { deepEqual } from '../../src/model/equality.js'
import { encryptionKeysMax } from '../../src/model/network-table.js'
import { hostSubnetsMax, type Node, type NodeDescription, type NodeRole } from '../../src/model/node.js'
import type { Store, WriteTx } from '../store/store.js'
import { BatchWriter } from './batch-writer.js'

interface NodeUpdate {
  status: Partial<Node['status']>
  description?: NodeDescription
  /** In the certificate that the node uses. */
  observedRole?: NodeRole
  /** Means nothing for a node that is not ready. */
  onlyReady?: boolean
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

  /** Something is to be said of a node that is ready; of others nothing is written. */
  message(nodeId: string, message: string): Promise<void> {
    return this.writer.add(nodeId, { status: { message }, onlyReady: true })
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
  const { onlyReady: _, ...rest } = { ...waiting, ...update }
  const onlyReady = waiting.onlyReady === true && update.onlyReady === true
  // What is said of its data path does not take away why a node is down.
  const status = update.onlyReady && waiting.status.state !== undefined && waiting.status.state !== 'ready' ? waiting.status : { ...waiting.status, ...update.status }
  return { ...rest, status, ...(onlyReady && { onlyReady }) }
}

function decide(tx: WriteTx, nodeId: string, { status, description, observedRole, onlyReady }: NodeUpdate): void {
  const node = tx.get('node', nodeId)
  if (!node || (onlyReady && node.status.state !== 'ready')) return
  const changed: Node = {
    ...node,
    status: { ...node.status, ...status },
    ...(description && { description: withOwnKeys(tx, nodeId, bounded(description)) }),
    ...(observedRole && { observedRole }),
  }
  if (!deepEqual(changed, node)) tx.update('node', changed)
}

const problemLengthMax = 300
/** An IPv6 address with its longest spelling and a prefix has fewer characters. */
const subnetLengthMax = 64

/** What a node says of its host, as far as it is well formed and of bounded size. */
function bounded({ hostNetworks, encryptionProblem, ...rest }: NodeDescription): NodeDescription {
  return {
    ...rest,
    ...(hostNetworks && { hostNetworks: { subnets: hostNetworks.subnets.filter(isSubnet).slice(0, hostSubnetsMax) } }),
    ...(encryptionProblem !== undefined && { encryptionProblem: encryptionProblem.slice(0, problemLengthMax) }),
  }
}

/** Nodes tell of no wider ones: one that does would keep all others from new networks. */
const shortestPrefix = { ipv4: 8, ipv6: 16 } as const

function isSubnet(text: string): boolean {
  if (text.length > subnetLengthMax || !(text.includes(':') ? ipaddr.IPv6.isValidCIDR(text) : ipaddr.IPv4.isValidCIDRFourPartDecimal(text))) return false
  const [address, length] = ipaddr.parseCIDR(text)
  return length >= shortestPrefix[address.kind()]
}

/** Without encryption keys that other nodes have: nobody gets another node's packets by naming its key. */
function withOwnKeys(tx: WriteTx, nodeId: string, description: NodeDescription): NodeDescription {
  const { encryption, ...rest } = description
  if (!encryption) return description
  const taken = new Set<string>()
  for (const { id, description: other } of tx.list('node')) if (id !== nodeId) for (const { publicKey } of other?.encryption?.keys ?? []) taken.add(publicKey)
  const keys = encryption.keys.filter(({ publicKey }) => !taken.has(publicKey)).slice(-encryptionKeysMax)
  return { ...rest, ...(keys.length > 0 && { encryption: { keys } }) }
}
