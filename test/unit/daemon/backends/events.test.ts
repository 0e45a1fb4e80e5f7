import { strict as assert } from 'node:assert'
import { EventLog } from '../../../../agent/engine/view/events.js'
import { nullLogger } from '../../../../src/base/log.js'
import { WatchQueue } from '../../../../src/base/watch-queue.js'
import { ClusterEventLog, type WatchedManager } from '../../../../src/daemon/backends/cluster-events.js'
import { eventsBackend } from '../../../../src/daemon/backends/events.js'
import type { ClusterEvent } from '../../../../src/model/control.js'
import type { EventMessage } from '../../../../src/model/engine-api/system.js'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'

describe('the events of engine and cluster', () => {
  const startMs = 1_700_000_000_000
  let clock: ManualClock
  let engine: EventLog
  let cluster: ClusterEventLog
  let changes: WatchQueue<ClusterEvent>
  let stop: AbortController
  beforeEach(() => {
    clock = new ManualClock(startMs)
    engine = new EventLog(clock)
    cluster = new ClusterEventLog(nullLogger)
    changes = new WatchQueue(10)
    stop = new AbortController()
  })
  afterEach(() => stop.abort())

  const manager = (leaderKnown: Promise<void> = Promise.resolve()): WatchedManager => ({
    leaderKnown: () => leaderKnown,
    watch: (signal) => {
      const subscription = changes.subscribe()
      signal.addEventListener('abort', () => subscription.close())
      return subscription
    },
  })
  const change = (action: ClusterEvent['action'], name: string): void =>
    changes.publish({ table: 'service', action, id: `${name}-id`, name, timeMs: clock.nowMs(), attributes: { name } })
  const shown = (events: readonly EventMessage[]): string[] => events.map(({ Action, Actor, scope }) => `${scope ?? ''} ${Action ?? ''} ${Actor?.Attributes?.['name'] ?? ''}`)

  it('of the past are told in the order of their times, whoever has them', async () => {
    const followed = cluster.follow(manager(), stop.signal)
    await eventually('it is followed', () => changes.subscriberCount === 1)
    const backend = eventsBackend(engine, cluster)
    engine.publish('container', 'start', 'c', { name: 'one' })
    await clock.advance(10)
    change('create', 'web')
    await clock.advance(10)
    engine.publish('container', 'die', 'c', { name: 'one' })
    await clock.advance(10)
    change('remove', 'web')
    await eventually('all are there', () => backend.past(0).length === 4)
    assert.deepEqual(shown(backend.past(0)), ['local start one', 'swarm create web', 'local die one', 'swarm remove web'])
    assert.deepEqual(shown(backend.past(startMs + 11)), ['local die one', 'swarm remove web'])
    // A node that is a manager no more still knows.
    stop.abort()
    await followed
    assert.deepEqual([shown(backend.past(startMs + 25)), changes.subscriberCount], [['swarm remove web'], 0])
  })

  it('to come reach those who asked before this node was a manager', async () => {
    const asked = new AbortController()
    const live = eventsBackend(engine, cluster).live(asked.signal)
    const read = (async () => {
      const told: EventMessage[] = []
      for await (const event of live) if (told.push(event) === 2) asked.abort()
      return told
    })()
    let known: () => void = () => undefined
    void cluster.follow(manager(new Promise((resolve) => (known = resolve))), stop.signal)
    // Its own log, read again.
    change('create', 'old')
    known()
    await eventually('it is followed', () => changes.subscriberCount === 1)
    change('create', 'web')
    engine.publish('container', 'start', 'c', { name: 'one' })
    assert.deepEqual(shown(await read).sort(), ['local start one', 'swarm create web'])
  })

  it('that came faster than they were read are lost, not those after them', async () => {
    void cluster.follow(manager(), stop.signal)
    await eventually('it is followed', () => changes.subscriberCount === 1)
    for (let n = 0; n < 20; n++) change('create', `s${n}`)
    await eventually('it is followed again', () => changes.subscriberCount === 1)
    change('create', 'last')
    await eventually('the last one is there', () => shown(cluster.since(0)).at(-1) === 'swarm create last')
  })

  it('are kept up to a number', async () => {
    changes = new WatchQueue(5_000)
    void cluster.follow(manager(), stop.signal)
    await eventually('it is followed', () => changes.subscriberCount === 1)
    for (let n = 0; n < 2_000; n++) change('create', `s${n}`)
    await eventually('the last one is there', () => shown(cluster.since(0)).at(-1) === 'swarm create s1999')
    assert.equal(cluster.since(0).length, 1024)
  })
})
