import { strict as assert } from 'node:assert'
import { kindOf } from '../../../../src/base/errors.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { settle } from '../../../support/manual-clock.js'
import { config, containerSpec, node, secret, taskSpec } from '../../../support/objects.js'
import { Dispatcher } from '../../../../manager/dispatcher/dispatcher.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { description, dispatcherFixture, FakeAgent, told } from './fixture.js'

const hourMs = 3600 * 1000
const refusedWith = (kind: string) => (thrown: unknown) => kindOf(thrown) === kind
const using = (secrets: string[], configs: string[] = []) => {
  const files = (ids: string[]) => ids.map((id) => ({ id, name: id, file: { name: id, uid: '0', gid: '0', mode: 0o444 } }))
  return { spec: taskSpec({ container: containerSpec({ secrets: files(secrets), configs: files(configs) }) }) }
}

describe('Dispatcher', () => {
  let fixture: Awaited<ReturnType<typeof dispatcherFixture>>
  beforeEach(async () => (fixture = await dispatcherFixture()))
  afterEach(() => fixture.dispatcher.stop())

  const stateOf = (id: string) => fixture.store.view().get('node', id)?.status.state

  describe('sessions', () => {
    it('make the node ready and tell it what it has to know', async () => {
      await fixture.store.update((tx) => {
        const status = { raftId: 1, address: '10.0.0.1:2377', leader: true, reachability: 'reachable' } as const
        tx.create('node', node('m1', { managerStatus: status }))
        const [cluster] = tx.list('cluster')
        if (cluster) tx.update('cluster', { ...cluster, rootCa: { ...cluster.rootCa, certPem: 'ROOT' } })
      })
      const first = await fixture.agent('n1').register()
      assert.deepEqual(first?.managers, [{ nodeId: 'm1', address: '10.0.0.1:2377', weight: 10 }])
      assert.equal(first?.rootCaPem, 'ROOT')
      const { status, description: stored } = fixture.store.view().get('node', 'n1') ?? {}
      assert.deepEqual(status, { state: 'ready', message: '', address: '10.0.0.9' })
      assert.deepEqual(stored, description)
      assert.deepEqual(first?.node?.status, status, 'the message tells of the node as it now is')
    })

    it('tell of changes of the node, the managers and the root, and of nothing else', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      await fixture.assign('t1', 'n1')
      assert.deepEqual(await agent.session?.taken(), [])
      await fixture.store.update((tx) => {
        const n1 = tx.get('node', 'n1')
        if (n1) tx.update('node', { ...n1, spec: { ...n1.spec, role: 'manager' } })
      })
      const [news] = (await agent.session?.taken()) ?? []
      assert.equal(news?.node?.spec.role, 'manager')
      assert.deepEqual([news?.managers, news?.rootCaPem], [[], undefined])
    })

    it('are refused to nodes that are not there', async () => {
      const agent = fixture.agent('stranger')
      await agent.register()
      assert.equal(kindOf(agent.session?.failure), 'notFound')
    })

    it('go on under their id, and are replaced by new ones', async () => {
      const agent = fixture.agent('n1')
      const first = await agent.register()
      assert.equal((await agent.register(first?.sessionId))?.sessionId, first?.sessionId)
      const again = new FakeAgent(fixture.dispatcher, 'n1')
      await again.register()
      assert.notEqual(again.sessionId, first?.sessionId)
      await settle()
      assert.equal(kindOf(agent.session?.failure), 'notFound')
      await assert.rejects(agent.heartbeat(), refusedWith('notFound'))
      await again.heartbeat()
    })

    it("belong to the node in the caller's certificate", async () => {
      const [one, two] = [fixture.agent('n1'), fixture.agent('n2')]
      await one.register()
      await two.register()
      two.sessionId = one.sessionId
      await assert.rejects(two.heartbeat(), refusedWith('notFound'))
    })

    it('end when the node is removed', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      await agent.assignments()
      await fixture.store.update((tx) => tx.remove('node', 'n1'))
      await agent.session?.taken()
      assert.equal(kindOf(agent.session?.failure), 'forbidden')
      assert.equal(kindOf(agent.assigned?.failure), 'forbidden')
    })

    it('end, and are refused, when this manager does not lead', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      await fixture.dispatcher.stop()
      await settle()
      assert.equal(kindOf(agent.session?.failure), 'unavailable')
      await assert.rejects(agent.heartbeat(), refusedWith('unavailable'))
    })

    it('end quietly when the caller goes away; the node stays ready until its heartbeats are missed', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      agent.controller.abort()
      await settle()
      assert.deepEqual([agent.session?.done, agent.session?.failure, stateOf('n1')], [true, undefined, 'ready'])
    })
  })

  describe('heartbeats', () => {
    it('keep a node ready; three missed ones make it down', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      for (let i = 0; i < 10; i++) {
        const { periodMs } = await agent.heartbeat()
        assert.ok(periodMs >= 4500 && periodMs <= 5500, `${periodMs}`)
        await fixture.clock.advance(periodMs)
      }
      assert.equal(stateOf('n1'), 'ready')
      await fixture.clock.advance(17_500)
      assert.equal(stateOf('n1'), 'down')
      assert.equal(fixture.store.view().get('node', 'n1')?.status.message, 'heartbeat failure for node in "ready" state')
      await assert.rejects(agent.heartbeat(), refusedWith('notFound'))
      await agent.register()
      assert.equal(stateOf('n1'), 'ready')
    })

    it('follow the period of the cluster', async () => {
      await fixture.store.update((tx) => {
        const [cluster] = tx.list('cluster')
        if (cluster) tx.update('cluster', { ...cluster, spec: { ...cluster.spec, dispatcher: { heartbeatPeriodNs: 1e9 } } })
      })
      await settle()
      const agent = fixture.agent('n1')
      await agent.register()
      assert.ok((await agent.heartbeat()).periodMs <= 1100)
      await fixture.clock.advance(4_500)
      assert.equal(stateOf('n1'), 'down')
    })

    it('that nobody could read while this manager was frozen are not missed', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      await fixture.clock.advance(1_000)
      // The process was stopped: time has passed and no timer has run.
      fixture.clock.jump(60_000)
      await fixture.clock.advance(2_000)
      assert.equal(stateOf('n1'), 'ready')
      await agent.heartbeat()
      await fixture.clock.advance(20_000)
      assert.equal(stateOf('n1'), 'down')
    })

    it('a new leader gives every node time to come back', async () => {
      await fixture.agent('n1').register()
      await fixture.dispatcher.stop()
      const next = new Dispatcher({ ...fixture, rng: seededRng(2), log: nullLogger, nodeId: 'm2' })
      next.start()
      await fixture.clock.advance(1)
      assert.deepEqual([stateOf('n1'), stateOf('n2')], ['unknown', 'unknown'])
      await fixture.clock.advance(15_000)
      const back = new FakeAgent(next, 'n1')
      await back.register()
      await fixture.clock.advance(6_000)
      assert.deepEqual([stateOf('n1'), stateOf('n2')], ['ready', 'down'])
      await next.stop()
    })
  })

  describe('tasks of a node that stays down', () => {
    it('are given up after a day', async () => {
      await fixture.assign('t1', 'n1')
      await fixture.assign('t2', 'n1', { status: { state: TaskState.complete, timestampMs: 0, message: '', err: '', ports: [], appliedBy: '' } })
      await fixture.clock.advance(hourMs)
      assert.equal(stateOf('n1'), 'down')
      const states = () => ['t1', 't2'].map((id) => fixture.store.view().get('task', id)?.status.state)
      assert.deepEqual(states(), [TaskState.assigned, TaskState.complete])
      await fixture.clock.advance(23 * hourMs + 120_000)
      assert.deepEqual(states(), [TaskState.orphaned, TaskState.complete])
    })
  })

  describe('assignments', () => {
    it('start complete and go on with changes, each for its node', async () => {
      await fixture.assign('t1', 'n1')
      await fixture.assign('t2', 'n2')
      const agent = fixture.agent('n1')
      await agent.register()
      const [first] = await agent.assignments()
      assert.deepEqual(told(first ? [first] : []), ['complete +t1'])
      await fixture.assign('t3', 'n1')
      await fixture.assign('t4', 'n2')
      await fixture.change('t1', { desiredState: TaskState.shutdown })
      const next = (await agent.assigned?.taken()) ?? []
      assert.deepEqual(next.flatMap((message) => message.changes.map((change) => change.assignment.task?.id)).sort(), ['t1', 't3'])
      assert.deepEqual([next[0]?.type, next[0]?.appliesTo], ['incremental', first?.resultsIn])
      await fixture.store.update((tx) => tx.remove('task', 't3'))
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental -t3'])
    })

    it('a node without tasks is told so', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      assert.deepEqual(told(await agent.assignments()), ['complete'])
    })

    it('leave out tasks before `assigned`, and what the agent itself said', async () => {
      const agent = fixture.agent('n1')
      await fixture.assign('t1', 'n1', { status: { state: TaskState.pending, timestampMs: 0, message: '', err: '', ports: [], appliedBy: '' } })
      await agent.register()
      assert.deepEqual(told(await agent.assignments()), ['complete'])
      await fixture.change('t1', { status: { state: TaskState.assigned, timestampMs: 0, message: '', err: '', ports: [], appliedBy: '' } })
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental +t1'])
      await agent.report('t1', { state: TaskState.running })
      assert.equal(fixture.store.view().get('task', 't1')?.status.state, TaskState.running)
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), [])
    })

    it('bring secrets and configs with the first task that uses them and take them back with the last', async () => {
      await fixture.store.update((tx) => {
        tx.create('secret', secret('s1'))
        tx.create('secret', secret('s2'))
        tx.create('config', config('c1'))
      })
      const agent = fixture.agent('n1')
      await agent.register()
      await agent.assignments()
      await fixture.assign('t1', 'n1', using(['s1'], ['c1']))
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental +s1 +c1 +t1'])
      await fixture.assign('t2', 'n1', using(['s1', 's2', 'gone']))
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental +s2 +t2'])
      await agent.report('t1', { state: TaskState.failed })
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental -c1'])
      await fixture.store.update((tx) => tx.remove('task', 't2'))
      const last = (await agent.assigned?.taken()) ?? []
      assert.deepEqual(told(last), ['incremental -t2 -s1 -s2'])
      assert.ok(last[0]?.changes.every(({ assignment }) => (assignment.secret?.spec.data.length ?? 0) === 0), 'no data leaves with a removal')
    })

    it('are cut into parts', async () => {
      await fixture.store.update((tx) => {
        for (let i = 0; i < 250; i++) tx.create('secret', secret(`s${i}`))
        tx.create('config', { ...config('big'), spec: { ...config('big').spec, data: new Uint8Array(1_000_000) } })
      })
      await fixture.assign('t1', 'n1', using(Array.from({ length: 250 }, (_, i) => `s${i}`), ['big']))
      const agent = fixture.agent('n1')
      await agent.register()
      const parts = await agent.assignments()
      assert.ok(parts.length >= 3)
      assert.deepEqual(parts.map(({ more }) => more), parts.map((_, at) => at < parts.length - 1))
      assert.equal(new Set(parts.map(({ resultsIn }) => resultsIn)).size, 1)
      assert.equal(parts.reduce((sum, { changes }) => sum + changes.length, 0), 252)
    })

    it('start complete again after the store was restored from a snapshot', async () => {
      await fixture.assign('t1', 'n1')
      const agent = fixture.agent('n1')
      await agent.register()
      await agent.assignments()
      const chunks = [...fixture.store.snapshot()]
      await fixture.store.update((tx) => tx.remove('task', 't1'))
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental -t1'])
      await fixture.store.restore(fixture.store.view().index, chunks)
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['complete +t1'])
    })

    it('one stream a session: a second one takes the place of the first', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      await agent.assignments()
      const first = agent.assigned
      await agent.assignments()
      assert.equal(kindOf(first?.failure), 'cancelled')
      await fixture.assign('t1', 'n1')
      assert.deepEqual(told((await agent.assigned?.taken()) ?? []), ['incremental +t1'])
    })
  })

  describe('task status', () => {
    it('only moves forward', async () => {
      await fixture.assign('t1', 'n1')
      const agent = fixture.agent('n1')
      await agent.register()
      await agent.report('t1', { state: TaskState.running, message: 'started' })
      await agent.report('t1', { state: TaskState.preparing, message: 'late' })
      const { status } = fixture.store.view().get('task', 't1') ?? {}
      assert.deepEqual([status?.state, status?.message, status?.appliedBy], [TaskState.running, 'started', 'm1'])
    })

    it('is taken from the node that has the task alone', async () => {
      await fixture.assign('t2', 'n2')
      const agent = fixture.agent('n1')
      await agent.register()
      await agent.report('t2', { state: TaskState.running })
      await agent.report('gone', { state: TaskState.running })
      assert.equal(fixture.store.view().get('task', 't2')?.status.state, TaskState.assigned)
    })

    it('is gathered into few transactions', async () => {
      const agent = fixture.agent('n1')
      await agent.register()
      for (let i = 0; i < 50; i++) await fixture.assign(`t${i}`, 'n1')
      const before = fixture.cluster.log.length
      await Promise.all(Array.from({ length: 50 }, (_, i) => agent.report(`t${i}`, { state: TaskState.running })))
      assert.equal(fixture.cluster.log.length, before + 1)
      await agent.report('t0', { state: TaskState.running })
      assert.equal(fixture.cluster.log.length, before + 1, 'nothing new, nothing written')
    })

    it('fails for the agent when it could not be committed', async () => {
      await fixture.assign('t1', 'n1')
      const agent = fixture.agent('n1')
      await agent.register()
      fixture.cluster.fail()
      await assert.rejects(agent.report('t1', { state: TaskState.running }), refusedWith('unavailable'))
      fixture.cluster.lead()
      await agent.report('t1', { state: TaskState.running })
      assert.equal(fixture.store.view().get('task', 't1')?.status.state, TaskState.running)
    })
  })
})
