import { strict as assert } from 'node:assert'
import { TaskState } from '../../../../src/model/task-state.js'
import type { Task } from '../../../../src/model/task.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { batch } from '../../../../manager/store/batch.js'
import { Scheduler, schedulerLoop } from '../../../../manager/scheduler/scheduler.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { TestManager, testNode } from '../../../support/manager-loops.js'
import { service, task, taskSpec } from '../../../support/objects.js'

const reserving = (nanoCpus: number) => taskSpec({ resources: { reservations: { nanoCpus, memoryBytes: 0, generic: [] } } })

const pending = { state: TaskState.pending, timestampMs: 0, message: 'pending task scheduling', err: '', ports: [], appliedBy: '' }

describe('the scheduler', () => {
  it('a task that fits nowhere says why, and gets its place when a node comes', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('web', { task: reserving(6e9) })
    const [waiting] = manager.tasks('web')
    assert.equal(waiting?.status.message, 'pending task scheduling')
    assert.equal(waiting?.status.err, 'no suitable node (insufficient CPU on 1 node)')
    const big = testNode('big')
    await manager.store.update((tx) => tx.create('node', { ...big, description: { ...big.description!, resources: { nanoCpus: 8e9, memoryBytes: 1e9, generic: [] } } }))
    await manager.quiet()
    assert.equal(manager.running('web')[0]?.nodeId, 'big')
    assert.equal(manager.running('web')[0]?.status.err, '')
  })

  it('finished tasks free their resources', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('a', { task: { ...reserving(3e9), restart: { condition: 'none', maxAttempts: 0, windowNs: 0 } } })
    await manager.create('b', { task: reserving(3e9) })
    assert.equal(manager.running('b').length, 0)
    await manager.agent.end(manager.running('a')[0]!.id, TaskState.complete)
    await manager.quiet()
    assert.equal(manager.running('b').length, 1)
  })

  it('a removed task frees its resources', async () => {
    await using manager = await TestManager.lead(1)
    await manager.create('a', { task: reserving(3e9) })
    await manager.create('b', { task: reserving(3e9) })
    await manager.store.update((tx) => tx.remove('service', 'a'))
    await manager.quiet()
    assert.equal(manager.running('b').length, 1)
  })

  it('a service that keeps failing on one node goes elsewhere', async () => {
    await using manager = await TestManager.lead(2)
    manager.agent.behave = (one) => (one.nodeId === 'n1' ? 'fail' : 'run')
    const restart = { condition: 'any', delayNs: 0, maxAttempts: 0, windowNs: 0 } as const
    await manager.create('web', { mode: { kind: 'replicated', replicas: 4 }, task: taskSpec({ restart }) })
    await manager.pass(3000)
    assert.deepEqual(manager.running('web').map((one) => one.nodeId), ['n2', 'n2', 'n2', 'n2'])
  })

  it('a node that changes while a task is being placed on it does not get the task', async () => {
    const { store, cluster, clock, ids } = createTestStore()
    await store.update((tx) => {
      tx.create('node', testNode('n1'))
      tx.create('task', task('t1', { status: pending }))
    })
    const scheduler = new Scheduler({ store, clock, ids, rng: seededRng(1), log: nullLogger })
    scheduler.reset(store.view())
    cluster.hold()
    // Decided by someone, not yet heard of here.
    const drained = store.update((tx) => {
      const node = tx.get('node', 'n1')!
      tx.update('node', { ...node, spec: { ...node.spec, availability: 'drain' } })
    })
    const placed = scheduler.run()
    cluster.release()
    await Promise.all([drained, placed])
    assert.equal(store.view().get('task', 't1')?.status.state, TaskState.pending)
  })

  it('a node that comes while "no suitable node" is being written is not missed', async () => {
    const { store, cluster, clock, ids } = createTestStore()
    await store.update((tx) => tx.create('task', task('t1', { status: pending })))
    const scheduler = new Scheduler({ store, clock, ids, rng: seededRng(1), log: nullLogger })
    scheduler.reset(store.view())
    cluster.hold()
    const placed = scheduler.run()
    const events = store.watch((event) => event.table === 'node')
    const added = store.update((tx) => tx.create('node', testNode('n1')))
    void events.takeAll().then((batch) => batch?.forEach((event) => event.table === 'node' && scheduler.observe(event)))
    cluster.release()
    await Promise.all([added, placed])
    await scheduler.run()
    assert.equal(store.view().get('task', 't1')?.nodeId, 'n1')
  })

  it('10,000 tasks on 100 nodes take seconds and never hold up the event loop', async () => {
    const { store, clock, ids } = createTestStore()
    await store.update((tx) => {
      for (let i = 0; i < 100; i++) tx.create('node', testNode(`n${i}`))
      tx.create('service', service('web', { specVersion: 1 }))
    })
    const all = Array.from({ length: 10_000 }, (_, i) => task(`t${i}`, { serviceId: 'web' as Task['serviceId'], slot: i + 1, specVersion: 1, status: pending, spec: reserving(1e6) }))
    await batch(store, all, (tx, one) => tx.create('task', one))
    // Wall-clock bounds tell more of the machine than of the scheduler: count the turns others get.
    let turns = 0
    let done = false
    const count = () => {
      turns++
      if (!done) setImmediate(count)
    }
    setImmediate(count)
    await using loop = schedulerLoop({ store, clock, ids, rng: seededRng(1), log: nullLogger })
    loop.start()
    while (store.view().list('task').some(({ status }) => status.state === TaskState.pending)) await new Promise((resolve) => setTimeout(resolve, 20))
    done = true
    const counts = new Set(Array.from({ length: 100 }, (_, i) => store.view().tasksByNode(`n${i}`).length))
    assert.deepEqual([...counts], [100])
    assert.ok(turns >= 10_000 / 200, `${turns} turns of the event loop`)
  }).timeout(30_000)
})
