import type { Clock } from '../../src/base/clock.js'
import type { Logger } from '../../src/base/log.js'
import { deepEqual } from '../../src/model/equality.js'
import type { TaskStatus } from '../../src/model/task.js'
import type { Store, WriteTx } from '../store/store.js'
import { BatchWriter } from './batch-writer.js'

/** What a node says of one of its tasks. */
export interface TaskReport {
  taskId: string
  status: TaskStatus
}

/** Writes what agents report of their tasks, many in one transaction, the newest of each task. */
export class StatusBatcher {
  private readonly writer: BatchWriter<TaskStatus>

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    /** Who vouches for the statuses: this manager's node. */
    private readonly managerId: string,
    private readonly log: Logger,
  ) {
    this.writer = new BatchWriter(store, newest, (tx, taskId, status) => this.decide(tx, taskId, status))
  }

  /**
   * Resolves when all of it is in the store. Reports of tasks that are gone, or that another node has,
   * are dropped: the agent sends what it has until it arrives, and one stray task must not hold up
   * the news of the others.
   */
  async report(nodeId: string, reports: readonly TaskReport[]): Promise<void> {
    const view = this.store.view()
    const known = reports.filter(({ taskId }) => {
      const task = view.get('task', taskId)
      if (task && task.nodeId !== nodeId) {
        this.log.warn('a node reports on a task that it does not have', { node: nodeId, task: taskId, owner: task.nodeId })
      }
      return task?.nodeId === nodeId
    })
    await Promise.all(known.map(({ taskId, status }) => this.writer.add(taskId, status)))
  }

  /** A task only moves forward: a late report of an earlier state changes nothing. */
  private decide(tx: WriteTx, taskId: string, reported: TaskStatus): void {
    const task = tx.get('task', taskId)
    if (!task || task.status.state > reported.state) return
    if (deepEqual(withoutStamp(task.status), withoutStamp(reported))) return
    const status = { ...reported, appliedBy: this.managerId, appliedAtMs: Math.floor(this.clock.nowMs()) }
    tx.update('task', { ...task, status })
  }
}

function newest(waiting: TaskStatus, status: TaskStatus): TaskStatus {
  return status.state >= waiting.state ? status : waiting
}

function withoutStamp(status: TaskStatus): TaskStatus {
  return { ...status, appliedBy: '', appliedAtMs: 0 }
}
