import type { ServiceId, TaskId } from '../../src/model/ids.js'
import type { Node } from '../../src/model/node.js'
import type { Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { TransactionTooLargeError } from '../store/memory-store.js'
import type { ReadTx, WriteTx } from '../store/store.js'
import { nextTurn, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import { inFlight } from './init-tasks.js'
import { act, describeStep, raiseDesired, type Plan, type ServiceView } from './plan.js'
import { RestartSupervisor } from './restart/supervisor.js'
import { isWanted } from './slots.js'
import type { TaskFactory } from './task-factory.js'
import { UpdateSupervisor } from './update/supervisor.js'

/** What to do with one wanted task. */
export type Fate = 'keep' | 'restart' | 'shutdown' | 'reconcile'

/** What sets one kind of service apart from the others. */
export interface ServiceKind {
  readonly name: string
  /** The service is of this kind. */
  relates(service: Service): boolean
  /** Pure: compares the service with its tasks. */
  reconcile(view: ServiceView): Plan
  /** Pure: what becomes of a wanted task, given its node (undefined when it has none or the node is gone). */
  fate(service: Service, task: Task, node: Node | undefined): Fate
  /** Every change of a node concerns every service of this kind. */
  readonly followsNodes: boolean
  /** Changed specs are rolled out; jobs start a new run instead. */
  readonly updates: boolean
  /** Look at the whole service again whenever one of its tasks changes. */
  readonly followsTasks: boolean
}

/** Changes to tasks in one transaction: others get their turn between two of them. */
const stepsMax = 200

/**
 * The orchestrator of one kind of service: notes which services and tasks changed, then, in one
 * transaction after another against the newest state, lets waiting replacements go, restarts what
 * ended, reconciles what changed and advances updates.
 */
export class ServiceLoop implements LoopHandler {
  readonly name: string
  readonly restarts: RestartSupervisor
  readonly updates: UpdateSupervisor
  private readonly dirty = new Set<ServiceId>()
  private readonly suspects = new Set<TaskId>()
  private readonly factory: TaskFactory
  private budget = stepsMax

  /** `wake` makes the loop run: a timer fired. */
  constructor(
    private readonly deps: LoopDeps,
    private readonly kind: ServiceKind,
    wake: () => void,
  ) {
    this.name = `${kind.name} orchestrator`
    this.factory = { ids: deps.ids, nowMs: () => deps.clock.nowMs() }
    this.restarts = new RestartSupervisor(deps.clock, this.factory, wake)
    this.updates = new UpdateSupervisor(deps.clock, this.factory, this.restarts, deps.log, wake)
  }

  reset(tx: ReadTx): void {
    this.stop()
    this.dirty.clear()
    this.suspects.clear()
    for (const service of tx.list('service')) {
      if (!this.kind.relates(service)) continue
      this.dirty.add(service.id)
      const tasks = tx.tasksByService(service.id)
      const { delayed, restarts } = inFlight(service, tasks, this.deps.clock.nowMs())
      for (const { slot, replacement, atMs } of restarts) this.restarts.history.record(slot, replacement, atMs)
      for (const { task, remainingMs, old } of delayed) this.restarts.delayStart(tx, task.id, remainingMs, old)
      for (const task of tasks) this.suspects.add(task.id)
    }
  }

  observe(change: StoreChange): void {
    this.restarts.observe(change)
    if (change.table === 'service') this.observeService(change.object, change.action === 'remove')
    else if (change.table === 'task') this.observeTask(change.object, change.action === 'remove')
    else if (change.table === 'node') this.observeNode(change.object)
  }

  async run(): Promise<void> {
    while (this.hasWork()) {
      try {
        await this.deps.store.update((tx) => this.round(tx))
        this.budget = Math.min(stepsMax, this.budget * 2)
        if (this.hasWork()) await nextTurn()
      } catch (thrown) {
        // Large specs: smaller transactions, from a fresh view.
        if (thrown instanceof TransactionTooLargeError) this.budget = Math.max(1, Math.floor(this.budget / 4))
        throw thrown
      }
    }
  }

  stop(): void {
    this.restarts.reset()
    this.updates.reset()
  }

  private hasWork(): boolean {
    return this.dirty.size > 0 || this.suspects.size > 0 || this.restarts.hasDue || this.updates.hasReady
  }

  private observeService(service: Service, removed: boolean): void {
    if (!this.kind.relates(service)) return
    if (removed || service.pendingDelete) {
      this.dirty.delete(service.id)
      this.updates.cancel(service.id)
      this.restarts.history.forget(service.id)
    } else {
      this.dirty.add(service.id)
    }
  }

  private observeTask(task: Task, removed: boolean): void {
    if (task.serviceId === '') return
    const service = this.deps.store.view().get('service', task.serviceId)
    if (!service || !this.kind.relates(service)) return
    this.updates.touch(service.id)
    if (this.kind.followsTasks || (removed && isWanted(task))) this.dirty.add(service.id)
    if (!removed && isWanted(task)) this.suspects.add(task.id)
  }

  private observeNode(node: Node): void {
    const view = this.deps.store.view()
    for (const task of view.tasksByNode(node.id)) if (isWanted(task)) this.suspects.add(task.id)
    if (!this.kind.followsNodes) return
    for (const service of view.list('service')) if (this.kind.relates(service)) this.dirty.add(service.id)
  }

  /** One transaction's worth of work. */
  private round(tx: WriteTx): void {
    const cluster = tx.list('cluster')[0]
    let left = this.budget
    const { started, ended } = this.restarts.startDue(tx, left)
    left -= started
    for (const taskId of ended) this.suspects.add(taskId)
    for (const taskId of this.suspects) {
      if (left <= 0) return
      this.suspects.delete(taskId)
      left -= this.judge(tx, taskId)
    }
    for (const serviceId of this.dirty) {
      if (left <= 0) return
      this.dirty.delete(serviceId)
      const service = tx.get('service', serviceId)
      if (!service || service.pendingDelete || !this.kind.relates(service)) continue
      const plan = this.kind.reconcile(this.viewOf(tx, service))
      const context = { cluster, service, factory: this.factory, restarts: this.restarts }
      for (const step of plan.steps.slice(0, left)) {
        this.deps.log.debug(describeStep(step), { service: serviceId })
        act(tx, step, context)
      }
      if (plan.steps.length > left) this.dirty.add(serviceId)
      left -= plan.steps.length
      if (this.kind.updates) this.updates.update(tx, service, plan.update)
    }
    if (left > 0) this.updates.step(tx, cluster)
  }

  /** Looks at one task; gives what it costs of the transaction. */
  private judge(tx: WriteTx, taskId: TaskId): number {
    const task = tx.get('task', taskId)
    if (!task || !isWanted(task) || task.serviceId === '') return 0
    const service = tx.get('service', task.serviceId)
    if (!service || service.pendingDelete || !this.kind.relates(service)) return 0
    const node = task.nodeId === '' ? undefined : tx.get('node', task.nodeId)
    switch (this.kind.fate(service, task, node)) {
      case 'keep':
        return 0
      case 'restart':
        this.restarts.restart(tx, tx.list('cluster')[0], service, task)
        return 2
      case 'shutdown':
        raiseDesired(tx, task.id, TaskState.shutdown)
        return 1
      case 'reconcile':
        this.dirty.add(service.id)
        return 0
    }
  }

  private viewOf(tx: ReadTx, service: Service): ServiceView {
    return {
      service,
      tasks: tx.tasksByService(service.id),
      nodes: this.kind.followsNodes ? tx.list('node') : [],
      node: (id) => tx.get('node', id),
      restarts: (slot) => this.restarts.history.get(service.id, slot),
    }
  }
}
