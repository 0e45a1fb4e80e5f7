import type { Timer } from '../../src/base/clock.js'
import { defaults } from '../../src/model/defaults.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import type { Service } from '../../src/model/service.js'
import { batch } from '../store/batch.js'
import type { ReadTx } from '../store/store.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import { raiseDesired } from './plan.js'
import { byStatusTime, isGlobal, isOver, isWanted } from './slots.js'

/** Slots are looked at this long after a task was made in them, together, or when so many wait. */
const batchPeriodMs = 250
const dirtySlotsMax = 1000

/** A slot whose history may have become too long. */
interface DirtySlot {
  serviceId: string
  slot: number
  nodeId: string
}

/** How many tasks a slot keeps; undefined keeps all. Restart limits need one more than their attempts. */
function historyLimit(service: Service, retentionLimit: number): number | undefined {
  const attempts = service.spec.task.restart?.maxAttempts ?? 0
  if (attempts > 0) return attempts + 1
  return retentionLimit < 0 ? undefined : retentionLimit
}

/**
 * Which tasks of a slot to forget: the oldest that ended or never ran, until no more than `limit`
 * are left. `again` says that more than one still runs and the slot has to be looked at later.
 */
function excessHistory(tasks: readonly Task[], limit: number): { remove: Task[]; again: boolean } {
  const surplus = tasks.length - limit
  if (surplus <= 0) return { remove: [], again: false }
  // What ended and is still wanted has yet to be restarted.
  const over = tasks.filter((task) => isOver(task) && !isWanted(task)).sort(byStatusTime)
  return { remove: over.slice(0, surplus), again: over.length < surplus && tasks.length - over.length > 1 }
}

/** Nothing of the task is left on any node: it can be forgotten. */
function isGone(task: Task, nodeExists: boolean): boolean {
  return task.status.state < TaskState.assigned || task.status.state >= TaskState.complete || !nodeExists
}

/**
 * Keeps the task table bounded: the history of each slot to the cluster's limit, tasks of slots that
 * were scaled away once they stopped, and everything of services that were removed.
 */
class TaskReaper implements LoopHandler {
  readonly name = 'task reaper'
  private readonly dirty = new Map<string, DirtySlot>()
  /** Tasks that may be forgotten as soon as they have stopped. */
  private readonly leaving = new Set<string>()
  private readonly orphanedServices = new Set<string>()
  /** Tasks that are to stop on nodes that are no more: nobody will ever say that they did. */
  private readonly strays = new Set<string>()
  private timer: Timer | undefined
  private slotsDue = false

  constructor(
    private readonly deps: LoopDeps,
    private readonly wake: () => void,
  ) {}

  reset(tx: ReadTx): void {
    this.stop()
    this.dirty.clear()
    this.leaving.clear()
    this.orphanedServices.clear()
    this.strays.clear()
    for (const task of tx.list('task')) {
      this.noteTask(task)
      this.noteSlot(task)
      if (task.serviceId !== '' && !tx.get('service', task.serviceId)) this.orphanedServices.add(task.serviceId)
    }
    for (const service of tx.list('service')) if (service.pendingDelete) this.orphanedServices.add(service.id)
    this.slotsDue = true
  }

  observe(change: StoreChange): void {
    if (change.table === 'task') {
      const { object: task } = change
      if (change.action === 'remove') {
        this.leaving.delete(task.id)
        if (this.deps.store.view().get('service', task.serviceId)?.pendingDelete) this.orphanedServices.add(task.serviceId)
        return
      }
      this.noteTask(task)
      if (change.action === 'create') this.noteSlot(task)
      if (change.action === 'create' && task.serviceId !== '' && !this.deps.store.view().get('service', task.serviceId)) {
        this.orphanedServices.add(task.serviceId)
      }
    } else if (change.table === 'service') {
      if (change.action === 'remove' || change.object.pendingDelete) this.orphanedServices.add(change.object.id)
    } else if (change.table === 'node' && change.action === 'remove') {
      for (const task of this.deps.store.view().tasksByNode(change.object.id)) this.noteTask(task)
    }
  }

  async run(): Promise<void> {
    await this.releaseServices()
    await this.orphanStrays()
    const doomed = this.takeGone()
    if (this.slotsDue || this.dirty.size > dirtySlotsMax) doomed.push(...this.takeExcess())
    await batch(this.deps.store, doomed, (tx, id) => {
      if (tx.get('task', id)) tx.remove('task', id)
    })
    if (this.dirty.size > 0) this.schedule()
  }

  stop(): void {
    this.timer?.cancel()
    this.timer = undefined
  }

  private noteTask(task: Task): void {
    // Of a container's attachment nothing is kept: nobody looks back on it.
    const attachmentOver = task.spec.attachment !== undefined && task.status.state >= TaskState.complete
    if (task.desiredState === TaskState.remove || attachmentOver) this.leaving.add(task.id)
    const stopping = task.nodeId !== '' && task.desiredState > TaskState.complete && task.status.state <= TaskState.running
    if (stopping && !this.deps.store.view().get('node', task.nodeId)) this.strays.add(task.id)
  }

  private noteSlot(task: Task): void {
    if (task.serviceId === '') return
    const nodeId = task.slot > 0 ? '' : task.nodeId
    this.dirty.set(`${task.serviceId}/${task.slot}/${nodeId}`, { serviceId: task.serviceId, slot: task.slot, nodeId })
    if (this.dirty.size <= dirtySlotsMax) this.schedule()
  }

  private schedule(): void {
    this.timer ??= this.deps.clock.setTimer(batchPeriodMs, () => {
      this.timer = undefined
      this.slotsDue = true
      this.wake()
    })
  }

  /** Tells the tasks of removed services to go; removes a service that waited for its last task. */
  private async releaseServices(): Promise<void> {
    const services = [...this.orphanedServices]
    this.orphanedServices.clear()
    const tasks = services.flatMap((id) => this.deps.store.view().tasksByService(id))
    const wanted = tasks.filter((task) => task.desiredState < TaskState.remove)
    await batch(this.deps.store, wanted, (tx, { id }) => raiseDesired(tx, id, TaskState.remove))
    for (const task of tasks) this.leaving.add(task.id)
    await batch(this.deps.store, services, (tx, id) => {
      if (tx.get('service', id)?.pendingDelete && tx.tasksByService(id).length === 0) tx.remove('service', id)
    })
  }

  private async orphanStrays(): Promise<void> {
    const strays = [...this.strays]
    this.strays.clear()
    const timestampMs = this.deps.clock.nowMs()
    await batch(this.deps.store, strays, (tx, id) => {
      const task = tx.get('task', id)
      if (!task || task.status.state > TaskState.running || tx.get('node', task.nodeId)) return
      const status = { ...task.status, state: TaskState.orphaned, timestampMs, appliedAtMs: timestampMs, message: 'node removed' }
      tx.update('task', { ...task, status })
    })
  }

  private takeGone(): string[] {
    const view = this.deps.store.view()
    const gone: string[] = []
    for (const id of this.leaving) {
      const task = view.get('task', id)
      if (task && !isGone(task, task.nodeId !== '' && view.get('node', task.nodeId) !== undefined)) continue
      this.leaving.delete(id)
      if (task) gone.push(id)
    }
    return gone
  }

  private takeExcess(): string[] {
    this.slotsDue = false
    const view = this.deps.store.view()
    const retention = view.list('cluster')[0]?.spec.orchestration.taskHistoryRetentionLimit ?? defaults.taskHistoryRetentionLimit
    const excess: string[] = []
    for (const [key, { serviceId, slot, nodeId }] of this.dirty) {
      this.dirty.delete(key)
      const service = view.get('service', serviceId)
      if (!service) continue
      const limit = historyLimit(service, retention)
      if (limit === undefined) continue
      const tasks = isGlobal(service)
        ? view.tasksByNode(nodeId).filter((task) => task.serviceId === serviceId)
        : view.tasksBySlot(serviceId, slot)
      const { remove, again } = excessHistory(tasks.filter((task) => !this.isResult(service, task)), limit)
      excess.push(...remove.map((task) => task.id))
      if (again) this.dirty.set(key, { serviceId, slot, nodeId })
    }
    return excess
  }

  /** A completed task of a job's current run is its result, not history. */
  private isResult(service: Service, task: Task): boolean {
    return (
      task.jobIteration !== undefined && task.jobIteration === service.jobStatus?.jobIteration && task.status.state === TaskState.complete
    )
  }
}

/** The loop that forgets tasks; `start` it while leading. */
export function taskReaperLoop(deps: LoopDeps): StoreLoop {
  const loop: StoreLoop = new StoreLoop(deps, new TaskReaper(deps, () => loop.wake()))
  return loop
}
