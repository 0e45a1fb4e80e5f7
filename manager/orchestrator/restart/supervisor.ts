import type { Clock, Timer } from '../../../src/base/clock.js'
import type { Cluster } from '../../../src/model/cluster.js'
import type { TaskId } from '../../../src/model/ids.js'
import { NodeState } from '../../../src/model/node.js'
import { defaults } from '../../../src/model/defaults.js'
import type { Service } from '../../../src/model/service.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import type { ReadTx, WriteTx } from '../../store/store.js'
import type { StoreChange } from '../../store/store-loop.js'
import { isGlobal, isInvalidNode, isJob, isWanted, runState, slotKey } from '../slots.js'
import { newTask, type TaskFactory } from '../task-factory.js'
import { RestartHistory } from './history.js'
import { conditionAllows, restartDelayMs, shouldRestart } from './policy.js'

/** An old task that does not stop is waited for this long at least; then its replacement starts beside it. */
const oldTaskTimeoutMs = 60_000

/** A replacement, desired state `ready`, that waits for its delay and for its predecessor to stop. */
interface DelayedStart {
  elapsed: boolean
  /** Set until the predecessor has stopped or its node is gone. */
  waitsFor?: { taskId: TaskId; nodeId: string }
  timers: Timer[]
}

/**
 * Replaces tasks that ended. The replacement is made at once, so that its image can be fetched while
 * it waits, and is let go (desired state `running`) when the restart delay is over and the old task
 * has stopped. What waits is kept in memory; `init-tasks` finds it again for a new leader.
 */
export class RestartSupervisor {
  readonly history = new RestartHistory()
  private readonly delays = new Map<TaskId, DelayedStart>()
  private readonly waiters = new Map<TaskId, Set<TaskId>>()
  private due = new Set<TaskId>()

  /** `wake` is called when `startDue` has something to do. */
  constructor(
    private readonly clock: Clock,
    private readonly factory: TaskFactory,
    private readonly wake: () => void,
  ) {}

  /** Forgets everything: another look at the store follows. */
  reset(): void {
    for (const delay of this.delays.values()) delay.timers.forEach((timer) => timer.cancel())
    this.delays.clear()
    this.waiters.clear()
    this.due.clear()
    this.history.clear()
  }

  get hasDue(): boolean {
    return this.due.size > 0
  }

  /**
   * Shuts a wanted task down and, where its policy allows, makes a replacement in its slot. A task
   * that its node lost (down, removed or drained) did not fail: it is replaced without a delay and
   * without counting an attempt. A task that is itself still waiting to start is left until then,
   * so that a missing image does not make a tight loop.
   */
  restart(tx: WriteTx, cluster: Cluster | undefined, service: Service, task: Task): void {
    if (this.delays.has(task.id) || !isWanted(task)) return
    tx.update('task', { ...task, desiredState: TaskState.shutdown })
    const node = task.nodeId === '' ? undefined : tx.get('node', task.nodeId)
    const job = isJob(service)
    const lost = task.status.state <= TaskState.running && task.nodeId !== '' && isInvalidNode(node)
    const key = slotKey(service, task)
    const allowed = lost ? conditionAllows(task, job) : shouldRestart(task, job, this.history.get(service.id, key))
    if (!allowed) return

    const place = isGlobal(service) ? { nodeId: task.nodeId } : { slot: task.slot }
    const delayMs = lost ? 0 : restartDelayMs(task)
    const waits = this.mustStopFirst(tx, task)
    const replacement = newTask(this.factory, cluster, service, place, delayMs === 0 && !waits ? runState(service) : TaskState.ready)
    tx.create('task', replacement)
    if (!lost) this.history.record(key, replacement, this.factory.nowMs())
    if (replacement.desiredState === TaskState.ready) this.delayStart(tx, replacement.id, delayMs, task)
  }

  /** Lets the task go after `delayMs`, and after `old` has stopped when given. */
  delayStart(tx: ReadTx, taskId: TaskId, delayMs: number, old?: Task): void {
    this.cancel(taskId)
    const delay: DelayedStart = { elapsed: delayMs <= 0, timers: [] }
    this.delays.set(taskId, delay)
    if (old && this.mustStopFirst(tx, old)) {
      delay.waitsFor = { taskId: old.id, nodeId: old.nodeId }
      const waiting = this.waiters.get(old.id) ?? new Set()
      this.waiters.set(old.id, waiting.add(taskId))
      const graceMs = (old.spec.container?.stopGracePeriodNs ?? defaults.stopGracePeriodNs) / 1e6
      const timeoutMs = Math.max(oldTaskTimeoutMs, graceMs + 10_000)
      delay.timers.push(this.clock.setTimer(timeoutMs, () => this.stopWaiting(taskId)))
    }
    if (!delay.elapsed) {
      const elapse = () => {
        delay.elapsed = true
        this.check(taskId)
      }
      delay.timers.push(this.clock.setTimer(delayMs, elapse))
    }
    this.check(taskId)
  }

  /** Hears of tasks that stopped and of nodes that went. */
  observe(change: StoreChange): void {
    if (change.table === 'task') {
      const task = change.object
      if (change.action === 'remove') this.cancel(task.id)
      if (change.action === 'remove' || task.status.state > TaskState.running) {
        for (const waiter of this.waiters.get(task.id) ?? []) this.stopWaiting(waiter)
      }
    } else if (change.table === 'node') {
      const gone = change.action === 'remove' || change.object.status.state === NodeState.down
      if (!gone) return
      for (const [taskId, delay] of this.delays) if (delay.waitsFor?.nodeId === change.object.id) this.stopWaiting(taskId)
    }
  }

  /**
   * Lets go up to `limit` tasks whose time has come. Gives the ids of those that ended while they
   * waited: they want a restart of their own.
   */
  startDue(tx: WriteTx, limit: number): { started: number; ended: TaskId[] } {
    const ended: TaskId[] = []
    let started = 0
    for (const taskId of this.due) {
      if (started >= limit) break
      this.cancel(taskId)
      const task = tx.get('task', taskId)
      if (!task || task.desiredState >= TaskState.running) continue
      if (task.status.state > TaskState.running) {
        ended.push(taskId)
        continue
      }
      const desiredState = task.jobIteration === undefined ? TaskState.running : TaskState.complete
      tx.update('task', { ...task, desiredState })
      started++
    }
    return { started, ended }
  }

  private cancel(taskId: TaskId): void {
    const delay = this.delays.get(taskId)
    this.due.delete(taskId)
    if (!delay) return
    delay.timers.forEach((timer) => timer.cancel())
    this.forgetWaiter(taskId, delay)
    this.delays.delete(taskId)
  }

  private stopWaiting(taskId: TaskId): void {
    const delay = this.delays.get(taskId)
    if (!delay) return
    this.forgetWaiter(taskId, delay)
    this.check(taskId)
  }

  private forgetWaiter(taskId: TaskId, delay: DelayedStart): void {
    if (!delay.waitsFor) return
    const waiting = this.waiters.get(delay.waitsFor.taskId)
    waiting?.delete(taskId)
    if (waiting?.size === 0) this.waiters.delete(delay.waitsFor.taskId)
    delete delay.waitsFor
  }

  private check(taskId: TaskId): void {
    const delay = this.delays.get(taskId)
    if (!delay || !delay.elapsed || delay.waitsFor) return
    this.due.add(taskId)
    this.wake()
  }

  /** An agent has the task and can still say that it stopped. */
  private mustStopFirst(tx: ReadTx, task: Task): boolean {
    if (task.nodeId === '' || task.status.state < TaskState.assigned || task.status.state > TaskState.running) return false
    const node = tx.get('node', task.nodeId)
    return node !== undefined && node.status.state !== NodeState.down
  }
}
