import { strict as assert } from 'node:assert'
import { LogPublisher } from '../../../../agent/logs/log-publisher.js'
import { containerName } from '../../../../agent/executor/container-spec.js'
import { nullLogger } from '../../../../src/base/log.js'
import { Queue } from '../../../../src/base/queue.js'
import { WatchQueue } from '../../../../src/base/watch-queue.js'
import type { LogMessage } from '../../../../src/model/control.js'
import type { Task } from '../../../../src/model/task.js'
import type { LogBrokerMethods, PublishLogsMessage, SubscriptionMessage } from '../../../../src/wire/logbroker-service.js'
import type { Client } from '../../../../src/wire/service-table.js'
import { taskOf } from '../../../support/agent-task.js'
import { eventually } from '../../../support/eventually.js'
import { FakeEngine } from '../../../support/fake-engine.js'

describe('logs of tasks', () => {
  let engine: FakeEngine
  let tasks: Task[]
  let coming: WatchQueue<Task>
  let subscriptions: Queue<SubscriptionMessage>
  let published: PublishLogsMessage[]
  let ended: string[]
  let abort: AbortController
  let run: Promise<void>

  beforeEach(() => {
    engine = new FakeEngine()
    tasks = []
    coming = new WatchQueue()
    subscriptions = new Queue(100)
    published = []
    ended = []
    abort = new AbortController()
    const broker: Client<LogBrokerMethods> = {
      listenSubscriptions: () => subscriptions,
      publishLogs: async (messages) => {
        let id = ''
        for await (const message of messages) {
          id = message.subscriptionId
          published.push(message)
        }
        ended.push(id)
        return {}
      },
    }
    const publisher = new LogPublisher({ engine, events: engine.events, tasks: { tasks: () => tasks, newTasks: () => coming.subscribe() }, log: nullLogger })
    run = publisher.run(broker, abort.signal)
  })
  afterEach(async () => {
    abort.abort(new Error('the test ends'))
    subscriptions.close()
    await run
    assert.equal(coming.subscriberCount + engine.events.subscriberCount, 0)
  })

  const withLog = async (id: string, ...lines: string[]): Promise<Task> => {
    const task = taskOf(id, { slot: Number(/\d+/.exec(id)?.[0] ?? 1) })
    await engine.create(containerName(task), { Image: 'app:1' })
    engine.find(containerName(task)).log = lines.map((line) => ({ stream: 'stdout', data: Buffer.from(`2024-05-06T07:08:09.123456789Z ${line}\n`) }))
    return task
  }
  const subscribe = (given: Partial<SubscriptionMessage>, follow = false): void =>
    void subscriptions.push({
      id: 'sub', close: false,
      selector: { serviceIds: ['web-id'], taskIds: [], nodeIds: [] },
      options: { stdout: true, stderr: true, follow, tail: -1 },
      ...given,
    })
  const lines = (): LogMessage[] => published.flatMap((message) => message.messages)

  it('are sent whole, with their times, and the end is told', async () => {
    tasks = [await withLog('t1', 'one', 'two'), await withLog('t2', 'three'), taskOf('other', { serviceId: 'db' as Task['serviceId'] }), taskOf('none')]
    subscribe({})
    await eventually('the end', () => ended.length === 1)
    assert.deepEqual(lines().map((line) => `${line.taskId} ${Buffer.from(line.data).toString()}`).sort(), ['t1 one\n', 't1 two\n', 't2 three\n'])
    const { data: _data, ...first } = lines()[0] as LogMessage
    assert.deepEqual(first, { serviceId: 'web-id', taskId: 't1', nodeId: 'node-id', timestampMs: Date.parse('2024-05-06T07:08:09.123Z') + 0.456789, timestamp: '2024-05-06T07:08:09.123456789Z', stream: 'stdout' })
    assert.deepEqual(published.map((message) => message.close), [...published.slice(1).map(() => false), true])
  })

  it('of tasks that come later are followed until the subscription closes', async () => {
    subscribe({}, true)
    await eventually('the greeting', () => published.length === 1)
    const task = taskOf('t9', { slot: 9 })
    tasks = [task]
    coming.publish(task)
    await eventually('somebody waits for the container', () => engine.events.subscriberCount === 1)
    await withLog('t9', 'late')
    await eventually('the line', () => lines().length === 1)
    assert.equal(ended.length, 0)
    subscribe({ close: true })
    await eventually('the end', () => ended.length === 1)
    assert(!published.some((message) => message.close))
  })

  it('come in batches', async () => {
    tasks = [await withLog('t1', ...Array.from({ length: 1000 }, (_, i) => `line ${i}`))]
    subscribe({ selector: { serviceIds: [], taskIds: ['t1'], nodeIds: [] } })
    await eventually('the end', () => ended.length === 1)
    assert.deepEqual(lines().map((line) => Buffer.from(line.data).toString()), Array.from({ length: 1000 }, (_, i) => `line ${i}\n`))
    assert(published.length < 100, `${published.length} messages`)
  })
})
