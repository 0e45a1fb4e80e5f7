import { unavailable } from '../../src/base/errors.js'
import type { LogMessage, LogOptions, LogSelector } from '../../src/model/control.js'
import type { Task } from '../../src/model/task.js'
import { isTerminal } from '../../src/model/task-state.js'
import type { SubscriptionMessage } from '../../src/wire/logbroker-service.js'
import type { ReadTx } from '../store/store.js'
import { Channel } from './channel.js'

/** Messages that wait for the caller at most. */
const bufferedMessagesMax = 1_000

/** What a line takes besides its text, at most. */
const headBytes = 1024

/** One caller's wish for logs: which nodes take part, what they sent, and when all is told. */
export class LogSubscription {
  readonly messages = new Channel<LogMessage>(bufferedMessagesMax, ({ data }) => data.length + headBytes)
  /** Nodes that were asked and have not said that they are done. */
  private readonly open = new Set<string>()
  /** Nodes that are done, and since when. */
  private readonly finished = new Map<string, number>()
  private readonly reasons = new Set<string>()

  constructor(
    readonly id: string,
    readonly selector: LogSelector,
    readonly options: LogOptions,
  ) {}

  /** What the node's agent is told. One that was done before goes on from there, so that nothing is told twice. */
  message(nodeId: string, close = false): SubscriptionMessage {
    const doneMs = this.finished.get(nodeId)
    const options = doneMs === undefined || close ? this.options : { ...this.options, tail: -1, sinceMs: doneMs }
    return { id: this.id, selector: this.selector, options, close }
  }

  matches(task: Task): boolean {
    const { serviceIds, taskIds, nodeIds } = this.selector
    return taskIds.includes(task.id) || serviceIds.includes(task.serviceId) || (task.nodeId !== '' && nodeIds.includes(task.nodeId))
  }

  /** Takes in the tasks there are now; gives the nodes that have to be asked and were not yet. */
  collect(tx: ReadTx): string[] {
    return this.tasks(tx).flatMap((task) => this.include(task))
  }

  /** Takes in a task; gives its node when that has to be asked and was not yet. */
  include(task: Task): string[] {
    if (task.nodeId === '') {
      if (!this.options.follow) this.reasons.add(`task ${task.id} has not been scheduled`)
      return []
    }
    if (this.open.has(task.nodeId)) return []
    if (this.finished.has(task.nodeId) && !this.options.follow) return []
    this.open.add(task.nodeId)
    return [task.nodeId]
  }

  /** The node's agent is back: a reader that follows goes on with it while it has something to run. */
  reopen(tx: ReadTx, nodeId: string): void {
    if (!this.options.follow || !this.finished.has(nodeId)) return
    if (tx.tasksByNode(nodeId).some((task) => isLive(task) && this.matches(task))) this.open.add(nodeId)
  }

  isOpenFor(nodeId: string): boolean {
    return this.open.has(nodeId)
  }

  /** The node has sent everything it has, or cannot: then `reason` says why. */
  done(nodeId: string, nowMs: number, reason?: string): void {
    if (!this.open.delete(nodeId)) return
    this.finished.set(nodeId, nowMs)
    if (reason !== undefined) this.reasons.add(reason)
  }

  /** Ends the caller's stream when nothing more can come. With `follow` that is when the tasks asked for have ended. */
  endIfComplete(tx: ReadTx): boolean {
    if (this.open.size > 0) return false
    if (this.options.follow) {
      const { serviceIds, nodeIds, taskIds } = this.selector
      if (serviceIds.length > 0 || nodeIds.length > 0) return false
      if (taskIds.some((id) => isLive(tx.get('task', id)))) return false
    }
    const reasons = [...this.reasons].sort()
    this.messages.close(
      reasons.length === 0
        ? undefined
        : unavailable(`warning: incomplete log stream. some logs could not be retrieved for the following reasons: ${reasons.join(', ')}`),
    )
    return true
  }

  private tasks(tx: ReadTx): Task[] {
    const { serviceIds, taskIds, nodeIds } = this.selector
    const found = [
      ...serviceIds.flatMap((id) => tx.tasksByService(id)),
      ...nodeIds.flatMap((id) => tx.tasksByNode(id)),
      ...taskIds.flatMap((id) => tx.get('task', id) ?? []),
    ]
    return [...new Map(found.map((task) => [task.id, task])).values()]
  }
}

function isLive(task: Task | undefined): boolean {
  return task !== undefined && !isTerminal(task.status.state)
}
