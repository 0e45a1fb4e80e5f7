import { Backoff } from '../src/base/backoff.js'
import { delay, type Clock } from '../src/base/clock.js'
import type { Logger } from '../src/base/log.js'
import type { Rng } from '../src/base/rng.js'
import { WatchQueue, type Subscription } from '../src/base/watch-queue.js'
import type { Task, TaskStatus } from '../src/model/task.js'
import type { AssignmentConsumer, Assignments } from './assignments.js'
import type { Dependencies } from './dependencies.js'
import type { Executor } from './executor/controller.js'
import type { TaskDb } from './task-db.js'
import { TaskManager } from './task-manager.js'

export interface WorkerDeps {
  db: TaskDb
  executor: Executor
  dependencies: Dependencies
  /** Where statuses go. */
  reporter: { report(taskId: string, status: TaskStatus): void; forget(taskId: string): void }
  /** This node's id, for the statuses it writes. */
  nodeId: () => string
  clock: Clock
  rng: Rng
  log: Logger
}

const removalRetryFirstMs = 500
const removalRetryMaxMs = 30_000

/** Turns what the managers assign to this node into tasks that are carried out. */
export class Worker implements AssignmentConsumer {
  private readonly managers = new Map<string, TaskManager>()
  /** Tasks that are being taken away. */
  private readonly removals = new Map<string, Promise<void>>()
  private readonly closing = new AbortController()
  private readonly begun = new WatchQueue<Task>()

  constructor(private readonly deps: WorkerDeps) {}

  /** Goes on with the tasks this node had when the daemon ended. Call it once, when the engine is ready. */
  start(): void {
    for (const task of this.deps.db.list()) {
      this.deps.reporter.report(task.id, task.status)
      this.manage(task)
    }
  }

  /** The tasks of this node, with their status. */
  tasks(): Task[] {
    return [...this.managers.values()].map((manager) => manager.snapshot)
  }

  /** Whether the task is this node's, or is being taken away. */
  has(taskId: string): boolean {
    return this.managers.has(taskId) || this.removals.has(taskId)
  }

  /** Tasks that come to this node from now on. */
  newTasks(): Subscription<Task> {
    return this.begun.subscribe()
  }

  /** Resolves when the assignments are noted durably; the work goes on in the background. */
  async onAssignments(assignments: Assignments): Promise<void> {
    const { db, dependencies, log } = this.deps
    dependencies.apply(assignments)
    await Promise.all(assignments.tasks.map((task) => db.putTask(task)))
    if (this.closing.signal.aborted) return
    for (const task of assignments.tasks) this.assign(task)
    const assigned = new Set(assignments.tasks.map((task) => task.id as string))
    const gone = assignments.kind === 'complete' ? [...this.managers.keys()].filter((id) => !assigned.has(id)) : assignments.removedTasks
    for (const id of gone) this.takeAway(id)
    // Secrets and configs may be what a task waits for.
    for (const manager of this.managers.values()) manager.nudge()
    if (assignments.kind === 'complete') {
      this.deps.executor.removeStrays((id) => this.managers.has(id) || this.removals.has(id)).catch((err: unknown) => log.warn('cannot remove containers of tasks that are gone', { err }))
    }
  }

  /** Lets go of all tasks; their containers live on. */
  async close(): Promise<void> {
    this.closing.abort(new Error('the agent ends'))
    this.begun.close()
    await Promise.all([...this.managers.values()].map((manager) => manager.close()))
    await Promise.all(this.removals.values())
  }

  /** The node leaves the swarm: ends and removes every task. */
  async leave(): Promise<void> {
    for (const id of [...this.managers.keys()]) this.takeAway(id)
    await Promise.all(this.removals.values())
    await this.deps.executor.removeStrays(() => false)
  }

  private assign(task: Task): void {
    const present = this.managers.get(task.id)
    if (present) {
      present.update(task)
      return
    }
    const known = this.deps.db.status(task.id)
    // The manager may not have heard yet how far the task is here.
    const status = known && known.state > task.status.state ? known : task.status
    this.manage({ ...task, status })
    this.begun.publish(task)
  }

  private manage(task: Task): void {
    const { executor, clock, rng, log } = this.deps
    const manager = new TaskManager(task, executor.controller(task), {
      clock,
      rng,
      log,
      report: (taskId, status) => this.report(taskId, status),
    })
    this.managers.set(task.id, manager)
  }

  private report(taskId: string, status: TaskStatus): void {
    const { db, reporter, nodeId, clock, log } = this.deps
    const stamped: TaskStatus = { ...status, appliedBy: nodeId(), appliedAtMs: clock.nowMs() }
    // Reported at once: after a crash, a step that was lost is done again and found done.
    db.putStatus(taskId, stamped).catch((err: unknown) => log.error('cannot record the status of a task', { task: taskId, err }))
    reporter.report(taskId, stamped)
  }

  /** Ends a task that is no longer assigned. Its record goes last: a daemon that ends meanwhile does it again. */
  private takeAway(id: string): void {
    const manager = this.managers.get(id)
    if (!manager) return
    this.managers.delete(id)
    const removal = this.removeTask(id, manager).finally(() => this.removals.delete(id))
    this.removals.set(id, removal)
  }

  private async removeTask(id: string, manager: TaskManager): Promise<void> {
    const { clock, rng, log, db, reporter } = this.deps
    await manager.close()
    const backoff = new Backoff(rng, removalRetryFirstMs, removalRetryMaxMs)
    while (!this.closing.signal.aborted) {
      try {
        await manager.remove()
        await db.delete(id)
        reporter.forget(id)
        return
      } catch (err) {
        log.warn('cannot remove a task, trying again', { task: id, err })
        await delay(clock, backoff.nextMs(), this.closing.signal).catch(() => undefined)
      }
    }
  }
}
