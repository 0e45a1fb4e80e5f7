import { unreachable } from '../../../src/base/assert.js'
import type { Clock, Timer } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import type { Cluster } from '../../../src/model/cluster.js'
import type { ServiceId } from '../../../src/model/ids.js'
import { UpdateState, type Service, type UpdateStatus } from '../../../src/model/service.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import type { WriteTx } from '../../store/store.js'
import { deepEqual } from '../../../src/model/equality.js'
import { raiseDesired, type Plan } from '../plan.js'
import type { RestartSupervisor } from '../restart/supervisor.js'
import { isGlobal, slotKey } from '../slots.js'
import { isTaskDirty, newTask, type TaskFactory } from '../task-factory.js'
import { Rollout, type RolloutAction, type RolloutView } from './rollout.js'

/** Runs the rollouts of services, at most one for each: a newer spec takes the older one's place. */
export class UpdateSupervisor {
  private readonly rollouts = new Map<ServiceId, { rollout: Rollout; timer?: Timer }>()
  private readonly ready = new Set<ServiceId>()

  /** `wake` is called when `step` has something to do. */
  constructor(
    private readonly clock: Clock,
    private readonly factory: TaskFactory,
    private readonly restarts: RestartSupervisor,
    private readonly log: Logger,
    private readonly wake: () => void,
  ) {}

  reset(): void {
    for (const id of [...this.rollouts.keys()]) this.cancel(id)
  }

  get hasReady(): boolean {
    return this.ready.size > 0
  }

  /**
   * Brings the service's slots to its spec. A rollout that works towards the same spec already goes
   * on with the slots it did not know of; one that works towards another is stopped. A paused update
   * stays paused.
   */
  update(tx: WriteTx, service: Service, slots: Plan['update']): void {
    const running = this.rollouts.get(service.id)?.rollout
    const state = service.updateStatus?.state
    const paused = state === UpdateState.paused || state === UpdateState.rollbackPaused
    const dirty = paused ? [] : slots.filter(({ tasks }) => tasks.length > 1 || tasks.some((task) => this.isDirty(tx, service, task)))
    if (running && !paused && deepEqual(running.service.spec, service.spec)) {
      running.include(dirty.map(({ key }) => key))
      this.ready.add(service.id)
      return
    }
    this.cancel(service.id)
    if (paused) return
    const idle = dirty.length === 0 && state !== UpdateState.updating && state !== UpdateState.rollbackStarted
    if (idle) return
    this.rollouts.set(service.id, { rollout: new Rollout(service, dirty.map(({ key }) => key)) })
    this.ready.add(service.id)
  }

  cancel(serviceId: ServiceId): void {
    this.rollouts.get(serviceId)?.timer?.cancel()
    this.rollouts.delete(serviceId)
    this.ready.delete(serviceId)
  }

  /** A task of the service changed. */
  touch(serviceId: ServiceId): void {
    if (this.rollouts.has(serviceId)) this.ready.add(serviceId)
  }

  /** Advances the rollouts that have something to do. */
  step(tx: WriteTx, cluster: Cluster | undefined): void {
    for (const serviceId of [...this.ready]) {
      this.ready.delete(serviceId)
      const entry = this.rollouts.get(serviceId)
      const service = tx.get('service', serviceId)
      if (!entry) continue
      if (!service) {
        this.cancel(serviceId)
        continue
      }
      const { rollout } = entry
      for (const action of rollout.step(this.view(tx, cluster, rollout.service), this.clock.nowMs())) this.act(tx, serviceId, action)
      if (rollout.done) this.cancel(serviceId)
      else this.schedule(serviceId, entry)
    }
  }

  private schedule(serviceId: ServiceId, entry: { rollout: Rollout; timer?: Timer }): void {
    entry.timer?.cancel()
    const atMs = entry.rollout.wakeAtMs
    if (atMs === undefined) return
    entry.timer = this.clock.setTimer(atMs - this.clock.nowMs(), () => {
      this.ready.add(serviceId)
      this.wake()
    })
  }

  private isDirty(tx: WriteTx, service: Service, task: Task): boolean {
    return isTaskDirty(service, task, task.nodeId === '' ? undefined : tx.get('node', task.nodeId))
  }

  private view(tx: WriteTx, cluster: Cluster | undefined, service: Service): RolloutView {
    const global = isGlobal(service)
    return {
      slot: (key) =>
        global
          ? tx.tasksByService(service.id).filter((task) => slotKey(service, task) === key)
          : tx.tasksBySlot(service.id, Number(key)),
      task: (id) => tx.get('task', id),
      isDirty: (task) => this.isDirty(tx, service, task),
      make: (_, like) =>
        newTask(this.factory, cluster, service, global ? { nodeId: like.nodeId } : { slot: like.slot }, TaskState.ready),
    }
  }

  private act(tx: WriteTx, serviceId: ServiceId, action: RolloutAction): void {
    switch (action.kind) {
      case 'create':
        return tx.create('task', action.task)
      case 'shutdown':
        return raiseDesired(tx, action.task.id, TaskState.shutdown)
      case 'start':
        return this.restarts.delayStart(tx, action.taskId, 0, action.old)
      case 'begin':
        return this.setStatus(tx, serviceId, (old) => {
          return old ? undefined : { state: UpdateState.updating, startedAtMs: this.clock.nowMs(), message: action.message }
        })
      case 'complete':
        return this.setStatus(tx, serviceId, (old) => {
          if (!old) return undefined
          const back = old.state === UpdateState.rollbackStarted
          const state = back ? UpdateState.rollbackCompleted : UpdateState.completed
          return { ...old, state, message: back ? 'rollback completed' : 'update completed', completedAtMs: this.clock.nowMs() }
        })
      case 'pause':
        this.log.info('update paused', { service: serviceId, reason: action.message })
        return this.setStatus(tx, serviceId, (old) => {
          const back = old?.state === UpdateState.rollbackStarted
          return old && { ...old, state: back ? UpdateState.rollbackPaused : UpdateState.paused, message: action.message }
        })
      case 'rollback':
        this.log.info('update rolled back', { service: serviceId, reason: action.message })
        return this.rollBack(tx, serviceId, action.message)
      default:
        return unreachable(action)
    }
  }

  private setStatus(tx: WriteTx, serviceId: ServiceId, change: (old: UpdateStatus | undefined) => UpdateStatus | undefined): void {
    const service = tx.get('service', serviceId)
    const updateStatus = service && change(service.updateStatus)
    if (service && updateStatus) tx.update('service', { ...service, updateStatus })
  }

  /** Puts the previous spec back; the change of the service then starts the rollback. */
  private rollBack(tx: WriteTx, serviceId: ServiceId, message: string): void {
    const service = tx.get('service', serviceId)
    if (!service?.updateStatus) return
    const { previousSpec, previousSpecVersion, ...rest } = service
    if (!previousSpec) {
      const why = `${message.replace('rolled back', 'paused')}; there is no previous spec to roll back to`
      return tx.update('service', { ...service, updateStatus: { ...service.updateStatus, state: UpdateState.paused, message: why } })
    }
    const updateStatus = { ...service.updateStatus, state: UpdateState.rollbackStarted, message }
    tx.update('service', { ...rest, spec: previousSpec, specVersion: previousSpecVersion ?? rest.specVersion, updateStatus })
  }
}
