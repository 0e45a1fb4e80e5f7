import { strict as assert } from 'node:assert'
import { LogBroker } from '../../../../manager/logbroker/log-broker.js'
import { kindOf } from '../../../../src/base/errors.js'
import type { LogMessage, LogOptions, LogSelector } from '../../../../src/model/control.js'
import type { NodeId, ServiceId } from '../../../../src/model/ids.js'
import { TaskState } from '../../../../src/model/task-state.js'
import type { PublishLogsMessage, SubscriptionMessage } from '../../../../src/wire/logbroker-service.js'
import type { CallContext } from '../../../../src/wire/service-table.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { settle } from '../../../support/manual-clock.js'
import { node, task } from '../../../support/objects.js'
import { Reader } from '../dispatcher/fixture.js'

const web: LogSelector = { serviceIds: ['web'], taskIds: [], nodeIds: [] }
const once: LogOptions = { stdout: true, stderr: true, follow: false, tail: -1 }
const follow: LogOptions = { ...once, follow: true }

const line = (taskId: string, text: string): LogMessage => ({
  serviceId: 'web',
  taskId,
  nodeId: '',
  timestampMs: 0,
  timestamp: '',
  stream: 'stdout',
  data: Buffer.from(text),
})

function fixture() {
  const test = createTestStore()
  const broker = new LogBroker(test)
  broker.start()
  const call = (nodeId: string, signal = new AbortController().signal): CallContext => ({
    caller: { nodeId, role: 'worker', clusterId: 'c' },
    remoteAddress: '',
    signal,
    forwardedBy: undefined,
  })
  return {
    ...test,
    broker,
    addTask: (id: string, nodeId: string) =>
      test.store.update((tx) => {
        if (nodeId !== '' && !tx.get('node', nodeId)) tx.create('node', node(nodeId))
        tx.create('task', task(id, { serviceId: 'web' as ServiceId, nodeId: nodeId as NodeId }))
      }),
    listen: (nodeId: string, signal?: AbortSignal) =>
      new Reader<SubscriptionMessage>(broker.agentHandlers.listenSubscriptions({}, call(nodeId, signal))),
    publish: (nodeId: string, subscriptionId: string, lines: LogMessage[], close = true) =>
      broker.agentHandlers.publishLogs(
        (async function* (): AsyncGenerator<PublishLogsMessage> {
          for (const one of lines) yield { subscriptionId, messages: [one], close: false }
          if (close) yield { subscriptionId, messages: [], close: true }
        })(),
        call(nodeId),
      ),
    logs: (selector: LogSelector, options: LogOptions, signal = new AbortController().signal) =>
      new Reader<LogMessage>(flattened(broker.serviceLogs(selector, options, signal))),
  }
}

async function* flattened(batches: AsyncIterable<LogMessage[]>): AsyncGenerator<LogMessage> {
  for await (const batch of batches) yield* batch
}

const texts = (messages: LogMessage[]) => messages.map(({ nodeId, data }) => `${nodeId}: ${Buffer.from(data).toString()}`)

describe('LogBroker', () => {
  let broker: ReturnType<typeof fixture>
  beforeEach(() => (broker = fixture()))
  afterEach(() => broker.broker.stop())

  it('asks the nodes that run the tasks, merges what they say, and ends when all are done', async () => {
    await broker.addTask('t1', 'n1')
    await broker.addTask('t2', 'n2')
    const [n1, n2, n3] = ['n1', 'n2', 'n3'].map((id) => broker.listen(id))
    const logs = broker.logs(web, once)
    const [asked] = (await n1?.taken()) ?? []
    assert.deepEqual([asked?.selector, asked?.options, asked?.close], [web, once, false])
    assert.equal((await n2?.taken())?.length, 1)
    await broker.publish('n1', asked?.id ?? '', [line('t1', 'a'), line('t1', 'b')])
    assert.deepEqual(texts(await logs.taken()), ['n1: a', 'n1: b'])
    assert.equal(logs.done, false)
    await broker.publish('n2', asked?.id ?? '', [line('t2', 'c')])
    assert.deepEqual(texts(await logs.taken()), ['n2: c'])
    assert.deepEqual([logs.done, logs.failure], [true, undefined])
    assert.deepEqual((await n3?.taken())?.filter(({ close }) => !close), [])
    assert.deepEqual((await n1?.taken())?.map(({ id, close }) => [id, close]), [[asked?.id, true]])
  })

  it('says at the end what could not be had', async () => {
    await broker.addTask('t1', 'n1')
    await broker.addTask('t2', '')
    await broker.addTask('t3', 'n3')
    await broker.store.update((tx) => {
      const n3 = tx.get('node', 'n3')
      if (n3) tx.update('node', { ...n3, status: { ...n3.status, state: 'down' } })
    })
    const n1 = broker.listen('n1')
    const logs = broker.logs(web, once)
    const [asked] = await n1.taken()
    await broker.publish('n1', asked?.id ?? '', [line('t1', 'a')], false)
    assert.deepEqual(texts(await logs.taken()), ['n1: a'])
    assert.equal(kindOf(logs.failure), 'unavailable')
    assert.equal(
      (logs.failure as Error).message,
      'warning: incomplete log stream. some logs could not be retrieved for the following reasons: ' +
        'node n1 disconnected unexpectedly, node n3 is not available, task t2 has not been scheduled',
    )
  })

  it('waits a while for a ready node that does not listen yet', async () => {
    await broker.addTask('t1', 'n1')
    const logs = broker.logs(web, once)
    await broker.clock.advance(4_000)
    const n1 = broker.listen('n1')
    const [asked] = await n1.taken()
    await broker.clock.advance(4_000)
    assert.equal(logs.done, false)
    await broker.publish('n1', asked?.id ?? '', [])
    await settle()
    assert.deepEqual([logs.done, logs.failure], [true, undefined])

    await broker.addTask('t9', 'n9')
    const never = broker.logs({ ...web, serviceIds: [], taskIds: ['t9'] }, once)
    await broker.clock.advance(6_000)
    assert.match(String(never.failure), /node n9 is not available/)
  })

  it('follows tasks that come later, and ends with the caller', async () => {
    await broker.addTask('t1', 'n1')
    const [n1, n2] = [broker.listen('n1'), broker.listen('n2')]
    const stop = new AbortController()
    const logs = broker.logs(web, follow, stop.signal)
    const [asked] = await n1.taken()
    await broker.addTask('t2', 'n2')
    assert.deepEqual((await n2.taken()).map(({ id }) => id), [asked?.id])
    void broker.publish('n2', asked?.id ?? '', [line('t2', 'late')])
    assert.deepEqual(texts(await logs.taken()), ['n2: late'])
    assert.equal(logs.done, false)
    stop.abort()
    await settle()
    assert.deepEqual([logs.done, logs.failure], [true, undefined])
    assert.deepEqual((await n1.taken()).map(({ close }) => close), [true])
    await assert.rejects(broker.publish('n1', asked?.id ?? '', [line('t1', 'x')]), (thrown) => kindOf(thrown) === 'notFound')
  })

  it('following one task ends when it has ended and its node is done', async () => {
    await broker.addTask('t1', 'n1')
    const n1 = broker.listen('n1')
    const logs = broker.logs({ serviceIds: [], taskIds: ['t1'], nodeIds: [] }, follow)
    const [asked] = await n1.taken()
    await broker.publish('n1', asked?.id ?? '', [line('t1', 'a')])
    await settle()
    assert.equal(logs.done, false)
    await broker.store.update((tx) => {
      const t1 = tx.get('task', 't1')
      if (t1) tx.update('task', { ...t1, status: { ...t1.status, state: TaskState.complete } })
    })
    await settle()
    assert.equal(logs.done, true)
  })

  it('goes on with an agent that was away, from where it was', async () => {
    await broker.addTask('t1', 'n1')
    const away = new AbortController()
    const n1 = broker.listen('n1', away.signal)
    const logs = broker.logs(web, follow)
    const [asked] = await n1.taken()
    await broker.publish('n1', asked?.id ?? '', [line('t1', 'a')], false)
    const awayMs = broker.clock.nowMs()
    away.abort()
    await broker.clock.advance(1_000)
    const [again] = await broker.listen('n1').taken()
    assert.deepEqual([again?.id, again?.options], [asked?.id, { ...follow, sinceMs: awayMs }])
    assert.equal(logs.done, false)
  })

  it('hands on as many lines at a time as there are, within bounds', async () => {
    await broker.addTask('t1', 'n1')
    const n1 = broker.listen('n1')
    const stream = broker.broker.serviceLogs(web, once, new AbortController().signal)
    const first = stream.next()
    const [asked] = await n1.taken()
    await broker.publish('n1', asked?.id ?? '', Array.from({ length: 250 }, () => line('t1', 'x')))
    const sizes = [(await first).value?.length ?? 0]
    for await (const messages of stream) sizes.push(messages.length)
    assert.equal(sizes.reduce((sum, size) => sum + size), 250)
    assert.equal(sizes.length <= 4 && Math.max(...sizes) <= 100, true, sizes.join(' '))
  })

  it('takes no line that is too long', async () => {
    await broker.addTask('t1', 'n1')
    const n1 = broker.listen('n1')
    const logs = broker.logs(web, once)
    const [asked] = await n1.taken()
    const long = 'x'.repeat(1024 * 1024)
    const published = broker.publish('n1', asked?.id ?? '', [line('t1', long), line('t1', `${long}x`)])
    await assert.rejects(published, { kind: 'invalid', message: /more than 1048576 bytes/ })
    assert.deepEqual((await logs.taken()).map(({ data }) => data.length), [long.length])
  })

  it('a slow reader slows the agent down', async () => {
    await broker.addTask('t1', 'n1')
    const n1 = broker.listen('n1')
    const stream = broker.broker.serviceLogs(web, once, new AbortController().signal)
    const first = stream.next()
    const [asked] = await n1.taken()
    let sent = false
    const published = broker.publish('n1', asked?.id ?? '', Array.from({ length: 5_000 }, () => line('t1', 'x'))).then(() => (sent = true))
    await first
    for (let i = 0; i < 10; i++) await settle()
    assert.equal(sent, false)
    const { value: batch } = await first
    let count = batch?.length ?? 0
    for await (const messages of stream) count += messages.length
    await published
    assert.equal(count, 5_000)
  })

  it('ends everything when this manager does not lead any more', async () => {
    await broker.addTask('t1', 'n1')
    const n1 = broker.listen('n1')
    const logs = broker.logs(web, follow)
    await n1.taken()
    await broker.broker.stop()
    await settle()
    assert.deepEqual([kindOf(logs.failure), kindOf(n1.failure)], ['unavailable', 'unavailable'])
    const refused = broker.logs(web, once)
    await settle()
    assert.equal(kindOf(refused.failure), 'unavailable')
  })
})
