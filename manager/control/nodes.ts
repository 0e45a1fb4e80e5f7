import { X509Certificate } from 'node:crypto'
import { must } from '../../src/base/assert.js'
import { invalid, StatusError } from '../../src/base/errors.js'
import type { Cluster } from '../../src/model/cluster.js'
import { Availability, NodeRole, NodeState, type Node, type NodeSpec } from '../../src/model/node.js'
import { TaskState } from '../../src/model/task-state.js'
import { resolve } from '../store/resolve.js'
import type { WriteTx } from '../store/store.js'
import { validateChoice } from './annotations-validate.js'
import type { ControlDeps } from './deps.js'

/** A node that is written to all the time is not waited for forever. */
const settlingTriesMax = 20

/** The control API's methods for nodes. */
export class NodeControl {
  constructor(private readonly deps: ControlDeps) {}

  list(): Node[] {
    return this.deps.store.view().list('node')
  }

  get(ref: string): Node {
    return resolve(this.deps.store.view(), 'node', ref)
  }

  /**
   * Managers write to nodes as well: whether one is there, its certificate, its part in the Raft group.
   * Only a change of the spec since `version` makes an update out of sequence.
   */
  async update(ref: string, version: number, spec: NodeSpec): Promise<Node> {
    validateChoice('Role', spec.role, NodeRole)
    validateChoice('Availability', spec.availability, Availability)
    const { store } = this.deps
    for (let tries = 1; ; tries++) {
      const updated = await store.update((tx) => {
        const node = resolve(tx, 'node', ref)
        // A write that is under way has no version yet: its outcome is waited for.
        if (node.meta.version < 0 && tries < settlingTriesMax) return undefined
        if (version > node.meta.version || version <= (node.specChangedAfter ?? 0)) throw new StatusError('outOfSequence', 'update out of sequence')
        if (node.spec.role === NodeRole.manager && spec.role === NodeRole.worker) this.checkDemotion(tx, node)
        tx.update('node', { ...node, spec, specChangedAfter: node.meta.version })
        return must(tx.get('node', node.id), 'an updated node is there')
      })
      if (updated) return updated
    }
  }

  async remove(ref: string, force: boolean): Promise<void> {
    await this.deps.store.update((tx) => {
      const node = resolve(tx, 'node', ref)
      const manager = node.spec.role === NodeRole.manager
      if (this.deps.membership.isMember(node.id) || (manager && node.managerStatus)) {
        const remedy = manager ? 'It must be demoted to worker before removal' : 'Its demotion is under way: try again in a moment'
        throw invalid(`node ${node.id} is a cluster manager and is a member of the raft cluster. ${remedy}`)
      }
      if (!force && node.status.state === NodeState.ready) {
        throw invalid(`node ${node.id} is not down and can't be removed: shut it down or let it leave the swarm first, or use force`)
      }
      this.orphanTasks(tx, node)
      this.refuseCertificate(tx, node)
      tx.remove('node', node.id)
    })
  }

  private checkDemotion(tx: WriteTx, node: Node): void {
    const others = tx.list('node').filter((other) => other.spec.role === NodeRole.manager && other.id !== node.id)
    if (others.length === 0) throw invalid('attempting to demote the last manager of the swarm')
    const { membership } = this.deps
    if (membership.isMember(node.id) && !membership.canRemove(node.id)) {
      throw invalid("can't remove member from the raft: this would result in a loss of quorum")
    }
  }

  /** Nobody will report on them any more: their slots are free to be filled elsewhere. */
  private orphanTasks(tx: WriteTx, node: Node): void {
    const nowMs = this.deps.clock.nowMs()
    for (const task of tx.tasksByNode(node.id)) {
      if (task.status.state > TaskState.running) continue
      tx.update('task', {
        ...task,
        status: { ...task.status, state: TaskState.orphaned, timestampMs: nowMs, message: 'the node was removed from the swarm' },
      })
    }
  }

  /** The removed node still has its certificate: it is refused until it would expire by itself. */
  private refuseCertificate(tx: WriteTx, node: Node): void {
    const cluster = tx.list('cluster')[0]
    if (!cluster) return
    const nowMs = this.deps.clock.nowMs()
    const expiryMs = expiryOf(node) ?? nowMs + cluster.spec.ca.nodeCertExpiryNs / 1e6
    const current = Object.entries(cluster.blacklistedCertificates).filter(([, entry]) => entry.expiryMs > nowMs)
    const blacklistedCertificates: Cluster['blacklistedCertificates'] = Object.fromEntries(current)
    blacklistedCertificates[node.id] = { expiryMs }
    tx.update('cluster', { ...cluster, blacklistedCertificates })
  }
}

function expiryOf({ certificate }: Node): number | undefined {
  if (!certificate.certificatePem) return undefined
  try {
    const expiryMs = Date.parse(new X509Certificate(certificate.certificatePem).validTo)
    return Number.isNaN(expiryMs) ? undefined : expiryMs
  } catch {
    return undefined
  }
}
