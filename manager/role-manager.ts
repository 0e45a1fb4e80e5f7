import type { Timer } from '../src/base/clock.js'
import { messageOf, StatusError } from '../src/base/errors.js'
import { deepEqual } from '../src/model/equality.js'
import { CertificateState, NodeRole, type ManagerStatus, type Node, type Reachability } from '../src/model/node.js'
import { batch } from './store/batch.js'
import type { ReadTx } from './store/store.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from './store/store-loop.js'

/** A change of role that cannot be made now is tried again after this long. */
const retryPeriodMs = 1_000

/** A member of the Raft group as this manager, its leader, sees it. */
export interface RaftMember {
  raftId: number
  nodeId: string
  /** host:port */
  address: string
  reachability: Reachability
}

/** The Raft group, for whoever changes roles. */
export interface RaftMembership {
  /** This manager's own number. */
  readonly selfRaftId: number
  members(): readonly RaftMember[]
  /** A majority of the rest stays reachable without this member. */
  canRemove(raftId: number): boolean
  /** Resolves once the member is out of the configuration. */
  removeMember(raftId: number): Promise<void>
  /** Hands leadership to another member; resolves once this one has stopped leading. */
  transferLeadership(): Promise<void>
  /** Calls `listener` when members or their reachability change; gives what ends that. */
  subscribe(listener: () => void): () => void
}

/** The next thing to do about one node's role. */
export type RoleStep =
  | { kind: 'none' }
  | { kind: 'certificate'; role: NodeRole; cause: string }
  | { kind: 'removeMember'; raftId: number; cause: string }
  | { kind: 'transferLeadership'; cause: string }
  | { kind: 'wait'; cause: string }

/**
 * Promotion: the certificate first, with it the node joins the Raft group by itself. Demotion: out of
 * the Raft group first, so that a manager never counts in the quorum without the right to take part;
 * a leader hands over before. `node` is undefined for a member whose node was removed.
 */
export function roleStep(node: Node | undefined, member: RaftMember | undefined, raft: Pick<RaftMembership, 'selfRaftId' | 'canRemove'>): RoleStep {
  const wanted = node?.spec.role ?? NodeRole.worker
  if (wanted === NodeRole.manager) {
    if (node?.certificate.role === NodeRole.manager) return { kind: 'none' }
    return { kind: 'certificate', role: NodeRole.manager, cause: 'promoted' }
  }
  const cause = node ? 'demoted' : 'node removed'
  if (member) {
    if (!raft.canRemove(member.raftId)) return { kind: 'wait', cause: `${cause}, but the managers would lose their quorum without it` }
    if (member.raftId === raft.selfRaftId) return { kind: 'transferLeadership', cause }
    return { kind: 'removeMember', raftId: member.raftId, cause }
  }
  if (!node || node.certificate.role === NodeRole.worker) return { kind: 'none' }
  return { kind: 'certificate', role: NodeRole.worker, cause }
}

/**
 * Throws `forbidden` unless a node is to be a manager by its spec: the certificate of one that was demoted
 * stays valid for a while, and must not bring it back into the Raft group.
 */
export function assertManager(node: Pick<Node, 'spec'> | undefined, nodeId: string): void {
  if (node?.spec.role === NodeRole.manager) return
  const why = node ? 'it is to be a worker: promote it first' : 'it is not in the swarm: leave with --force and join again'
  throw new StatusError('forbidden', `node ${nodeId} cannot be a manager: ${why}`)
}

/**
 * Brings the Raft group and the nodes' certificates to the roles that their specs ask for, and keeps
 * `managerStatus` of the nodes what the Raft group says.
 */
class RoleManager implements LoopHandler {
  readonly name = 'role manager'
  private readonly nodes = new Set<string>()
  private timer: Timer | undefined
  private unsubscribe: (() => void) | undefined

  constructor(
    private readonly deps: LoopDeps,
    private readonly raft: RaftMembership,
    private readonly wake: () => void,
  ) {}

  reset(tx: ReadTx): void {
    this.stop()
    this.unsubscribe = this.raft.subscribe(() => this.wake())
    for (const node of tx.list('node')) this.nodes.add(node.id)
  }

  observe(change: StoreChange): void {
    if (change.table === 'node') this.nodes.add(change.object.id)
  }

  async run(): Promise<void> {
    for (const { nodeId } of this.raft.members()) this.nodes.add(nodeId)
    for (const id of [...this.nodes]) {
      this.nodes.delete(id)
      await this.reconcile(id)
    }
    await this.syncStatuses()
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.unsubscribe?.()
    this.unsubscribe = undefined
  }

  private async reconcile(id: string): Promise<void> {
    const node = this.deps.store.view().get('node', id)
    const member = this.raft.members().find(({ nodeId }) => nodeId === id)
    const step = roleStep(node, member, this.raft)
    try {
      switch (step.kind) {
        case 'none':
          return
        case 'certificate':
          return await this.changeCertificate(id, step.role)
        case 'removeMember':
          await this.raft.removeMember(step.raftId)
          // Next comes the certificate.
          return this.again(id)
        case 'transferLeadership':
          this.deps.log.info('this manager is to be a worker: handing leadership over', { cause: step.cause })
          return await this.raft.transferLeadership()
        case 'wait':
          this.deps.log.info(`node ${id} stays a manager for now: ${step.cause}`)
          return this.later(id)
      }
    } catch (thrown) {
      this.deps.log.warn(`role of node ${id} not changed yet: ${messageOf(thrown)}`, { step: step.kind })
      this.later(id)
    }
  }

  private changeCertificate(id: string, role: NodeRole): Promise<void> {
    return this.deps.store.update((tx) => {
      const node = tx.get('node', id)
      if (!node || node.spec.role !== role || node.certificate.role === role) return
      // A request under way is signed for the new role; asking for another would leave it without an answer.
      const state = node.certificate.state === CertificateState.pending ? CertificateState.pending : CertificateState.renew
      tx.update('node', { ...node, certificate: { ...node.certificate, role, state } })
    })
  }

  private async syncStatuses(): Promise<void> {
    const statuses = new Map<string, ManagerStatus>()
    for (const { nodeId, raftId, address, reachability } of this.raft.members()) {
      statuses.set(nodeId, { raftId, address, leader: raftId === this.raft.selfRaftId, reachability })
    }
    const changed = this.deps.store.view().list('node').filter((node) => !deepEqual(node.managerStatus, statuses.get(node.id)))
    await batch(this.deps.store, changed, (tx, { id }) => {
      const node = tx.get('node', id)
      if (!node) return
      const { managerStatus: _, ...rest } = node
      const managerStatus = statuses.get(id)
      tx.update('node', managerStatus ? { ...rest, managerStatus } : rest)
    })
  }

  private again(id: string): void {
    this.nodes.add(id)
    this.wake()
  }

  private later(id: string): void {
    this.nodes.add(id)
    this.timer ??= this.deps.clock.setTimer(retryPeriodMs, () => {
      this.timer = undefined
      this.wake()
    })
  }
}

/** The loop that changes roles; `start` it while leading. */
export function roleManagerLoop(deps: LoopDeps, raft: RaftMembership): StoreLoop {
  const loop: StoreLoop = new StoreLoop(deps, new RoleManager(deps, raft, () => loop.wake()))
  return loop
}
