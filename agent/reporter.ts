import { deepEqual } from '../src/model/equality.js'
import type { TaskStatus } from '../src/model/task.js'
import type { TaskStatusUpdate } from '../src/wire/dispatcher-service.js'

/** One report holds at most this many statuses. */
const batchMax = 200

/**
 * What the managers are told of tasks: for each task its latest status, sent until it has arrived, and
 * again to each new session, for a leader that fails may take what it was told with it. Bounded by the
 * number of tasks: whoever removes a task says `forget`.
 */
export class Reporter {
  private readonly latest = new Map<string, TaskStatus>()
  private readonly unsent = new Set<string>()
  private wake: (() => void) | undefined

  /** How many tasks have a status that did not arrive yet. */
  get pending(): number {
    return this.unsent.size
  }

  /** Takes note of a task's status and returns; an older one that was not sent yet is dropped. */
  report(taskId: string, status: TaskStatus): void {
    if (deepEqual(this.latest.get(taskId), status)) return
    this.latest.set(taskId, status)
    this.unsent.add(taskId)
    this.wake?.()
  }

  /** The task is gone from this node. */
  forget(taskId: string): void {
    this.latest.delete(taskId)
    this.unsent.delete(taskId)
  }

  /**
   * Sends through one session until the signal is aborted: first everything, then what changes. Rejects
   * with what `send` rejects with; nothing is lost by that.
   */
  async run(send: (updates: TaskStatusUpdate[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    for (const taskId of this.latest.keys()) this.unsent.add(taskId)
    const onAbort = () => this.wake?.()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      while (!signal.aborted) {
        if (this.unsent.size === 0) {
          await new Promise<void>((resolve) => (this.wake = resolve))
          this.wake = undefined
          // One turn of the event loop gathers what changes at the same time.
          await new Promise<void>((resolve) => setImmediate(resolve))
          continue
        }
        await this.sendSome(send)
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  private async sendSome(send: (updates: TaskStatusUpdate[]) => Promise<void>): Promise<void> {
    const updates: TaskStatusUpdate[] = []
    for (const taskId of this.unsent) {
      const status = this.latest.get(taskId)
      if (status) updates.push({ taskId, status })
      if (updates.length >= batchMax) break
    }
    await send(updates)
    for (const { taskId, status } of updates) {
      // Changed while it was on its way: the newer one is still to be sent.
      if (this.latest.get(taskId) === status) this.unsent.delete(taskId)
    }
  }
}
