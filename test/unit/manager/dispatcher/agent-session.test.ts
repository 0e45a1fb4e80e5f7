import { strict as assert } from 'node:assert'
import type { Assignments } from '../../../../agent/assignments.js'
import { ManagerList } from '../../../../agent/managers.js'
import { Reporter } from '../../../../agent/reporter.js'
import { Session } from '../../../../agent/session.js'
import { Dispatcher } from '../../../../manager/dispatcher/dispatcher.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { TaskState } from '../../../../src/model/task-state.js'
import { NotDoneError } from '../../../../src/wire/error-status.js'
import { dispatcherService } from '../../../../src/wire/dispatcher-service.js'
import { servedMethods, type Transport } from '../../../../src/wire/transport.js'
import { settle } from '../../../support/manual-clock.js'
import { node, secret } from '../../../support/objects.js'
import { description, dispatcherFixture } from './fixture.js'

/** Calls a dispatcher as the node `n1`, by bytes as over the network. */
function transportTo(dispatcher: Dispatcher): Transport {
  const methods = new Map(servedMethods(dispatcherService, dispatcher.handlers).map((one) => [one.path, one]))
  return {
    async *call(path, requests, { signal }) {
      const method = methods.get(path)
      if (!method) throw new NotDoneError(`no method ${path}`)
      const caller = { nodeId: 'n1', role: 'worker', clusterId: 'c' } as const
      yield* method.handle(requests, { caller, remoteAddress: '10.0.0.9', signal: signal ?? new AbortController().signal, forwardedBy: undefined })
    },
  }
}

describe('the dispatcher and a real agent session', () => {
  it('register, assign, report, and find each other again after the leader changed', async () => {
    const { store, clock, dispatcher, assign, change, ...fixture } = await dispatcherFixture(['n1'])
    await store.update((tx) => {
      const managerStatus = (raftId: number, address: string) => ({ raftId, address, leader: raftId === 1, reachability: 'reachable' as const })
      tx.create('node', node('m1', { managerStatus: managerStatus(1, 'm1:2377') }))
      tx.create('node', node('m2', { managerStatus: managerStatus(2, 'm2:2377') }))
      tx.create('secret', secret('s1'))
    })
    const next = new Dispatcher({ ...fixture, store, clock, rng: seededRng(2), log: nullLogger, nodeId: 'm2' })
    const leaders: Record<string, Dispatcher> = { 'm1:2377': dispatcher, 'm2:2377': next }

    const reporter = new Reporter()
    const taken: Assignments[] = []
    const managers = new ManagerList(seededRng(1), [{ nodeId: 'm1', address: 'm1:2377', weight: 1 }])
    const session = new Session({
      identity: { role: 'worker', renewing: false, onRole: () => () => undefined, renewSoon: () => undefined, trustRoots: () => Promise.resolve() },
      managers,
      connections: { to: (address) => transportTo(leaders[address] ?? dispatcher) },
      consumer: {
        onAssignments: async (assignments) => {
          taken.push(assignments)
          for (const task of assignments.tasks) reporter.report(task.id, { ...task.status, state: TaskState.running })
        },
      },
      reporter,
      clock,
      rng: seededRng(1),
      log: nullLogger,
      describe: () => description,
      advertiseAddress: '',
    })
    const ended = new AbortController()
    const running = session.run(ended.signal)
    const pass = async (ms = 10) => {
      for (let i = 0; i < 5; i++) await settle()
      await clock.advance(ms)
      for (let i = 0; i < 5; i++) await settle()
    }
    const stateOf = (id: string) => store.view().get('node', id)?.status.state
    const taskState = (id: string) => store.view().get('task', id)?.status.state

    await pass()
    assert.equal(stateOf('n1'), 'ready')
    assert.deepEqual(managers.known.map(({ address }) => address), ['m1:2377', 'm2:2377'])
    assert.deepEqual(taken.map(({ kind }) => kind), ['complete'])

    await assign('t1', 'n1')
    await pass()
    assert.equal(taskState('t1'), TaskState.running)
    await change('t1', { desiredState: TaskState.shutdown })
    await pass()
    assert.equal(taken.at(-1)?.tasks[0]?.desiredState, TaskState.shutdown)

    for (let i = 0; i < 60; i++) await pass(1_000)
    assert.equal(stateOf('n1'), 'ready', 'a minute of heartbeats')

    await dispatcher.stop()
    next.start()
    await assign('t2', 'n1')
    await pass(1)
    assert.equal(stateOf('n1'), 'unknown')
    for (let i = 0; i < 10 && stateOf('n1') !== 'ready'; i++) await pass(1_000)
    await pass()
    assert.equal(stateOf('n1'), 'ready')
    assert.equal(taskState('t2'), TaskState.running)
    assert.deepEqual([taken.at(-1)?.kind, taken.at(-1)?.tasks.map(({ id }) => id)], ['complete', ['t1', 't2']])

    await store.update((tx) => tx.remove('task', 't1'))
    await pass()
    assert.deepEqual(taken.at(-1)?.removedTasks, ['t1'])

    ended.abort()
    await pass()
    await running
    for (let i = 0; i < 20; i++) await pass(1_000)
    assert.equal(stateOf('n1'), 'down')
    await next.stop()
  })
})
