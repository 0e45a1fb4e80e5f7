import type { Clock } from '../../src/base/clock.js'
import { ErrorKind, kindOf, messageOf, notFound, StatusError, unavailable } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import type { Subscription } from '../../src/base/watch-queue.js'
import { defaults } from '../../src/model/defaults.js'
import { NotDoneError } from '../../src/wire/error-status.js'
import type {
  AcknowledgeNetworksRequest,
  AssignmentsMessage,
  AssignmentsRequest,
  AwaitDrainRequest,
  DispatcherMethods,
  HeartbeatRequest,
  HeartbeatResponse,
  NetworksMessage,
  NetworksRequest,
  ReportDataPathRequest,
  SessionMessage,
  SessionRequest,
  UpdateTaskStatusRequest,
} from '../../src/wire/dispatcher-service.js'
import type { CallContext, Empty, Handlers } from '../../src/wire/service-table.js'
import type { ReadTx, Store, StoreEvent } from '../store/store.js'
import { AssignmentSequence } from './assignment-messages.js'
import { AssignmentSet } from './assignment-set.js'
import { Attachments } from './attachments.js'
import { heartbeatPeriodMsOf, managersOf, rootCaOf } from './cluster-info.js'
import { DataPaths } from './data-paths.js'
import { Heartbeats } from './heartbeats.js'
import { NetworkDispatch } from './network-dispatch.js'
import { NodeQuestions } from './node-questions.js'
import { NodeUpdates } from './node-updates.js'
import { orphanTasks } from './orphans.js'
import { Sessions, type Session } from './sessions.js'
import { StatusBatcher } from './status-batcher.js'

export interface DispatcherDeps {
  store: Store
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
  /** The node of this manager. */
  nodeId: string
}

/**
 * Nodes have so many more heartbeat periods to find a new leader, for they notice at a heartbeat that the
 * old one is gone; with long periods at most so long.
 */
const reconnectGracePeriods = 2
const reconnectGraceMsMax = 5_000

/** The names of what a session message may tell anew. */
type News = { node: boolean; managers: boolean; root: boolean }

interface AssignmentStream {
  readonly set: AssignmentSet
  complete: boolean
}

/**
 * The leader's side of the agents' sessions: who is there, what they have to run, how it goes. It
 * keeps nothing that cannot be rebuilt from the store; a new leader starts with every node unknown.
 */
export class Dispatcher {
  private running: { stop: AbortController; events: Subscription<StoreEvent>; ended: Promise<void> } | undefined
  private readonly sessions: Sessions
  private readonly heartbeats: Heartbeats
  private readonly updates: NodeUpdates
  private readonly statuses: StatusBatcher
  private readonly networkTables: NetworkDispatch
  private readonly attachments: Attachments
  private readonly dataPaths: DataPaths
  private readonly questions: NodeQuestions
  /** Nodes that are down, and when their tasks are given up. */
  private readonly downUntil = new Map<string, number>()
  private readonly news = new Map<string, News>()
  private readonly assignmentStreams = new Map<string, AssignmentStream>()
  private periodMs = defaults.heartbeatPeriodNs / 1e6
  private orphanTimer: { cancel(): void } | undefined

  constructor(private readonly deps: DispatcherDeps) {
    const { store, clock, rng, ids, nodeId } = deps
    this.sessions = new Sessions(ids)
    this.heartbeats = new Heartbeats(clock, rng, {
      periodMs: () => this.periodMs,
      onExpired: (id) => this.expire(id),
      missedMax: defaults.heartbeatsMissedMax,
    })
    this.updates = new NodeUpdates(store)
    this.statuses = new StatusBatcher(store, clock, nodeId, deps.log)
    this.networkTables = new NetworkDispatch({ store, clock, sessions: this.sessions })
    this.attachments = new Attachments({ store, clock, ids })
    this.dataPaths = new DataPaths()
    this.questions = new NodeQuestions(clock, ids)
  }

  /** The methods agents call; they answer `unavailable` unless this manager leads. */
  readonly handlers: Handlers<DispatcherMethods> = {
    session: (request, call) => this.session(request, call),
    heartbeat: (request, call) => this.heartbeat(request, call),
    assignments: (request, call) => this.assignments(request, call),
    updateTaskStatus: (request, call) => this.updateTaskStatus(request, call),
    networks: (request, call) => this.networks(request, call),
    acknowledgeNetworks: (request, call) => this.acknowledgeNetworks(request, call),
    awaitDrain: (request, call) => this.awaitDrain(request, call),
    // Of the node, not of its session: containers come and go while one session follows another.
    attachNetwork: async (request, call) => this.attachments.attach(this.callerOf(call), request, call.signal),
    detachNetwork: async ({ attachmentId }, call) => {
      await this.attachments.detach(this.callerOf(call), attachmentId)
      return {}
    },
    renameAttachment: async ({ attachmentId, containerName }, call) => {
      await this.attachments.rename(this.callerOf(call), attachmentId, containerName)
      return {}
    },
    findNetwork: async ({ network }, call) => this.attachments.find(this.callerOf(call), network),
    reportDataPath: (request, call) => this.reportDataPath(request, call),
    answerQuestion: async ({ sessionId, ...answer }, call) => {
      this.questions.answer(this.sessions.get(this.callerOf(call), sessionId).nodeId, answer)
      return {}
    },
  }

  /** This manager leads: takes nodes in. */
  start(): void {
    if (this.running) return
    const { tx, events } = this.deps.store.viewAndWatch(concernsDispatcher)
    this.periodMs = heartbeatPeriodMsOf(tx) ?? this.periodMs
    this.networkTables.reset(tx)
    const stop = new AbortController()
    this.running = { stop, events, ended: this.pump(events, stop.signal) }
    this.awaitNodes(tx)
    this.heartbeats.start()
    this.armOrphans()
  }

  /** Asks a node by its session. Throws `unavailable` when it has none, and what the node refuses with. */
  async ask(nodeId: string, kind: string, body: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const stream = this.sessions.streamOf(nodeId, 'session')
    if (!stream) throw unavailable(`node ${nodeId} cannot be asked: it has no session with the managers`)
    return this.questions.ask(nodeId, kind, body, () => stream.notify(), signal)
  }

  /** This manager does not lead any more: ends all sessions, so that agents look for the new leader. */
  async stop(): Promise<void> {
    const { running } = this
    if (!running) return
    this.running = undefined
    running.stop.abort()
    running.events.close()
    this.heartbeats.stop()
    this.orphanTimer?.cancel()
    this.downUntil.clear()
    this.sessions.endAll(unavailable('this manager does not lead any more'))
    this.news.clear()
    this.assignmentStreams.clear()
    this.networkTables.close()
    this.dataPaths.clear()
    this.questions.clear()
    await running.ended
  }

  private async *session(request: SessionRequest, call: CallContext): AsyncGenerator<SessionMessage, void, undefined> {
    const nodeId = this.callerOf(call)
    if (!this.deps.store.view().get('node', nodeId)) throw notFound(`node ${nodeId} not found: it is not, or no longer, part of the swarm`)
    const session = this.sessions.open(nodeId, request.sessionId)
    using stream = this.sessions.stream(session, 'session', call.signal)
    const news: News = { node: true, managers: true, root: true }
    this.news.set(nodeId, news)
    // What an earlier stream was asked will not be answered.
    this.questions.forget(nodeId)
    this.heartbeats.beat(nodeId)
    this.downUntil.delete(nodeId)
    this.deps.log.info('node registered', { node: nodeId, session: session.id })
    await this.updates.ready(nodeId, request.description, request.advertiseAddress || call.remoteAddress, call.caller?.role)
    stream.notify()
    while (await stream.wait()) {
      const message = this.sessionMessage(session, news)
      if (message) yield message
    }
  }

  /** What is new, as it is now. */
  private sessionMessage(session: Session, news: News): SessionMessage | undefined {
    const view = this.deps.store.view()
    const { node: tellNode, managers: tellManagers, root: tellRoot } = news
    if (!tellNode && !tellManagers && !tellRoot && !this.questions.hasUnsent(session.nodeId)) return undefined
    Object.assign(news, { node: false, managers: false, root: false })
    const node = view.get('node', session.nodeId)
    return {
      sessionId: session.id,
      ...(tellNode && node && { node }),
      managers: tellManagers ? managersOf(view) : [],
      ...(tellRoot && { rootCaPem: rootCaOf(view) }),
      questions: this.questions.take(session.nodeId),
    }
  }

  private async heartbeat({ sessionId }: HeartbeatRequest, call: CallContext): Promise<HeartbeatResponse> {
    const { nodeId } = this.sessions.get(this.callerOf(call), sessionId)
    this.networkTables.heard(nodeId)
    return { periodMs: this.heartbeats.beat(nodeId) }
  }

  private async *assignments({ sessionId }: AssignmentsRequest, call: CallContext): AsyncGenerator<AssignmentsMessage, void, undefined> {
    const session = this.sessions.get(this.callerOf(call), sessionId)
    using wakeup = this.sessions.stream(session, 'assignments', call.signal)
    const sequence = new AssignmentSequence()
    const stream: AssignmentStream = { set: new AssignmentSet(session.nodeId), complete: true }
    this.assignmentStreams.set(session.nodeId, stream)
    try {
      stream.set.reset(this.deps.store.view())
      wakeup.notify()
      while (await wakeup.wait()) {
        if (stream.set.isEmpty && !stream.complete) continue
        const { complete } = stream
        stream.complete = false
        const changes = stream.set.take()
        // A complete set says what there is; whatever it leaves out is not.
        yield* complete
          ? sequence.messages('complete', changes.filter(({ action }) => action === 'update'))
          : sequence.messages('incremental', changes)
      }
    } finally {
      if (this.assignmentStreams.get(session.nodeId) === stream) this.assignmentStreams.delete(session.nodeId)
    }
  }

  private async updateTaskStatus({ sessionId, updates }: UpdateTaskStatusRequest, call: CallContext): Promise<Empty> {
    const { nodeId } = this.sessions.get(this.callerOf(call), sessionId)
    await this.statuses.report(nodeId, updates)
    return {}
  }

  private networks({ sessionId }: NetworksRequest, call: CallContext): AsyncGenerator<NetworksMessage, void, undefined> {
    return this.networkTables.stream(this.sessions.get(this.callerOf(call), sessionId), call.signal)
  }

  private async acknowledgeNetworks({ sessionId, sequence }: AcknowledgeNetworksRequest, call: CallContext): Promise<Empty> {
    this.networkTables.acknowledge(this.sessions.get(this.callerOf(call), sessionId), sequence)
    return {}
  }

  private async awaitDrain({ sessionId, taskId }: AwaitDrainRequest, call: CallContext): Promise<Empty> {
    const { nodeId } = this.sessions.get(this.callerOf(call), sessionId)
    await this.networkTables.drained(taskId, nodeId, call.signal)
    return {}
  }

  private async reportDataPath({ sessionId, ...report }: ReportDataPathRequest, call: CallContext): Promise<Empty> {
    const { nodeId } = this.sessions.get(this.callerOf(call), sessionId)
    this.dataPaths.report(nodeId, report)
    await this.showDataPaths()
    return {}
  }

  /** What the nodes say of the data path, in their status. */
  private async showDataPaths(): Promise<void> {
    const nodes = this.deps.store.view().list('node').filter(({ status }) => status.state === 'ready')
    const messages = this.dataPaths.messages(nodes)
    const changed = nodes.filter(({ id, status }) => status.message !== (messages.get(id) ?? ''))
    await Promise.all(changed.map(({ id }) => this.updates.message(id, messages.get(id) ?? '')))
  }

  /** The node that calls, told by its certificate. */
  private callerOf({ caller }: CallContext): string {
    if (!this.running) throw new NotDoneError('this manager does not lead: the dispatcher is with the leader')
    if (!caller) throw new StatusError('unauthorized', 'the dispatcher is for nodes of the swarm: a certificate is needed')
    return caller.nodeId
  }

  /** Every node has to come back to this leader in good time. */
  private awaitNodes(tx: ReadTx): void {
    const graceMs = this.periodMs * defaults.heartbeatsMissedMax + Math.min(reconnectGraceMsMax, this.periodMs * reconnectGracePeriods)
    for (const { id, status } of tx.list('node')) {
      if (status.state === 'down') {
        this.downUntil.set(id, this.deps.clock.monotonicMs() + defaults.orphanAfterMs)
        continue
      }
      this.heartbeats.expect(id, graceMs)
      if (status.state === 'unknown') continue
      this.ignoreLoss(this.updates.unknown(id, 'Node moved to "unknown" state due to leadership change in cluster'))
    }
  }

  private expire(nodeId: string): void {
    const state = this.deps.store.view().get('node', nodeId)?.status.state
    if (state === undefined || !this.running) return
    this.deps.log.warn('node is down: it missed its heartbeats', { node: nodeId })
    this.sessions.end(nodeId, notFound(`the session of node ${nodeId} ended: its heartbeats were missed`))
    this.downUntil.set(nodeId, this.deps.clock.monotonicMs() + defaults.orphanAfterMs)
    this.forgetReports(nodeId)
    const written = this.updates.down(nodeId, `heartbeat failure for node in "${state}" state`)
    written.catch((thrown: unknown) => {
      if (!this.running || this.sessions.nodeIds().includes(nodeId)) return
      this.deps.log.warn('a node that is down could not be written down', { node: nodeId, reason: messageOf(thrown) })
      this.heartbeats.expect(nodeId, 0)
    })
  }

  private async pump(first: Subscription<StoreEvent>, stopped: AbortSignal): Promise<void> {
    let events = first
    while (!stopped.aborted) {
      try {
        const batch = await events.takeAll()
        if (!batch || stopped.aborted) return
        if (batch.some((event) => event.table === 'restore')) this.startOver()
        else this.observe(batch)
      } catch (thrown) {
        if (stopped.aborted) return
        if (kindOf(thrown) !== ErrorKind.exhausted) this.deps.log.error('the dispatcher failed and starts over from the store', { err: thrown })
        events.close()
        events = this.deps.store.watch(concernsDispatcher)
        if (this.running) this.running.events = events
        this.startOver()
      }
    }
  }

  /** Changes were missed: every node is told everything again. */
  private startOver(): void {
    const view = this.deps.store.view()
    this.periodMs = heartbeatPeriodMsOf(view) ?? this.periodMs
    this.networkTables.reset(view)
    for (const nodeId of this.sessions.nodeIds()) {
      this.tell(nodeId, { node: true, managers: true, root: true })
      const stream = this.assignmentStreams.get(nodeId)
      if (!stream) continue
      stream.set.reset(view)
      stream.complete = true
      this.sessions.streamOf(nodeId, 'assignments')?.notify()
    }
  }

  private observe(batch: readonly StoreEvent[]): void {
    const view = this.deps.store.view()
    this.networkTables.observe(view, batch)
    for (const event of batch) {
      switch (event.table) {
        case 'task': {
          const stream = this.assignmentStreams.get(event.object.nodeId)
          if (event.action === 'remove') stream?.set.taskRemoved(event.object, event.index)
          else stream?.set.taskChanged(view, event.object, event.index)
          break
        }
        case 'secret':
          if (event.action === 'update') for (const { set } of this.assignmentStreams.values()) set.fileChanged({ secret: event.object }, event.index)
          break
        case 'config':
          if (event.action === 'update') for (const { set } of this.assignmentStreams.values()) set.fileChanged({ config: event.object }, event.index)
          break
        case 'node':
          this.nodeChanged(event)
          break
        case 'cluster':
          this.periodMs = heartbeatPeriodMsOf(view) ?? this.periodMs
          for (const nodeId of this.sessions.nodeIds()) this.tell(nodeId, { root: true })
          break
        case 'service':
        case 'network':
        case 'volume':
        case 'commit':
        case 'restore':
      }
    }
    for (const [nodeId, { set }] of this.assignmentStreams) {
      if (!set.isEmpty) this.sessions.streamOf(nodeId, 'assignments')?.notify()
    }
  }

  /** What a node that is gone found of others is as old as it is, and it answers no questions. */
  private forgetReports(nodeId: string): void {
    this.dataPaths.forget(nodeId)
    this.questions.forget(nodeId)
    if (this.running) this.ignoreLoss(this.showDataPaths())
  }

  private nodeChanged({ action, object, old }: Extract<StoreEvent, { table: 'node' }>): void {
    if (action === 'remove') {
      this.heartbeats.forget(object.id)
      this.downUntil.delete(object.id)
      this.forgetReports(object.id)
      this.sessions.end(object.id, new StatusError('forbidden', `node ${object.id} was removed from the swarm`))
      this.news.delete(object.id)
    } else this.tell(object.id, { node: true })
    const before = (action === 'remove' ? object : old)?.managerStatus
    const after = action === 'remove' ? undefined : object.managerStatus
    if (before?.address === after?.address && before?.reachability === after?.reachability) return
    for (const nodeId of this.sessions.nodeIds()) this.tell(nodeId, { managers: true })
  }

  private tell(nodeId: string, what: Partial<News>): void {
    const news = this.news.get(nodeId)
    if (!news) return
    Object.assign(news, what)
    this.sessions.streamOf(nodeId, 'session')?.notify()
  }

  private armOrphans(): void {
    this.orphanTimer = this.deps.clock.setTimer(60_000, () => {
      const nowMs = this.deps.clock.monotonicMs()
      for (const [nodeId, untilMs] of [...this.downUntil]) {
        if (untilMs > nowMs) continue
        this.downUntil.delete(nodeId)
        this.deps.log.warn('gives up the tasks of a node that has been down for too long', { node: nodeId })
        this.ignoreLoss(orphanTasks(this.deps.store, this.deps.clock, nodeId, this.deps.nodeId))
      }
      if (this.running) this.armOrphans()
    })
  }

  /** Lost with leadership: the next leader looks at the store itself. */
  private ignoreLoss(work: Promise<void>): void {
    work.catch((thrown: unknown) => {
      if (this.running) this.deps.log.warn('the dispatcher could not write to the store', { reason: messageOf(thrown) })
    })
  }
}

function concernsDispatcher({ table }: StoreEvent): boolean {
  return table !== 'volume' && table !== 'commit'
}
