import { strict as assert } from 'node:assert'
import type { Assignments, AssignmentConsumer } from '../../../agent/assignments.js'
import { ManagerList } from '../../../agent/managers.js'
import { Reporter } from '../../../agent/reporter.js'
import { Session, type SessionIdentity } from '../../../agent/session.js'
import { notFound, unavailable } from '../../../src/base/errors.js'
import { nullLogger } from '../../../src/base/log.js'
import { Queue } from '../../../src/base/queue.js'
import { seededRng } from '../../../src/base/rng.js'
import type { Node, NodeRole } from '../../../src/model/node.js'
import type { Task, TaskStatus } from '../../../src/model/task.js'
import {
  dispatcherService,
  type AssignmentChange,
  type AssignmentsMessage,
  type DispatcherMethods,
  type NetworksMessage,
  type SessionMessage,
  type SessionRequest,
  type TaskStatusUpdate,
  type WeightedPeer,
} from '../../../src/wire/dispatcher-service.js'
import type { Handlers } from '../../../src/wire/service-table.js'
import { servedMethods, type Transport } from '../../../src/wire/transport.js'
import { eventually } from '../../support/eventually.js'
import { ManualClock, settle } from '../../support/manual-clock.js'
import { node as someNode, task as someTask } from '../../support/objects.js'

const meta = { version: 1, createdAtMs: 0, updatedAtMs: 0 }
const task = (id: string): Task => ({ ...someTask(id), meta })
const nodeObject = (over: Partial<Node['certificate']> = {}): Node => {
  const node = someNode('n1')
  return { ...node, meta, certificate: { ...node.certificate, ...over } }
}
const status = (state: number, message = ''): TaskStatus => ({ state: state as TaskStatus['state'], timestampMs: state, message, err: '', ports: [], appliedBy: 'n1' })
const update = (one: Task): AssignmentChange => ({ action: 'update', assignment: { task: one } })
const complete = (resultsIn: string, changes: AssignmentChange[], more = false): AssignmentsMessage => ({ type: 'complete', appliesTo: '', resultsIn, changes, more })
const incremental = (appliesTo: string, resultsIn: string, changes: AssignmentChange[]): AssignmentsMessage => ({ type: 'incremental', appliesTo, resultsIn, changes, more: false })

/** A dispatcher that says what a test tells it to. */
class FakeDispatcher {
  sessions: SessionRequest[] = []
  heartbeats = 0
  heartbeatFailure: Error | undefined
  hang = false
  updates: TaskStatusUpdate[][] = []
  updateFailure: Error | undefined
  assignmentCalls = 0
  session = new Queue<SessionMessage>(100)
  assignments = new Queue<AssignmentsMessage>(100)
  networks = new Queue<NetworksMessage>(100)
  acknowledged: string[] = []
  drained: string[] = []
  answers: string[] = []

  handlers(): Handlers<DispatcherMethods> {
    return {
      session: (request, call) => {
        this.sessions.push(request)
        const queue = (this.session = new Queue<SessionMessage>(100))
        call.signal.addEventListener('abort', () => queue.close(), { once: true })
        queue.push({ sessionId: request.sessionId || `s${this.sessions.length}`, managers: [], questions: [], node: nodeObject() })
        return queue
      },
      heartbeat: async (_request, call) => {
        this.heartbeats++
        if (this.hang) await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(new Error('aborted'))))
        if (this.heartbeatFailure) throw this.heartbeatFailure
        return { periodMs: 1_000 }
      },
      assignments: (_request, call) => {
        this.assignmentCalls++
        const queue = (this.assignments = new Queue<AssignmentsMessage>(100))
        call.signal.addEventListener('abort', () => queue.close(), { once: true })
        return queue
      },
      updateTaskStatus: async ({ updates }) => {
        if (this.updateFailure) throw this.updateFailure
        this.updates.push(updates)
        return {}
      },
      networks: (_request, call) => {
        const queue = (this.networks = new Queue<NetworksMessage>(100))
        call.signal.addEventListener('abort', () => queue.close(), { once: true })
        return queue
      },
      acknowledgeNetworks: async ({ sequence }) => {
        this.acknowledged.push(sequence)
        return {}
      },
      awaitDrain: async ({ taskId }) => {
        this.drained.push(taskId)
        return {}
      },
      attachNetwork: async ({ containerId }) => ({ attachmentId: `of ${containerId}`, networkId: 'n1' }),
      detachNetwork: async () => ({}),
      renameAttachment: async () => ({}),
      findNetwork: async ({ network }) => Promise.reject(notFound(`network ${network} not found`)),
      reportDataPath: async () => ({}),
      answerQuestion: async ({ id, errorKind, body }) => {
        this.answers.push(`${id}: ${errorKind}${Buffer.from(body).toString()}`)
        return {}
      },
    }
  }
}

/** Calls handlers in this process, by bytes; the time limit is that of the clock. */
function transportTo(handlers: Handlers<DispatcherMethods>, clock: ManualClock): Transport {
  const methods = new Map(servedMethods(dispatcherService, handlers).map((one) => [one.path, one]))
  return {
    async *call(path, requests, { signal, timeoutMs }) {
      const ended = new AbortController()
      const timer = timeoutMs === undefined ? undefined : clock.setTimer(timeoutMs, () => ended.abort(unavailable('no answer in time')))
      const both = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
      const aborted = new Promise<never>((_, reject) => both.addEventListener('abort', () => reject(both.reason as Error), { once: true }))
      aborted.catch(() => undefined)
      const iterator = methods.get(path)?.handle(requests, { caller: undefined, remoteAddress: '', signal: both, forwardedBy: undefined })[Symbol.asyncIterator]()
      try {
        for (;;) {
          const next = await Promise.race([iterator?.next(), aborted])
          if (!next || next.done) return
          yield next.value
        }
      } finally {
        timer?.cancel()
        ended.abort(unavailable('the call is over'))
      }
    },
  }
}

class FakeIdentity implements SessionIdentity {
  renewals = 0
  roots: string[] = []
  role: NodeRole = 'worker'
  renewing = false
  private listener: ((role: NodeRole) => void) | undefined
  onRole(listener: (role: NodeRole) => void): () => void {
    this.listener = listener
    return () => (this.listener = undefined)
  }
  renewSoon(): void {
    this.renewals++
  }
  trustRoots = async (pem: string) => void this.roots.push(pem)
  change(role: NodeRole): void {
    this.role = role
    this.listener?.(role)
  }
}

describe('session', () => {
  const clock = new ManualClock()
  let dispatchers: Record<string, FakeDispatcher>
  let identity: FakeIdentity
  let managers: ManagerList
  let remembered: (readonly WeightedPeer[])[]
  let taken: Assignments[]
  let consume: AssignmentConsumer['onAssignments']
  let reporter: Reporter
  let session: Session
  let ended: AbortController
  let running: Promise<void>

  beforeEach(() => {
    dispatchers = { 'm1:2377': new FakeDispatcher() }
    identity = new FakeIdentity()
    managers = new ManagerList(seededRng(1), [{ nodeId: 'm1', address: 'm1:2377', weight: 1 }])
    remembered = []
    taken = []
    consume = async (assignments) => void taken.push(assignments)
    reporter = new Reporter()
    ended = new AbortController()
  })
  afterEach(async () => {
    ended.abort()
    await clock.advance(1)
    await running
  })

  async function start(): Promise<FakeDispatcher> {
    session = new Session({
      identity,
      managers,
      connections: {
        to: (address) => {
          const dispatcher = dispatchers[address]
          if (dispatcher) return transportTo(dispatcher.handlers(), clock)
          return { call: () => { throw unavailable(`cannot connect to ${address}`) } }
        },
      },
      consumer: { onAssignments: (assignments) => consume(assignments) },
      reporter,
      clock,
      rng: seededRng(1),
      log: nullLogger,
      describe: () => ({ hostname: 'h1', platform: { architecture: 'x86_64', os: 'linux' }, resources: { nanoCpus: 1, memoryBytes: 1, generic: [] }, engineVersion: '', engineLabels: {}, plugins: [] }),
      advertiseAddress: '10.0.0.1',
      onManagers: (peers) => remembered.push(peers),
    })
    running = session.run(ended.signal)
    await settle()
    return dispatchers['m1:2377'] as FakeDispatcher
  }

  const eventuallyTaken = (count: number) => eventually(`${count} assignments`, () => taken.length === count)

  it('registers, beats within the period it is given and hands on assignments', async () => {
    const dispatcher = await start()
    assert.equal(dispatcher.sessions[0]?.description.hostname, 'h1')
    assert.equal(dispatcher.sessions[0]?.advertiseAddress, '10.0.0.1')
    assert.deepEqual(session.state, { connected: true, manager: 'm1:2377' })
    await clock.advance(5_000)
    assert.ok(dispatcher.heartbeats >= 5 && dispatcher.heartbeats <= 8, `${dispatcher.heartbeats}`)
    dispatcher.assignments.push(complete('1', [update(task('t1'))], true))
    dispatcher.assignments.push(complete('1', [update(task('t2')), { action: 'update', assignment: { secret: { id: 'x' as never, meta, spec: { name: 's', labels: {}, data: Uint8Array.of(1) }, internal: false } } }]))
    dispatcher.assignments.push(incremental('1', '2', [{ action: 'remove', assignment: { task: task('t1') } }]))
    await eventuallyTaken(2)
    assert.deepEqual([taken[0]?.kind, taken[0]?.tasks.map(({ id }) => id), taken[0]?.secrets.length], ['complete', ['t1', 't2'], 1])
    assert.deepEqual([taken[1]?.kind, taken[1]?.tasks, taken[1]?.removedTasks], ['incremental', [], ['t1']])
  })

  it('tells who waits for a session that there will be none when it is over', async () => {
    dispatchers = {}
    await start()
    const waiting = assert.rejects(session.connected(new AbortController().signal), /the session was ended/)
    await settle()
    ended.abort()
    await clock.advance(1)
    await waiting
  })

  it('asks for everything again when changes are missing or were not taken', async () => {
    const dispatcher = await start()
    dispatcher.assignments.push(complete('1', []))
    dispatcher.assignments.push(incremental('2', '3', [update(task('t1'))]))
    await eventuallyTaken(1)
    await clock.advance(1_000)
    assert.equal(dispatcher.assignmentCalls, 2)
    consume = async () => { throw new Error('disk full') }
    dispatcher.assignments.push(complete('3', []))
    await settle()
    await clock.advance(1_000)
    assert.equal(dispatcher.assignmentCalls, 3)
    assert.equal(dispatcher.sessions.length, 1)
  })

  it('heartbeats go on while assignments are worked on, and those stay in order', async () => {
    const release: (() => void)[] = []
    consume = (assignments) => new Promise((resolve) => release.push(() => { taken.push(assignments); resolve() }))
    const dispatcher = await start()
    dispatcher.assignments.push(complete('1', []))
    await settle()
    await clock.advance(10_000)
    assert.ok(dispatcher.heartbeats > 9)
    dispatcher.heartbeatFailure = unavailable('gone')
    await clock.advance(1_500)
    dispatcher.heartbeatFailure = undefined
    await clock.advance(5_000)
    assert.ok(dispatcher.sessions.length >= 2)
    dispatcher.assignments.push(complete('2', []))
    await settle()
    assert.equal(release.length, 1)
    release[0]?.()
    await eventually('the second set', () => release.length === 2)
    release[1]?.()
    await eventuallyTaken(2)
  })

  it('goes to another manager when one fails, and resumes its session', async () => {
    const dispatcher = await start()
    const other = (dispatchers['m2:2377'] = new FakeDispatcher())
    dispatcher.session.push({ sessionId: 's1', managers: [{ nodeId: 'm1', address: 'm1:2377', weight: 1 }, { nodeId: 'm2', address: 'm2:2377', weight: 1 }], questions: [] })
    await settle()
    assert.equal(remembered.length, 1)
    delete dispatchers['m1:2377']
    dispatcher.session.close(unavailable('the manager is shutting down'))
    await clock.advance(3_000)
    assert.equal(other.sessions[0]?.sessionId, 's1')
    assert.deepEqual(session.state, { connected: true, manager: 'm2:2377' })
  })

  it('a manager that does not answer heartbeats is left within the period', async () => {
    const dispatcher = await start()
    await clock.advance(1_000)
    dispatcher.hang = true
    await clock.advance(2_500)
    assert.ok(dispatcher.sessions.length >= 2)
  })

  it('a session that the manager does not know is begun anew', async () => {
    const dispatcher = await start()
    dispatcher.heartbeatFailure = notFound('session s1 not found')
    await clock.advance(1_100)
    dispatcher.heartbeatFailure = undefined
    await clock.advance(5_000)
    assert.equal(dispatcher.sessions[1]?.sessionId, '')
  })

  it('sends the latest status of each task, tries again, and tells each new session everything', async () => {
    const dispatcher = await start()
    reporter.report('t1', status(320))
    reporter.report('t1', status(512))
    reporter.report('t2', status(256))
    await eventually('a report', () => dispatcher.updates.length === 1)
    assert.deepEqual(dispatcher.updates[0]?.map(({ taskId, status: { state } }) => [taskId, state]), [['t1', 512], ['t2', 256]])
    reporter.report('t1', status(512))
    await settle()
    assert.equal(reporter.pending, 0)
    dispatcher.updateFailure = unavailable('no leader')
    reporter.report('t2', status(512))
    await settle()
    assert.equal(reporter.pending, 1)
    dispatcher.updateFailure = undefined
    reporter.forget('t1')
    await clock.advance(5_000)
    assert.deepEqual(dispatcher.updates.at(-1), [{ taskId: 't2', status: status(512) }])
    assert.equal(reporter.pending, 0)
  })

  it('renews its certificate when asked to, and tells of its new role in a new session', async () => {
    const dispatcher = await start()
    assert.equal(identity.renewals, 0)
    dispatcher.session.push({ sessionId: 's1', managers: [], questions: [], node: nodeObject({ state: 'renew', role: 'manager' }), rootCaPem: 'PEM' })
    await settle()
    assert.equal(identity.renewals, 1)
    assert.deepEqual(identity.roots, ['PEM'])
    dispatcher.session.push({ sessionId: 's1', managers: [], questions: [], node: nodeObject({ state: 'pending', role: 'manager' }) })
    await settle()
    assert.equal(identity.renewals, 1)
    identity.change('manager')
    await eventually('a new session', () => dispatcher.sessions.length === 2)
    assert.equal(dispatcher.sessions[1]?.sessionId, 's1')
  })

  it('asks for a certificate whose issue it missed, but not for one that it waits for', async () => {
    const dispatcher = await start()
    const tell = async () => {
      dispatcher.session.push({ sessionId: 's1', managers: [], questions: [], node: nodeObject({ state: 'issued', role: 'manager' }) })
      await settle()
    }
    identity.renewing = true
    await tell()
    assert.equal(identity.renewals, 0)
    identity.renewing = false
    await tell()
    assert.equal(identity.renewals, 1)
  })

  it('says what is wrong while there is no manager', async () => {
    dispatchers = {}
    await start()
    assert.deepEqual(session.state, { connected: false, error: 'cannot connect to m1:2377' })
    dispatchers['m1:2377'] = new FakeDispatcher()
    await clock.advance(10_000)
    assert.deepEqual(session.state, { connected: true, manager: 'm1:2377' })
  })

  it('chooses managers by weight, and those that failed less often', () => {
    const list = new ManagerList(seededRng(3), [{ nodeId: 'a', address: 'a', weight: 1 }, { nodeId: 'b', address: 'b', weight: 3 }])
    const count = () => Array.from({ length: 1000 }, () => list.choose()).filter((one) => one === 'b').length
    const before = count()
    assert.ok(before > 680 && before < 820, `${before}`)
    list.failed('b')
    list.failed('b')
    assert.ok(count() < 100)
    list.answered('b')
    assert.ok(count() > 680)
    list.update([])
    assert.equal(list.known.length, 2)
    assert.equal(new ManagerList(seededRng(1), []).choose(), undefined)
  })
})
