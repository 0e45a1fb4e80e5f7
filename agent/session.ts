import { Backoff } from '../src/base/backoff.js'
import { delay, type Clock } from '../src/base/clock.js'
import { kindOf, messageOf, StatusError } from '../src/base/errors.js'
import type { Logger } from '../src/base/log.js'
import { jittered, type Rng } from '../src/base/rng.js'
import { Serial } from '../src/base/serial.js'
import { unlessAborted } from '../src/base/unless-aborted.js'
import { CertificateState, type Node, type NodeDescription, type NodeRole } from '../src/model/node.js'
import {
  dispatcherService,
  type AnswerQuestionRequest,
  type DispatcherMethods,
  type NodeQuestion,
  type ReportDataPathRequest,
  type SessionMessage,
  type WeightedPeer,
} from '../src/wire/dispatcher-service.js'
import type { Client } from '../src/wire/service-table.js'
import { clientOf, type Transport } from '../src/wire/transport.js'
import { AssignmentAssembler, type AssignmentConsumer } from './assignments.js'
import type { ManagerList } from './managers.js'
import { followNetworks, type NetworkConsumer } from './network-stream.js'
import type { Reporter } from './reporter.js'

export interface SessionDeps {
  identity: SessionIdentity
  managers: ManagerList
  connections: { to(address: string): Transport }
  consumer: AssignmentConsumer
  /** Without one, the tables of networks are not asked for. */
  networks?: NetworkConsumer
  reporter: Reporter
  clock: Clock
  rng: Rng
  log: Logger
  /** What this node says of itself; asked at the start of each session. */
  describe: () => Promise<NodeDescription> | NodeDescription
  /** `--advertise-addr`; empty lets the manager take the address it sees. */
  advertiseAddress: string
  /** The node object changed. */
  onNode?: (node: Node) => void
  /** A manager asks this node something for a user. Rejects with why there is no answer. */
  onQuestion?: (kind: string, body: Uint8Array) => Promise<Uint8Array>
  /** The list of managers changed: to be remembered for the next start. */
  onManagers?: (managers: readonly WeightedPeer[]) => void
}

/** This node's identity, as far as a session needs it. */
export interface SessionIdentity {
  readonly role: NodeRole
  /** It has asked for a certificate, and tells of the answer by `onRole` or with the next session. */
  readonly renewing: boolean
  onRole(listener: (role: NodeRole) => void): () => void
  renewSoon(role: NodeRole): void
  trustRoots(rootsPem: string): Promise<void>
}

/** Until the manager says otherwise. */
const firstHeartbeatMs = 5_000
/** A manager that does not begin the session within this time is given up. */
const beginTimeoutMs = 15_000
const assignmentRetryMs = 500
const reportTimeoutMs = 5_000

/** Where the session stands, for `info`. */
export type SessionState = { connected: true; manager: string } | { connected: false; error: string }

/**
 * The agent's line to the managers: one session with any one of them, made again with another when it
 * breaks. Heartbeats, assignments and reports run side by side, so that none waits for another; when one
 * of them fails, all end and the next session begins.
 */
export class Session {
  private sessionId = ''
  private current: SessionState = { connected: false, error: 'not connected to a manager yet' }
  private restart: AbortController | undefined
  /** No session will begin any more. */
  private over = false
  private readonly deliveries = new Serial()
  /** Who waits for a session to begin. */
  private readonly waiting = new Set<() => void>()

  constructor(private readonly deps: SessionDeps) {}

  get state(): SessionState {
    return this.current
  }

  /** Begins the session again: what this node says of itself has changed. */
  refresh(): void {
    this.restart?.abort(new StatusError('cancelled', 'the session is begun again'))
  }

  /**
   * Resolves when no node sends new flows to the task any more, as far as the managers know; rejects when
   * they cannot be asked in time.
   */
  async awaitDrain(taskId: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.dispatcher().awaitDrain({ sessionId: this.sessionId, taskId }, { timeoutMs, signal })
  }

  /** The manager that this session is with, for calls of this node. Throws `unavailable` while there is none. */
  dispatcher(): Client<DispatcherMethods> {
    if (!this.current.connected) throw new StatusError('unavailable', this.current.error)
    return clientOf(dispatcherService, this.deps.connections.to(this.current.manager))
  }

  /** Resolves once a session has begun, at once while there is one; rejects with the signal's reason, or when there will be none. */
  async connected(signal: AbortSignal): Promise<void> {
    while (!this.current.connected) {
      signal.throwIfAborted()
      if (this.over) throw new StatusError('unavailable', this.current.error)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
    }
  }

  /** Tells the managers what this node found of the data path. */
  async reportDataPath(report: Omit<ReportDataPathRequest, 'sessionId'>, signal: AbortSignal): Promise<void> {
    await this.dispatcher().reportDataPath({ ...report, sessionId: this.sessionId }, { timeoutMs: reportTimeoutMs, signal })
  }

  /** Keeps a session going until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, rng, managers, log, identity } = this.deps
    const backoff = new Backoff(rng, 100, 4_000)
    // The managers read the role from the certificate when a session begins.
    const stop = identity.onRole(() => this.refresh())
    try {
      while (!signal.aborted) {
        const address = managers.choose()
        try {
          if (address === undefined) throw new StatusError('unavailable', 'no manager is known: leave the swarm with --force and join again')
          await this.once(address, signal, () => backoff.reset())
        } catch (thrown) {
          if (signal.aborted) return
          if (this.restart?.signal.aborted) continue
          if (kindOf(thrown) === 'notFound') this.sessionId = ''
          if (address !== undefined) managers.failed(address)
          this.current = { connected: false, error: messageOf(thrown) }
          log.warn(`session with manager ${address ?? '(none)'} ended: ${messageOf(thrown)}`)
          await delay(clock, backoff.nextMs(), signal).catch(() => undefined)
        }
      }
    } finally {
      stop()
      this.current = { connected: false, error: 'the session was ended' }
      this.over = true
      for (const wake of [...this.waiting]) wake()
    }
  }

  /** One session with one manager; rejects with the first thing that fails in it. */
  private async once(address: string, outer: AbortSignal, begun: () => void): Promise<void> {
    const ended = new AbortController()
    this.restart = new AbortController()
    const signal = AbortSignal.any([outer, ended.signal, this.restart.signal])
    const dispatcher = clientOf(dispatcherService, this.deps.connections.to(address))
    try {
      const stream = await this.begin(dispatcher, signal)
      begun()
      this.deps.managers.answered(address)
      this.current = { connected: true, manager: address }
      for (const wake of [...this.waiting]) wake()
      this.deps.log.info(`session with manager ${address} begun`, { session: this.sessionId })
      await all(ended, [
        this.follow(stream),
        this.heartbeat(dispatcher, signal),
        this.assignments(dispatcher, signal),
        ...(this.deps.networks ? [followNetworks({ ...this.deps, dispatcher, sessionId: this.sessionId, consumer: this.deps.networks }, signal)] : []),
        this.deps.reporter.run(async (updates) => {
          await dispatcher.updateTaskStatus({ sessionId: this.sessionId, updates }, { signal })
        }, signal),
      ])
    } finally {
      ended.abort(new StatusError('cancelled', 'the session ended'))
    }
  }

  private async begin(dispatcher: Client<DispatcherMethods>, signal: AbortSignal): Promise<AsyncIterator<SessionMessage>> {
    const description = await this.deps.describe()
    const late = new AbortController()
    const timer = this.deps.clock.setTimer(beginTimeoutMs, () => late.abort(new StatusError('deadline', 'the manager did not begin the session in time')))
    const stream = dispatcher.session(
      { description, sessionId: this.sessionId, advertiseAddress: this.deps.advertiseAddress },
      { signal: AbortSignal.any([signal, late.signal]) },
    )[Symbol.asyncIterator]()
    try {
      const first = await stream.next()
      if (first.done) throw new StatusError('unavailable', 'the manager ended the session at once')
      this.sessionId = first.value.sessionId
      await this.take(first.value)
      return stream
    } finally {
      timer.cancel()
    }
  }

  private async follow(stream: AsyncIterator<SessionMessage>): Promise<void> {
    for (let next = await stream.next(); !next.done; next = await stream.next()) await this.take(next.value)
    throw new StatusError('unavailable', 'the manager ended the session')
  }

  private async take({ node, managers, rootCaPem, questions }: SessionMessage): Promise<void> {
    const { identity, log } = this.deps
    if (rootCaPem !== undefined && rootCaPem !== '') await identity.trustRoots(rootCaPem)
    if (managers.length > 0) {
      this.deps.managers.update(managers)
      this.deps.onManagers?.(managers)
    }
    for (const question of questions) void this.answer(question)
    if (!node) return
    const { state, role } = node.certificate
    const asked = state === CertificateState.renew || state === CertificateState.rotate
    // An answer to an earlier request may have been lost on its way; one that is awaited is not.
    const missed = state === CertificateState.issued && role !== identity.role && !identity.renewing
    if (asked || missed) {
      log.info('the managers ask for a new certificate', { state, role })
      identity.renewSoon(role)
    }
    this.deps.onNode?.(node)
  }

  /** Answers by the manager of this session; a question that finds no answer is refused with why. */
  private async answer({ id, kind, body }: NodeQuestion): Promise<void> {
    const { sessionId } = this
    const answer: AnswerQuestionRequest = { sessionId, id, body: new Uint8Array(0), errorKind: '', error: '' }
    try {
      if (!this.deps.onQuestion) throw new StatusError('unsupported', `this node cannot answer questions of kind ${kind}`)
      answer.body = await this.deps.onQuestion(kind, body)
    } catch (thrown) {
      Object.assign(answer, { errorKind: kindOf(thrown), error: messageOf(thrown) })
    }
    try {
      await this.dispatcher().answerQuestion(answer, { timeoutMs: reportTimeoutMs })
    } catch (thrown) {
      this.deps.log.debug(`a question of the managers was not answered: ${messageOf(thrown)}`, { kind })
    }
  }

  private async heartbeat(dispatcher: Client<DispatcherMethods>, signal: AbortSignal): Promise<void> {
    const { clock, rng, log } = this.deps
    let periodMs = firstHeartbeatMs
    while (!signal.aborted) {
      const answer = await dispatcher.heartbeat({ sessionId: this.sessionId }, { signal, timeoutMs: periodMs })
      const nextMs = answer.periodMs > 0 ? answer.periodMs : firstHeartbeatMs
      // What differs by less is the managers' jitter.
      if (Math.abs(nextMs - periodMs) > periodMs / 2) log.debug('heartbeats have another period', { periodMs: nextMs })
      periodMs = nextMs
      // A little early: the time until it arrives counts as well.
      await delay(clock, Math.max(1, jittered(rng, periodMs * 0.85, 0.1)), signal)
    }
  }

  private async assignments(dispatcher: Client<DispatcherMethods>, signal: AbortSignal): Promise<void> {
    const { clock, consumer, log } = this.deps
    while (!signal.aborted) {
      const assembler = new AssignmentAssembler()
      for await (const message of dispatcher.assignments({ sessionId: this.sessionId }, { signal })) {
        const assignments = assembler.add(message)
        if (assignments === undefined) continue
        if (assignments === 'gap') {
          log.info('assignments have a gap: asking for all of them')
          break
        }
        try {
          // In order across sessions too: one that is slow must hold up neither heartbeats nor the next session.
          await unlessAborted(this.deliveries.run(() => consumer.onAssignments(assignments)), signal)
        } catch (thrown) {
          if (signal.aborted) return
          log.error('assignments not taken: asking for all of them', { err: thrown })
          break
        }
      }
      await delay(clock, assignmentRetryMs, signal)
    }
  }
}

/** Rejects with the first failure; by then everything has been told to end, and has ended. */
async function all(ended: AbortController, work: Promise<void>[]): Promise<void> {
  let failure: { thrown: unknown } | undefined
  const fail = (thrown: unknown) => {
    failure ??= { thrown }
    ended.abort(new StatusError('cancelled', 'the session ended'))
  }
  await Promise.all(work.map((one) => one.then(() => fail(new StatusError('cancelled', 'the session ended')), fail)))
  if (failure) throw failure.thrown
}

export type { Assignments, AssignmentConsumer } from './assignments.js'
