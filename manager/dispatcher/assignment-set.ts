import { tasksEqualStable } from '../../src/model/equality.js'
import type { Config, Secret } from '../../src/model/secret.js'
import type { Task } from '../../src/model/task.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Assignment, AssignmentChange } from '../../src/wire/dispatcher-service.js'
import type { ReadTx } from '../store/store.js'
import { configsOf, secretsOf } from '../store/tables/references.js'

type FileTable = 'secret' | 'config'

/**
 * What one node has been told to run, and what it has yet to be told. A task is the node's business
 * from `assigned` on; the secrets and configs it names go with it, and are taken back with the last
 * task that uses them. Changes are kept as the newest one of each object: a slow reader costs no more
 * than the number of its objects.
 */
export class AssignmentSet {
  private readonly tasks = new Map<string, Task>()
  private readonly users = new Map<string, Set<string>>()
  private readonly pending = new Map<string, AssignmentChange>()
  /** Changes up to this index are in the set. */
  private index = 0

  constructor(readonly nodeId: string) {}

  get isEmpty(): boolean {
    return this.pending.size === 0
  }

  /** Starts over from a view; everything that is there is then pending. */
  reset(tx: ReadTx): void {
    this.tasks.clear()
    this.users.clear()
    this.pending.clear()
    this.index = tx.index
    for (const task of tx.tasksByNode(this.nodeId)) this.add(tx, task)
  }

  /** A task was made or changed. `index` is that of the change. */
  taskChanged(tx: ReadTx, task: Task, index: number): void {
    if (index <= this.index) return
    if (task.nodeId === this.nodeId) this.add(tx, task)
  }

  taskRemoved(task: Task, index: number): void {
    if (index <= this.index || !this.tasks.delete(task.id)) return
    this.release(task)
    this.pending.set(task.id, { action: 'remove', assignment: { task: bare(task) } })
  }

  /** A secret or config that the node may have was changed. */
  fileChanged(assignment: Assignment, index: number): void {
    const file = assignment.secret ?? assignment.config
    if (index <= this.index || !file || !this.users.has(fileKey(assignment.secret ? 'secret' : 'config', file.id))) return
    this.pending.set(file.id, { action: 'update', assignment })
  }

  /** What is to be sent, files before the tasks that need them and after those that did; none of it is pending any more. */
  take(): AssignmentChange[] {
    const changes = [...this.pending.values()]
    this.pending.clear()
    return [
      ...changes.filter(({ action, assignment }) => action === 'update' && !assignment.task),
      ...changes.filter(({ assignment }) => assignment.task),
      ...changes.filter(({ action, assignment }) => action === 'remove' && !assignment.task),
    ]
  }

  private add(tx: ReadTx, task: Task): void {
    if (task.status.state < TaskState.assigned) return
    const known = this.tasks.get(task.id)
    this.tasks.set(task.id, task)
    // Up to `assigned` the manager owns the status; after that it only repeats what the agent said.
    const news = !known || !tasksEqualStable(known, task) || task.status.state <= TaskState.assigned
    if (task.status.state > TaskState.running) this.release(task)
    else if (!known) this.acquire(tx, task)
    if (news) this.pending.set(task.id, { action: 'update', assignment: { task } })
  }

  private acquire(tx: ReadTx, task: Task): void {
    for (const [table, id] of filesOf(task)) {
      const key = fileKey(table, id)
      const users = this.users.get(key)
      if (users) {
        users.add(task.id)
        continue
      }
      const assignment = fileAssignment(tx, table, id)
      // Removed in the meantime: the agent says what the task lacks.
      if (!assignment) continue
      this.users.set(key, new Set([task.id]))
      this.pending.set(id, { action: 'update', assignment })
    }
  }

  private release(task: Task): void {
    for (const [table, id] of filesOf(task)) {
      const key = fileKey(table, id)
      const users = this.users.get(key)
      if (!users?.delete(task.id) || users.size > 0) continue
      this.users.delete(key)
      this.pending.set(id, { action: 'remove', assignment: emptyFile(table, id) })
    }
  }
}

function filesOf({ spec }: Task): [FileTable, string][] {
  return [
    ...secretsOf(spec).map((id): [FileTable, string] => ['secret', id]),
    ...configsOf(spec).map((id): [FileTable, string] => ['config', id]),
  ]
}

function fileKey(table: FileTable, id: string): string {
  return `${table}/${id}`
}

function fileAssignment(tx: ReadTx, table: FileTable, id: string): Assignment | undefined {
  if (table === 'secret') {
    const secret = tx.get('secret', id)
    return secret && { secret }
  }
  const config = tx.get('config', id)
  return config && { config }
}

/** A removal needs the id alone: no data leaves with it. */
function emptyFile(table: FileTable, id: string): Assignment {
  const meta = { version: 0, createdAtMs: 0, updatedAtMs: 0 }
  const spec = { name: '', labels: {}, data: new Uint8Array(0) }
  return table === 'secret'
    ? { secret: { id: id as Secret['id'], meta, spec, internal: false } }
    : { config: { id: id as Config['id'], meta, spec } }
}

function bare(task: Task): Task {
  return { ...task, spec: { networks: [], forceUpdate: 0, runtime: '' }, networks: [] }
}
