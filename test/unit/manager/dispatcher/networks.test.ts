import { strict as assert } from 'node:assert'
import type { ServiceId } from '../../../../src/model/ids.js'
import { TaskState } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import type { NetworksMessage } from '../../../../src/wire/dispatcher-service.js'
import { settle } from '../../../support/manual-clock.js'
import { clusterNetwork } from '../../../support/network-rows.js'
import { node, service, task } from '../../../support/objects.js'
import { dispatcherFixture, Reader } from './fixture.js'

/** `+t1 -t2!`: rows by their ids; `!` marks tasks that serve. */
function rows(messages: readonly NetworksMessage[]): string[] {
  return messages.map(({ type, changes }) =>
    [
      type,
      ...changes.map(({ action, network, endpoint, service: one, peer }) => {
        const name = network?.id ?? one?.name ?? peer?.address ?? `${endpoint?.taskId ?? ''}${endpoint?.serving ? '!' : ''}`
        return `${action === 'update' ? '+' : '-'}${name}`
      }),
    ].join(' '),
  )
}

describe('tables of networks', () => {
  let fixture: Awaited<ReturnType<typeof dispatcherFixture>>
  beforeEach(async () => {
    fixture = await dispatcherFixture()
    await fixture.store.update((tx) => {
      tx.create('network', clusterNetwork('back'))
      tx.create('network', clusterNetwork('other'))
      const endpoint = { spec: { mode: 'vip' as const, ports: [] }, ports: [], virtualIps: [{ networkId: 'back' as string, address: '10.0.1.2/24' }] }
      tx.create('service', service('web', { endpoint }))
    })
  })
  afterEach(() => fixture.dispatcher.stop())

  const on = (network: string, address: string, over: Partial<Task> = {}): Partial<Task> => ({
    serviceId: 'web' as ServiceId, networks: [{ network: { ...clusterNetwork(network) }, addresses: [`${address}/24`], aliases: [], driverOptions: {} }], ...over,
  })
  const state = (id: string, value: TaskState, desired: TaskState = TaskState.running): Promise<void> => fixture.change(id, { status: { ...task('x').status, state: value }, desiredState: desired })
  const follow = async (id: string) => {
    const agent = fixture.agent(id)
    await agent.register()
    const reader = new Reader(fixture.dispatcher.handlers.networks({ sessionId: agent.sessionId }, agent.call()))
    const acknowledge = (sequence: string) => fixture.dispatcher.handlers.acknowledgeNetworks({ sessionId: agent.sessionId, sequence }, agent.call())
    return { agent, reader, acknowledge }
  }

  it('tell a node of the networks its tasks are on, and of the nodes', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    await fixture.assign('t3', 'n2', on('other', '10.0.2.3'))
    const { reader } = await follow('n1')
    const [first] = await reader.taken()
    assert(first)
    assert.deepEqual(rows([first]), ['complete +back +10.0.0.9 + +web +t1 +t2'])
    assert.equal(first.dataPathPort, 4789)
    await state('t2', TaskState.running)
    assert.deepEqual(rows(await reader.taken()), ['incremental +t2!'])
    await state('t3', TaskState.running)
    assert.deepEqual(await reader.taken(), [], 'another network')
  })

  it('take a task out when it is to end, keep it reachable until it has ended', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    await state('t2', TaskState.running)
    const { reader } = await follow('n1')
    await reader.taken()
    await state('t2', TaskState.running, TaskState.shutdown)
    assert.deepEqual(rows(await reader.taken()), ['incremental +t2'])
    await state('t2', TaskState.shutdown, TaskState.shutdown)
    assert.deepEqual(rows(await reader.taken()), ['incremental -t2'])
  })

  it('are taken back with the last task of the node, and come with the first', async () => {
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    const { reader } = await follow('n1')
    await reader.taken()
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    assert.deepEqual(rows(await reader.taken()), ['incremental +back +web +t2 +t1'])
    await state('t1', TaskState.failed)
    assert.deepEqual(rows(await reader.taken()), ['incremental -back'])
  })

  it('show the ingress network to every node', async () => {
    await fixture.store.update((tx) => tx.create('network', clusterNetwork('mesh', { ingress: true })))
    const { reader } = await follow('n1')
    assert.match(rows(await reader.taken())[0] ?? '', /\+mesh/)
  })

  it('follow a node to another address', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    const { reader } = await follow('n1')
    await reader.taken()
    await fixture.store.update((tx) => {
      const n2 = tx.get('node', 'n2')
      if (n2) tx.update('node', { ...n2, description: { ...(node('n2').description ?? descriptionOf()), dataPathAddress: '192.0.2.7' } })
    })
    const [message] = await reader.taken()
    assert.deepEqual(message?.changes.map(({ peer, endpoint }) => peer?.address ?? endpoint?.nodeAddress), ['192.0.2.7', '192.0.2.7'])
  })

  it('tell everybody of a node\'s encryption keys, but of no key that another node has', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    const { reader } = await follow('n1')
    await reader.taken()
    const say = async (id: string, ...publicKeys: string[]) => {
      const agent = fixture.agent(id)
      const description = { ...descriptionOf(), encryption: { keys: publicKeys.map((publicKey) => ({ publicKey, port: 51_820 })) } }
      await new Reader(fixture.dispatcher.handlers.session({ description, sessionId: '', advertiseAddress: '' }, agent.call())).taken()
      return fixture.store.view().get('node', id)?.description?.encryption?.keys.map(({ publicKey }) => publicKey)
    }
    assert.deepEqual(await say('n2', 'old', 'new'), ['old', 'new'])
    const told = (await reader.taken()).flatMap(({ changes }) => changes).find(({ peer }) => peer?.nodeId === 'n2')
    assert.deepEqual(told?.peer?.encryption?.keys.map(({ publicKey }) => publicKey), ['old', 'new'])
    assert.deepEqual(await say('n2', 'new'), ['new'])
    assert.deepEqual(await say('n1', 'new', 'own'), ['own'])
    assert.deepEqual(await say('n1', 'new'), undefined)
    assert.deepEqual(await say('n2', '1', '2', '3', '4', '5'), ['2', '3', '4', '5'])
  })

  it('let a task end once every node has acknowledged', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    await state('t2', TaskState.running)
    const [one, two] = [await follow('n1'), await follow('n2')]
    for (const { reader, acknowledge } of [one, two]) for (const { resultsIn } of await reader.taken()) await acknowledge(resultsIn)
    await state('t2', TaskState.running, TaskState.shutdown)
    let drained = false
    const waiting = fixture.dispatcher.handlers.awaitDrain({ sessionId: two.agent.sessionId, taskId: 't2' }, two.agent.call()).then(() => (drained = true))
    const [[a], [b]] = [await one.reader.taken(), await two.reader.taken()]
    await one.acknowledge(a?.resultsIn ?? '')
    await settle()
    assert.equal(drained, false, 'n2 has not acknowledged')
    await two.acknowledge(b?.resultsIn ?? '')
    await waiting
  })

  it('take a task out that its own node stops, and no other', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    await state('t2', TaskState.running)
    const [one, two] = [await follow('n1'), await follow('n2')]
    for (const { reader, acknowledge } of [one, two]) for (const { resultsIn } of await reader.taken()) await acknowledge(resultsIn)
    const asked = new AbortController()
    const foreign = fixture.dispatcher.handlers.awaitDrain({ sessionId: one.agent.sessionId, taskId: 't2' }, { ...one.agent.call(), signal: asked.signal })
    assert.deepEqual(await one.reader.taken(), [])
    asked.abort()
    await foreign
    const waiting = fixture.dispatcher.handlers.awaitDrain({ sessionId: two.agent.sessionId, taskId: 't2' }, two.agent.call())
    const [a, b] = [await one.reader.taken(), await two.reader.taken()]
    assert.deepEqual([rows(a), rows(b)], [['incremental +t2'], ['incremental +t2']])
    await one.acknowledge(a[0]?.resultsIn ?? '')
    await two.acknowledge(b[0]?.resultsIn ?? '')
    await waiting
    // What its node says of it meanwhile brings it back no more.
    await state('t2', TaskState.running)
    assert.deepEqual(await one.reader.taken(), [])
    await state('t2', TaskState.failed)
    assert.deepEqual(rows(await one.reader.taken()), ['incremental -t2'])
  })

  it('bring a task back that its node was about to stop and did not', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    await state('t2', TaskState.running)
    const [one, two] = [await follow('n1'), await follow('n2')]
    await one.reader.taken()
    const asked = new AbortController()
    const waiting = fixture.dispatcher.handlers.awaitDrain({ sessionId: two.agent.sessionId, taskId: 't2' }, { ...two.agent.call(), signal: asked.signal })
    assert.deepEqual(rows(await one.reader.taken()), ['incremental +t2'])
    asked.abort()
    await waiting
    // With heartbeats in between, the sessions go on.
    for (let seconds = 0; seconds < 75; seconds += 5) {
      await fixture.clock.advance(5_000)
      for (const { agent } of [one, two]) await fixture.dispatcher.handlers.heartbeat({ sessionId: agent.sessionId }, agent.call())
    }
    assert.deepEqual(rows(await one.reader.taken()), ['incremental +t2!'])
  })

  describe('hold up the end of a task', () => {
    /** A task `t2` on node n2 that serves, and ends; `done` tells whether it may. */
    const ending = async () => {
      await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
      await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
      await state('t2', TaskState.running)
      const [one, two] = [await follow('n1'), await follow('n2')]
      for (const { reader, acknowledge } of [one, two]) for (const { resultsIn } of await reader.taken()) await acknowledge(resultsIn)
      return { one, two }
    }
    const end = async ({ two }: Awaited<ReturnType<typeof ending>>) => {
      await state('t2', TaskState.running, TaskState.shutdown)
      const drain = { done: false, failure: undefined as unknown }
      void fixture.dispatcher.handlers.awaitDrain({ sessionId: two.agent.sessionId, taskId: 't2' }, two.agent.call()).then(
        () => (drain.done = true),
        (thrown: unknown) => (drain.failure = thrown),
      )
      for (const { resultsIn } of await two.reader.taken()) await two.acknowledge(resultsIn)
      await settle()
      return drain
    }
    const again = (one: Awaited<ReturnType<typeof follow>>) =>
      new Reader(fixture.dispatcher.handlers.networks({ sessionId: one.agent.sessionId }, one.agent.call()))

    it('until a node whose stream broke off has taken all tables in again', async () => {
      const both = await ending()
      both.one.agent.controller.abort()
      await settle()
      const drain = await end(both)
      assert.equal(drain.done, false, 'n1 still leads flows as it was told')
      const { reader, acknowledge } = await follow('n1')
      const [whole] = await reader.taken()
      assert.equal(drain.done, false, 'not taken in yet')
      await acknowledge(whole?.resultsIn ?? '')
      await settle()
      assert.equal(drain.done, true)
    })

    it('when another stream takes the place of the one that was to acknowledge', async () => {
      const both = await ending()
      const drain = await end(both)
      const [change] = await both.one.reader.taken()
      const [whole] = await again(both.one).taken()
      assert.equal(whole?.type, 'complete')
      await both.one.acknowledge(change?.resultsIn ?? '')
      await both.one.acknowledge('1')
      await settle()
      assert.equal(drain.done, false, 'what the earlier stream was told may not have been taken in')
      await both.one.acknowledge(whole.resultsIn)
      await settle()
      assert.equal(drain.done, true)
    })

    it('longer for a node that lives than for one that is silent', async () => {
      const both = await ending()
      const drain = await end(both)
      for (let i = 0; i < 3; i++) {
        await fixture.clock.advance(4_500)
        await both.one.agent.heartbeat()
        assert.equal(drain.done, false)
      }
      await fixture.clock.advance(1_500)
      assert.equal(drain.done, true, 'not without a bound')
    })

    it('no longer for a node that is on none of its networks, or down', async () => {
      const both = await ending()
      await state('t1', TaskState.failed)
      assert.equal((await end(both)).done, true, 'the node is on the network no more')
      await fixture.assign('t3', 'n1', on('back', '10.0.1.5'))
      await state('t2', TaskState.running)
      const drain = await end(both)
      assert.equal(drain.done, false)
      await fixture.store.update((tx) => {
        const found = tx.get('node', 'n1')
        if (found) tx.update('node', { ...found, status: { ...found.status, state: 'down' } })
      })
      both.one.agent.controller.abort()
      await settle()
      assert.equal(drain.done, true)
    })

    it('is not told of by a manager that stops leading: the next one is to be asked', async () => {
      const drain = await end(await ending())
      await fixture.dispatcher.stop()
      await settle()
      assert.match(String(drain.failure), /does not lead any more/)
    })
  })

  it('have no rows of containers whose node is down, until it is back', async () => {
    const { reader } = await follow('n1')
    const other = await follow('n2')
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    await fixture.assign('t2', 'n2', on('back', '10.0.1.4'))
    await fixture.assign('lone', 'n2', on('back', '10.0.1.5', { serviceId: '', spec: { attachment: { containerId: 'c' }, networks: [], forceUpdate: 0, runtime: 'attachment' } }))
    await reader.taken()
    await other.reader.taken()
    const become = (value: 'down' | 'ready') => fixture.store.update((tx) => {
      const found = tx.get('node', 'n2')
      if (found) tx.update('node', { ...found, status: { ...found.status, state: value } })
    })
    await become('down')
    assert.deepEqual(rows(await reader.taken()), ['incremental -lone'])
    await become('ready')
    assert.deepEqual(rows(await reader.taken()), ['incremental +lone'])
  })

  it('carry questions to nodes and their answers back', async () => {
    const agent = fixture.agent('n1')
    await agent.register()
    await assert.rejects(fixture.dispatcher.ask('n2', 'trace', Buffer.from('?')), /n2 cannot be asked: it has no session/)
    const ask = () => fixture.dispatcher.ask('n1', 'trace', Buffer.from('?'))
    const asked = async (): Promise<{ id: string; kind: string }> => {
      const questions = (await agent.session?.taken())?.flatMap((message) => message.questions) ?? []
      assert.equal(questions.length, 1)
      return questions[0] as { id: string; kind: string }
    }
    const answer = (id: string, over: object = {}) => fixture.dispatcher.handlers.answerQuestion({ sessionId: agent.sessionId, id, body: Buffer.from('!'), errorKind: '', error: '', ...over }, agent.call())
    const first = ask()
    const question = await asked()
    assert.equal(question.kind, 'trace')
    await answer('another')
    await answer(question.id)
    assert.equal(Buffer.from(await first).toString(), '!')
    const refused = assert.rejects(ask(), (thrown: Error & { kind?: string }) => thrown.kind === 'notFound' && thrown.message === 'service x not found')
    await answer((await asked()).id, { errorKind: 'notFound', error: 'service x not found' })
    await refused
    // Whoever begins anew knows nothing of what it was asked.
    await agent.register(agent.sessionId)
    const lost = assert.rejects(ask(), /the session of node n1 ended before it answered/)
    await asked()
    await agent.register(agent.sessionId)
    await lost
  })

  it('hold up the end of a task no longer than a bound', async () => {
    await fixture.assign('t1', 'n1', on('back', '10.0.1.3'))
    const { agent, reader } = await follow('n1')
    await reader.taken()
    const waiting = fixture.dispatcher.handlers.awaitDrain({ sessionId: agent.sessionId, taskId: 't1' }, agent.call())
    await settle()
    await fixture.clock.advance(5_000)
    await waiting
  })
})

function descriptionOf() {
  return { hostname: 'host', platform: { architecture: 'x86_64', os: 'linux' }, resources: { nanoCpus: 0, memoryBytes: 0, generic: [] }, engineVersion: '', engineLabels: {}, plugins: [] }
}
