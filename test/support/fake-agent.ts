import type { Store } from '../../manager/store/store.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import type { Clock } from '../../src/base/clock.js'
import type { Subscription } from '../../src/base/watch-queue.js'
import type { StoreEvent } from '../../manager/store/store.js'

/**
 * What becomes of a task: it runs, fails at once after it started, exits with 0, is refused (a missing
 * image), never gets beyond preparing, or runs and does not stop when told to.
 */
export type Behaviour = 'run' | 'fail' | 'complete' | 'reject' | 'hang' | 'stubborn'

/**
 * Plays the agents of all nodes: moves tasks along as their desired state allows, at once, and stops
 * them when told to. Nodes in `silent` do not report anything.
 */
export class FakeAgent implements Disposable {
  behave: (task: Task) => Behaviour = () => 'run'
  readonly silent = new Set<string>()
  /** `<task> <state>` in the order they happened. */
  readonly history: string[] = []
  private readonly events: Subscription<StoreEvent>
  private readonly pending = new Set<string>()

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {
    this.events = store.watch((event) => event.table === 'task' || event.table === 'commit')
    void this.loop()
  }

  [Symbol.dispose](): void {
    this.events.close()
  }

  /** Looks at every task again: behaviour or silence changed. */
  async poke(): Promise<void> {
    await this.move(this.store.view().list('task').map(({ id }) => id))
  }

  /** One task ends by itself. */
  async end(taskId: string, state: TaskState): Promise<void> {
    await this.store.update((tx) => {
      const task = tx.get('task', taskId)
      if (task) tx.update('task', { ...task, status: { ...task.status, state, timestampMs: this.clock.nowMs(), appliedAtMs: this.clock.nowMs() } })
    })
  }

  private async loop(): Promise<void> {
    for (let batch = await this.events.takeAll(); batch; batch = await this.events.takeAll()) {
      for (const event of batch) if (event.table === 'task' && event.action !== 'remove') this.pending.add(event.object.id)
      const ids = [...this.pending]
      this.pending.clear()
      await this.move(ids)
    }
  }

  private async move(ids: string[]): Promise<void> {
    await this.store.update((tx) => {
      for (const id of ids) {
        const task = tx.get('task', id)
        if (!task || task.nodeId === '' || this.silent.has(task.nodeId)) continue
        const state = this.next(task)
        if (state === undefined || state <= task.status.state) continue
        this.history.push(`${task.id} ${state}`)
        const nowMs = this.clock.nowMs()
        tx.update('task', { ...task, status: { ...task.status, state, timestampMs: nowMs, appliedAtMs: nowMs, message: 'agent' } })
      }
    })
  }

  private next(task: Task): TaskState | undefined {
    const { state } = task.status
    if (state < TaskState.assigned || state > TaskState.running) return undefined
    const behaviour = this.behave(task)
    if (task.desiredState >= TaskState.shutdown) return behaviour === 'stubborn' ? undefined : TaskState.shutdown
    if (behaviour === 'hang') return TaskState.preparing
    if (behaviour === 'reject') return TaskState.rejected
    if (task.desiredState < TaskState.running) return TaskState.ready
    if (state < TaskState.running) return TaskState.running
    if (behaviour === 'fail') return TaskState.failed
    return behaviour === 'complete' ? TaskState.complete : undefined
  }
}
