import { strict as assert } from 'node:assert'
import { kindOf } from '../../../../src/base/errors.js'
import type { ServiceId } from '../../../../src/model/ids.js'
import type { Service } from '../../../../src/model/service.js'
import { batch } from '../../../../manager/store/batch.js'
import { MemoryStore } from '../../../../manager/store/memory-store.js'
import type { StoreEvent } from '../../../../manager/store/store.js'
import { createTestStore, testCodec } from '../../../support/memory-cluster.js'
import { settle } from '../../../support/manual-clock.js'
import { containerSpec, network, node, secret, service, serviceSpec, task, taskSpec } from '../../../support/objects.js'

function labels(service: Service, labels: Record<string, string>): Service {
  return { ...service, spec: { ...service.spec, labels } }
}

describe('MemoryStore', () => {
  it('stamps times when deciding and the version when applying, the same everywhere', async () => {
    const { store, cluster, clock } = createTestStore()
    const follower = new MemoryStore(cluster, testCodec, clock)
    cluster.add(follower)
    const startMs = clock.nowMs()
    await store.update((tx) => tx.create('service', service('web')))
    await clock.advance(1000)
    const changed = await store.update((tx) => {
      tx.update('service', labels(tx.get('service', 'web') as Service, { a: 'b' }))
      return tx.get('service', 'web')
    })
    const expected = { version: 2, createdAtMs: startMs, updatedAtMs: startMs + 1000 }
    assert.deepEqual(store.view().get('service', 'web')?.meta, expected)
    assert.deepEqual(changed?.meta, expected, 'what decide gave back has its version too')
    assert.deepEqual(follower.view().list('service'), store.view().list('service'))
    assert.equal(follower.view().index, 2)
  })

  it('refuses an update made from an old version, of what is gone, and a name taken', async () => {
    const { store } = createTestStore()
    await store.update((tx) => tx.create('service', service('web')))
    const old = store.view().get('service', 'web') as Service
    await store.update((tx) => tx.update('service', labels(old, { a: '1' })))
    const refused = async (kind: string, message: RegExp, write: Promise<unknown>) =>
      assert.rejects(write, (thrown: Error) => kindOf(thrown) === kind && message.test(thrown.message))
    await refused('outOfSequence', /^update out of sequence$/, store.update((tx) => tx.update('service', old)))
    await refused('notFound', /service db not found/, store.update((tx) => tx.update('service', { ...old, id: 'db' as ServiceId })))
    await refused('conflict', /name conflicts with an existing object/, store.update((tx) => tx.create('service', service('x', { spec: serviceSpec('WEB') }))))
    await refused('notFound', /node n1 not found/, store.update((tx) => tx.remove('node', 'n1')))
    assert.equal(store.view().index, 2, 'nothing was proposed')
  })

  it('decides against proposals that are still under way, while views show what is applied', async () => {
    const { store, cluster } = createTestStore()
    cluster.hold()
    const first = store.update((tx) => tx.create('service', service('web')))
    const second = store.update((tx) => tx.update('service', labels(tx.get('service', 'web') as Service, { seen: 'yes' })))
    await assert.rejects(store.update((tx) => tx.create('service', service('web2', { spec: serviceSpec('web') }))), /name conflicts/)
    assert.equal(store.view().get('service', 'web'), undefined)
    cluster.release()
    await Promise.all([first, second])
    const { meta, spec } = store.view().get('service', 'web') as Service
    assert.deepEqual([meta.version, spec.labels], [2, { seen: 'yes' }])
  })

  it('drops everything under way when leadership is lost', async () => {
    const { store, cluster } = createTestStore()
    cluster.hold()
    const writes = [
      store.update((tx) => tx.create('service', service('web'))),
      store.update((tx) => tx.update('service', labels(tx.get('service', 'web') as Service, {}))),
    ]
    cluster.fail()
    for (const result of await Promise.allSettled(writes)) {
      assert.equal(result.status === 'rejected' && kindOf(result.reason), 'unavailable')
    }
    cluster.lead()
    cluster.release()
    await store.update((tx) => {
      assert.equal(tx.get('service', 'web'), undefined)
      tx.create('service', service('web'))
    })
    assert.equal(store.view().index, 1)
  })

  it('answers from what is under way only once that is committed', async () => {
    const { store, cluster } = createTestStore()
    cluster.hold()
    const write = store.update((tx) => tx.create('service', service('web')))
    const read = store.update((tx) => tx.get('service', 'web'))
    cluster.fail()
    for (const work of [write, read]) await assert.rejects(work, (thrown: Error) => kindOf(thrown) === 'unavailable')
  })

  it('takes a change of another manager in below what is under way', async () => {
    const { store, cluster } = createTestStore()
    cluster.hold()
    const own = store.update((tx) => tx.create('service', service('web')))
    const meta = { version: 0, createdAtMs: 5, updatedAtMs: 5 }
    cluster.commitForeign(testCodec.encode({ actions: [{ table: 'node', action: 'create', object: { ...node('n1'), meta } }] }))
    const look = store.update((tx) => assert.ok(tx.get('node', 'n1') && tx.get('service', 'web')))
    cluster.release()
    await Promise.all([own, look])
    assert.deepEqual([store.view().get('node', 'n1')?.meta.version, store.view().get('service', 'web')?.meta.version], [1, 2])
  })

  it('a view never changes', async () => {
    const { store } = createTestStore()
    await store.update((tx) => tx.create('task', task('t1', { nodeId: node('n1').id })))
    const held = store.view()
    await store.update((tx) => tx.remove('task', 't1'))
    assert.deepEqual([held.list('task').length, held.tasksByNode('n1').length, held.index], [1, 1, 1])
    assert.deepEqual([store.view().list('task'), store.view().tasksByNode('n1')], [[], []])
  })

  it('writes what a transaction comes to, not how it got there', async () => {
    const { store } = createTestStore()
    await store.update((tx) => tx.create('node', node('n1')))
    const events: StoreEvent[] = []
    using watch = store.watch((event) => events.push(event) > 0)
    await store.update((tx) => {
      tx.create('service', service('gone'))
      tx.remove('service', 'gone')
      tx.remove('node', 'n1')
      tx.create('node', node('n1', { observedRole: 'manager' }))
      tx.create('service', service('web'))
      tx.update('service', labels(tx.get('service', 'web') as Service, { a: 'b' }))
    })
    void watch
    assert.deepEqual(events.map(({ table, action }) => `${table} ${action}`), ['node update', 'service create', 'commit commit'])
  })

  it('proposes nothing for a decision that writes nothing or throws', async () => {
    const { store, cluster } = createTestStore()
    assert.equal(await store.update((tx) => tx.count('node')), 0)
    await assert.rejects(
      store.update((tx) => {
        tx.create('node', node('n1'))
        throw new Error('changed my mind')
      }),
      /changed my mind/,
    )
    assert.equal(cluster.log.length, 0)
  })

  it('decides one thing at a time', async () => {
    const { store } = createTestStore()
    let inner: Promise<unknown> = Promise.resolve()
    await store.update((tx) => {
      inner = store.update((other) => other.create('node', node('n2')))
      tx.create('node', node('n1'))
    }).finally(() => assert.rejects(inner, /a transaction was begun while another one decides/))
    assert.deepEqual(store.view().list('node').map(({ id }) => id), ['n1'])
  })

  it('finds by name, prefix, service, slot, node and use', async () => {
    const { store } = createTestStore()
    const spec = taskSpec({
      container: containerSpec({ secrets: [{ id: 'sec1', name: 'key' }] }),
      networks: [{ target: 'net1', aliases: [], addresses: [], driverOptions: {} }],
    })
    await store.update((tx) => {
      tx.create('network', network('net1', { spec: { ...network('x').spec, name: 'Back' } }))
      tx.create('secret', secret('sec1'))
      tx.create('service', service('web', { spec: serviceSpec('web', { task: spec }) }))
      for (const slot of [10, 2]) tx.create('task', task(`t${slot}`, { serviceId: 'web' as ServiceId, slot, spec }))
      tx.create('node', node('n2', { description: { hostname: 'twin' } as never }))
      tx.create('node', node('n1', { description: { hostname: 'twin' } as never }))
    })
    const view = store.view()
    assert.equal(view.byName('network', 'back')?.id, 'net1')
    assert.deepEqual(view.allByName('node', 'twin').map((n) => n.id), ['n1', 'n2'])
    assert.deepEqual(view.byIdPrefix('task', 't').map((t) => t.id), ['t10', 't2'])
    assert.deepEqual(view.tasksByService('web').map((t) => t.slot), [2, 10])
    assert.deepEqual(view.tasksBySlot('web', 10).map((t) => t.id), ['t10'])
    assert.equal(view.tasksByNode('').length, 2)
    assert.deepEqual(view.servicesUsing('network', 'net1').map((s) => s.id), ['web'])
    assert.equal(view.tasksUsing('secret', 'sec1').length, 2)
    await store.update((tx) => tx.update('task', { ...(tx.get('task', 't2') as never as ReturnType<typeof view.tasksByService>[0]), nodeId: 'n1' as never }))
    assert.deepEqual([store.view().tasksByNode('').length, store.view().tasksByNode('n1').length], [1, 1])
  })

  it('publishes changes in order with a commit after each transaction', async () => {
    const { store } = createTestStore()
    await store.update((tx) => tx.create('service', service('web')))
    const { tx, events } = store.viewAndWatch()
    assert.equal(tx.count('service'), 1)
    await store.update((tx) => tx.update('service', labels(tx.get('service', 'web') as Service, { a: '1' })))
    await store.update((tx) => tx.remove('service', 'web'))
    const seen = (await events.takeAll()) ?? []
    assert.deepEqual(
      seen.map((event) => [event.action, event.index, event.old?.meta.version, event.object?.meta.version]),
      [['update', 2, 1, 2], ['commit', 2, undefined, undefined], ['remove', 3, undefined, 2], ['commit', 3, undefined, undefined]],
    )
    events.close()
  })

  it('refuses a transaction over the limit, and batch cuts it', async () => {
    const { store, cluster } = createTestStore()
    const big = (id: string) => service(id, { spec: serviceSpec(id, { labels: { pad: 'x'.repeat(20_000) } }) })
    const names = Array.from({ length: 150 }, (_, i) => `s${i}`)
    await assert.rejects(
      store.update((tx) => names.forEach((name) => tx.create('service', big(name)))),
      /the change takes \d+ bytes, more than the 1572864 that one transaction may have/,
    )
    await batch(store, names, (tx, name) => tx.create('service', big(name)))
    assert.equal(store.view().count('service'), 150)
    assert.ok(cluster.log.length >= 2 && cluster.log.length < 10)
  })

  it('restores from a snapshot taken earlier, however its chunks are cut', async () => {
    const { store, cluster, clock } = createTestStore()
    await batch(store, Array.from({ length: 500 }, (_, i) => `n${i}`), (tx, id) => tx.create('node', node(id)))
    await store.update((tx) => tx.create('service', service('web')))
    const view = store.view()
    const chunks = store.snapshot()
    await store.update((tx) => tx.remove('service', 'web'))
    const bytes = Buffer.concat([...chunks])
    const other = new MemoryStore(cluster, testCodec, clock)
    const events = other.watch()
    const cut = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) => bytes.subarray(i * 1000, i * 1000 + 1000))
    await other.restore(view.index, cut)
    assert.deepEqual(other.view().list('node'), view.list('node'))
    assert.deepEqual(other.view().byName('service', 'web'), view.byName('service', 'web'))
    assert.equal(other.view().index, view.index)
    assert.deepEqual((await events.takeAll())?.map((event) => event.action), ['restore'])
    await assert.rejects(other.restore(9, cut.slice(0, -1)), /the snapshot of the store is damaged: it ends too early/)
    await assert.rejects(other.restore(9, [Buffer.from('rubbish!')]), /damaged/)
    events.close()
  })

  it('closes a reader that falls behind', async () => {
    const { store, cluster, clock } = createTestStore()
    const small = new MemoryStore(cluster, testCodec, clock, { watchQueueLengthMax: 3 })
    cluster.add(small)
    const slow = small.watch()
    for (const id of ['a', 'b', 'c']) await store.update((tx) => tx.create('node', node(id)))
    await settle()
    await assert.rejects(async () => {
      for (;;) if (!(await slow.takeAll())) break
    }, /too slow/)
  })
})
