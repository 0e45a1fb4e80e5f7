import type { Clock, Timer } from '../../src/base/clock.js'
import { invalid, notFound, StatusError, unavailable } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import { Queue } from '../../src/base/queue.js'
import type { Subscription } from '../../src/base/watch-queue.js'
import type { LogMessage, LogOptions, LogSelector } from '../../src/model/control.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import type {
  LogBrokerMethods,
  LogsMethods,
  PublishLogsMessage,
  SubscriptionMessage,
} from '../../src/wire/logbroker-service.js'
import type { CallContext, Empty, Handlers } from '../../src/wire/service-table.js'
import type { Store, StoreEvent } from '../store/store.js'
import { LogSubscription } from './subscription.js'

/** Callers at once. */
const subscriptionsMax = 500
/** An agent that is further behind with its subscriptions than this has stopped reading. */
const announcementsMax = 4 * subscriptionsMax
/** Agents cut lines into much smaller parts. */
const lineBytesMax = 1024 * 1024
/** A node that is ready but does not listen (yet) has this long: it may be on its way to a new leader. */
const listenGraceMs = 5_000

export interface LogBrokerDeps {
  store: Store
  clock: Clock
  ids: IdSource
}

/**
 * Brings logs from the agents to whoever asks: a subscription is announced to the nodes that run the
 * tasks, their agents publish, the caller reads the streams merged. Runs on the leader.
 *
 * What is expected of an agent: one `publishLogs` stream for each announced subscription, with what the
 * node's matching tasks have logged so far, ended then by `close`. With `follow` the stream stays open,
 * takes in matching tasks that come later, and ends when the subscription is announced as closed, or,
 * when it names tasks alone, when those have ended. A stream that breaks off is announced again to the
 * agent that listens again, with the time from which to go on.
 */
export class LogBroker {
  private running: { events: Subscription<StoreEvent>; ended: Promise<void> } | undefined
  private readonly subscriptions = new Map<string, LogSubscription>()
  private readonly listeners = new Map<string, Queue<SubscriptionMessage>>()

  private readonly timers = new Set<Timer>()

  constructor(private readonly deps: LogBrokerDeps) {}

  /** For agents. */
  readonly agentHandlers: Handlers<LogBrokerMethods> = {
    listenSubscriptions: (_request, call) => this.listen(call),
    publishLogs: (messages, call) => this.publish(messages, call),
  }

  /** For managers. */
  readonly logsHandlers: Handlers<LogsMethods> = {
    subscribeLogs: async function* (this: LogBroker, { selector, options }: { selector: LogSelector; options: LogOptions }, call: CallContext) {
      for await (const messages of this.serviceLogs(selector, options, call.signal)) yield { messages }
    }.bind(this),
  }

  start(): void {
    if (this.running) return
    const events = this.deps.store.watch(concernsLogs)
    this.running = { events, ended: this.pump(events) }
  }

  async stop(): Promise<void> {
    const { running } = this
    if (!running) return
    this.running = undefined
    running.events.close()
    for (const timer of this.timers) timer.cancel()
    this.timers.clear()
    const why = unavailable('this manager does not lead any more')
    for (const subscription of this.subscriptions.values()) subscription.messages.close(why)
    for (const listener of this.listeners.values()) listener.close(why)
    this.subscriptions.clear()
    this.listeners.clear()
    await running.ended
  }

  /**
   * The logs of the selected tasks as they come in. Without `follow` it ends when every node has sent
   * what it has; when some could not, `unavailable` is thrown at the end and names them.
   */
  async *serviceLogs(selector: LogSelector, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogMessage[], void, undefined> {
    const { store, ids } = this.deps
    this.checkRunning()
    if (!options.stdout && !options.stderr) throw invalid('You must choose at least one stream')
    if (this.subscriptions.size >= subscriptionsMax) {
      throw new StatusError('exhausted', `${subscriptionsMax} readers of logs are served already: end some of them first`)
    }
    if (signal.aborted) return
    const subscription = new LogSubscription(ids.objectId(), selector, options)
    this.subscriptions.set(subscription.id, subscription)
    const onAbort = () => subscription.messages.close()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      for (const nodeId of subscription.collect(store.view())) this.ask(subscription, nodeId)
      this.settle(subscription)
      yield* subscription.messages.batches()
    } finally {
      signal.removeEventListener('abort', onAbort)
      subscription.messages.close()
      if (this.subscriptions.delete(subscription.id)) {
        for (const [nodeId, listener] of this.listeners) listener.push(subscription.message(nodeId, true))
      }
    }
  }

  /** An agent hears of the subscriptions that concern its node. */
  private async *listen(call: CallContext): AsyncGenerator<SubscriptionMessage, void, undefined> {
    const nodeId = this.callerOf(call)
    const queue = new Queue<SubscriptionMessage>(announcementsMax)
    this.listeners.get(nodeId)?.close(new StatusError('cancelled', 'another stream of the same node took its place'))
    this.listeners.set(nodeId, queue)
    const onAbort = () => queue.close()
    if (call.signal.aborted) onAbort()
    else call.signal.addEventListener('abort', onAbort, { once: true })
    try {
      for (const subscription of this.subscriptions.values()) {
        subscription.reopen(this.deps.store.view(), nodeId)
        if (subscription.isOpenFor(nodeId)) queue.push(subscription.message(nodeId))
      }
      yield* queue
    } finally {
      call.signal.removeEventListener('abort', onAbort)
      if (this.listeners.get(nodeId) === queue) {
        this.listeners.delete(nodeId)
        this.awaitListener(nodeId)
      }
    }
  }

  /** What an agent publishes for one subscription; a stream that breaks off counts as the end of the node's part. */
  private async publish(messages: AsyncIterable<PublishLogsMessage>, call: CallContext): Promise<Empty> {
    const nodeId = this.callerOf(call)
    let subscription: LogSubscription | undefined
    let complete = false
    try {
      for await (const { subscriptionId, messages: lines, close } of messages) {
        subscription ??= this.subscriptions.get(subscriptionId)
        const gone = () => notFound(`subscription ${subscriptionId} not found: nobody reads it any more`)
        if (!subscription || subscription.id !== subscriptionId) throw gone()
        if (lines.some(({ data }) => data.length > lineBytesMax)) throw invalid(`a line of a log has more than ${lineBytesMax} bytes: send it in parts`)
        if (!(await subscription.messages.send(lines.map((line) => ({ ...line, nodeId }))))) throw gone()
        if (close) {
          complete = true
          break
        }
      }
    } finally {
      if (subscription) {
        subscription.done(nodeId, this.deps.clock.nowMs(), complete ? undefined : `node ${nodeId} disconnected unexpectedly`)
        this.settle(subscription)
      }
    }
    return {}
  }

  private ask(subscription: LogSubscription, nodeId: string): void {
    const listener = this.listeners.get(nodeId)
    if (listener) {
      if (!listener.push(subscription.message(nodeId))) this.giveUp(subscription, nodeId)
      return
    }
    if (this.deps.store.view().get('node', nodeId)?.status.state === 'ready') this.awaitListener(nodeId)
    else this.giveUp(subscription, nodeId)
  }

  /** Gives up on a node that has not come to listen in time. */
  private awaitListener(nodeId: string): void {
    const waiting = [...this.subscriptions.values()].filter((subscription) => subscription.isOpenFor(nodeId))
    if (waiting.length === 0) return
    const timer = this.deps.clock.setTimer(listenGraceMs, () => {
      this.timers.delete(timer)
      if (this.listeners.has(nodeId)) return
      for (const subscription of waiting) this.giveUp(subscription, nodeId)
    })
    this.timers.add(timer)
  }

  private giveUp(subscription: LogSubscription, nodeId: string): void {
    subscription.done(nodeId, this.deps.clock.nowMs(), `node ${nodeId} is not available`)
    this.settle(subscription)
  }

  private settle(subscription: LogSubscription): void {
    subscription.endIfComplete(this.deps.store.view())
  }

  /** Tasks that come later, for those who follow; nodes that go. */
  private async pump(first: Subscription<StoreEvent>): Promise<void> {
    let events = first
    for (;;) {
      const batch = await events.takeAll().catch(() => 'lost' as const)
      if (!this.running || batch === undefined) return
      if (batch === 'lost') {
        events.close()
        events = this.deps.store.watch(concernsLogs)
        this.running.events = events
      }
      if (batch === 'lost' || batch.some(({ table }) => table === 'restore')) this.collectAll()
      else for (const event of batch) this.observe(event)
    }
  }

  private collectAll(): void {
    const view = this.deps.store.view()
    for (const subscription of this.following()) {
      for (const nodeId of subscription.collect(view)) this.ask(subscription, nodeId)
    }
  }

  private observe(event: StoreEvent): void {
    if (event.table === 'task') {
      for (const subscription of this.following()) {
        if (!subscription.matches(event.object)) continue
        const fresh = event.action !== 'remove' && event.object.nodeId !== '' && event.old?.nodeId !== event.object.nodeId
        if (fresh) for (const nodeId of subscription.include(event.object)) this.ask(subscription, nodeId)
        this.settle(subscription)
      }
    } else if (event.table === 'node' && (event.action === 'remove' || event.object.status.state === 'down')) {
      for (const subscription of this.subscriptions.values()) {
        if (subscription.isOpenFor(event.object.id)) this.giveUp(subscription, event.object.id)
      }
    }
  }

  private following(): LogSubscription[] {
    return [...this.subscriptions.values()].filter(({ options }) => options.follow)
  }

  private callerOf({ caller }: CallContext): string {
    this.checkRunning()
    if (!caller) throw new StatusError('unauthorized', 'the log broker is for nodes of the swarm: a certificate is needed')
    return caller.nodeId
  }

  private checkRunning(): void {
    if (!this.running) throw new NotDoneError('this manager does not lead: the log broker is with the leader')
  }
}

function concernsLogs({ table }: StoreEvent): boolean {
  return table === 'task' || table === 'node' || table === 'restore'
}
