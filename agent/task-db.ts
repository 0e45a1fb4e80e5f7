import type { Bucket, KeyValueStore } from '../src/base/key-value.js'
import type { Task, TaskStatus } from '../src/model/task.js'

/**
 * The tasks this node was told to run, and how far each one is: what a restarted agent goes on from before
 * it has spoken to a manager. Bounded by the number of tasks assigned.
 */
export class TaskDb {
  private readonly tasks: Bucket<Task>
  private readonly statuses: Bucket<TaskStatus>

  constructor(store: KeyValueStore) {
    this.tasks = store.bucket('tasks')
    this.statuses = store.bucket('task-statuses')
  }

  /** Every task with this node's own status of it. */
  list(): Task[] {
    return this.tasks.list().map(({ value }) => this.withStatus(value))
  }

  /** This node's own status of a task; undefined for one it has not begun. */
  status(taskId: string): TaskStatus | undefined {
    return this.statuses.get(taskId)
  }

  async putTask(task: Task): Promise<void> {
    await this.tasks.put(task.id, withoutCredentials(task))
  }

  async putStatus(taskId: string, status: TaskStatus): Promise<void> {
    await this.statuses.put(taskId, status)
  }

  async delete(taskId: string): Promise<void> {
    await Promise.all([this.tasks.delete(taskId), this.statuses.delete(taskId)])
  }

  private withStatus(task: Task): Task {
    const status = this.statuses.get(task.id)
    return status === undefined ? task : { ...task, status }
  }
}

/** Credentials of registries stay in memory: whoever begins a task afresh is told them anew by its manager. */
function withoutCredentials(task: Task): Task {
  const { container } = task.spec
  if (container?.registryAuth === undefined) return task
  const { registryAuth: _registryAuth, ...kept } = container
  return { ...task, spec: { ...task.spec, container: kept } }
}
