import { messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import type { Subscription } from '../../src/base/watch-queue.js'
import type { LogMessage, LogOptions, LogSelector } from '../../src/model/control.js'
import type { EventMessage } from '../../src/model/engine-api/system.js'
import type { Task } from '../../src/model/task.js'
import type { LogBrokerMethods, PublishLogsMessage, SubscriptionMessage } from '../../src/wire/logbroker-service.js'
import type { Client } from '../../src/wire/service-table.js'
import { containerName } from '../executor/container-spec.js'
import type { TaskEngine, TaskEvents } from '../executor/task-engine.js'
import { MessageMerge } from './message-merge.js'
import { logMessages } from './task-log.js'

/** Where the tasks of this node are found. */
export interface LoggedTasks {
  tasks(): Task[]
  /** Tasks that come to this node from now on. */
  newTasks(): Subscription<Task>
}

export interface LogPublisherDeps {
  engine: Pick<TaskEngine, 'logs' | 'inspect'>
  events: TaskEvents
  tasks: LoggedTasks
  log: Logger
}

/** Lines sent in one message. */
const batchMax = 100

/**
 * Sends the logs of this node's tasks to the managers that ask for them: each subscription is served on a
 * stream of its own until it is closed, or without `follow` until all of it was sent.
 */
export class LogPublisher {
  constructor(private readonly deps: LogPublisherDeps) {}

  /** Listens on one connection until the signal is aborted or the connection fails, which rejects. */
  async run(broker: Client<LogBrokerMethods>, signal: AbortSignal): Promise<void> {
    const open = new Map<string, AbortController>()
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    const serving = new Set<Promise<void>>()
    try {
      for await (const message of broker.listenSubscriptions({}, { signal })) {
        open.get(message.id)?.abort(new Error('the subscription was closed'))
        open.delete(message.id)
        if (message.close) continue
        const closed = new AbortController()
        open.set(message.id, closed)
        const done = this.serve(broker, message, AbortSignal.any([either, closed.signal])).finally(() => {
          serving.delete(done)
          if (open.get(message.id) === closed) open.delete(message.id)
        })
        serving.add(done)
      }
    } finally {
      ended.abort(new Error('the connection to the manager ended'))
      await Promise.all(serving)
    }
  }

  private async serve(broker: Client<LogBrokerMethods>, subscription: SubscriptionMessage, signal: AbortSignal): Promise<void> {
    try {
      await broker.publishLogs(this.messages(subscription, signal), { signal })
    } catch (thrown) {
      if (!signal.aborted) this.deps.log.warn(`cannot publish logs: ${messageOf(thrown)}`, { subscription: subscription.id })
    }
  }

  private async *messages({ id, selector, options }: SubscriptionMessage, signal: AbortSignal): AsyncGenerator<PublishLogsMessage, void, undefined> {
    // Everybody is waited for from here: the manager knows that this node takes part.
    yield { subscriptionId: id, messages: [], close: false }
    using merge = new MessageMerge<LogMessage>(batchMax)
    using coming = options.follow ? this.deps.tasks.newTasks() : undefined
    const followed = new Set<string>()
    const add = (task: Task): void => {
      if (followed.has(task.id) || !selects(selector, task)) return
      followed.add(task.id)
      merge.add(this.linesOf(task, options, signal))
    }
    for (const task of this.deps.tasks.tasks()) add(task)
    if (coming) merge.hold(followNew(coming, add))
    const onAbort = (): void => merge[Symbol.dispose]()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      for await (const batch of merge.batches()) yield { subscriptionId: id, messages: batch, close: false }
      if (!signal.aborted) yield { subscriptionId: id, messages: [], close: true }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  private async *linesOf(task: Task, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogMessage, void, undefined> {
    try {
      if (!(await this.hasContainer(task, options.follow, signal))) return
      yield* logMessages(this.deps.engine, task, options, signal)
    } catch (thrown) {
      // One task without readable logs must not end those of the others.
      if (!signal.aborted) this.deps.log.warn(`cannot read the logs of task ${task.id}: ${messageOf(thrown)}`)
    }
  }

  /** Who follows a task that has just come waits until its container is there. */
  private async hasContainer(task: Task, follow: boolean, signal: AbortSignal): Promise<boolean> {
    const name = containerName(task)
    // Listening before looking: what is made in between is not missed.
    using made = follow ? this.deps.events.subscribe((event) => isCreation(event, name)) : undefined
    const present = await this.deps.engine.inspect(name, { size: false }).then(
      () => true,
      () => false,
    )
    if (present || !made) return present
    const onAbort = (): void => made.close()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      return (await made.takeAll()) !== undefined
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

function isCreation(event: EventMessage, name: string): boolean {
  return event.Type === 'container' && event.Action === 'create' && event.Actor?.Attributes?.['name'] === name
}

async function followNew(coming: Subscription<Task>, add: (task: Task) => void): Promise<void> {
  for await (const task of coming) add(task)
}

/** An empty selector selects nothing; what it names is joined by "or". */
function selects(selector: LogSelector, task: Task): boolean {
  return (
    selector.taskIds.includes(task.id) ||
    (task.serviceId !== '' && selector.serviceIds.includes(task.serviceId)) ||
    (task.nodeId !== '' && selector.nodeIds.includes(task.nodeId))
  )
}
