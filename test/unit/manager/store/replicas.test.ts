import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { MemoryStore } from '../../../../manager/store/memory-store.js'
import type { ReadTx, WriteTx } from '../../../../manager/store/store.js'
import { wireChangeCodec } from '../../../../manager/store/wire-codec.js'
import type { NodeId, ServiceId } from '../../../../src/model/ids.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { network, service, task, taskSpec } from '../../../support/objects.js'

const pick = (...values: string[]) => fc.constantFrom(...values)
const write = fc.oneof(
  fc.record({ kind: fc.constant('service' as const), id: pick('s1', 's2', 's3') }),
  fc.record({ kind: fc.constant('network' as const), id: pick('w1', 'w2') }),
  fc.record({
    kind: fc.constant('task' as const),
    id: pick('t1', 't2', 't3', 't4', 't5'),
    serviceId: pick('s1', 's2', ''),
    nodeId: pick('n1', 'n2', ''),
    slot: fc.nat(12),
    network: pick('w1', 'w2', ''),
  }),
  fc.record({ kind: fc.constant('remove' as const), table: fc.constantFrom('service', 'task', 'network'), id: pick('s1', 's2', 't1', 't2', 't3', 'w1') }),
)
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('transaction' as const), writes: fc.array(write, { maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('hold', 'release', 'fail', 'settle', 'snapshot') }) },
)

function put<K extends 'service' | 'task' | 'network'>(tx: WriteTx, table: K, object: Parameters<WriteTx['create']>[1] & { id: string }): void {
  const current = tx.get(table, object.id)
  if (current) tx.update(table, { ...object, meta: current.meta } as never)
  else tx.create(table, object as never)
}

function perform(tx: WriteTx, one: Write): void {
  if (one.kind === 'service') put(tx, 'service', service(one.id))
  else if (one.kind === 'network') put(tx, 'network', network(one.id))
  else if (one.kind === 'remove') {
    if (tx.get(one.table, one.id)) tx.remove(one.table, one.id)
  } else {
    const networks = one.network === '' ? [] : [{ target: one.network, aliases: [], addresses: [], driverOptions: {} }]
    const { id, slot, serviceId, nodeId } = one
    put(tx, 'task', task(id, { slot, serviceId: serviceId as ServiceId, nodeId: nodeId as NodeId, spec: taskSpec({ networks }) }))
  }
}

/** What the indexes say is what a look at every object says. */
function checkIndexes(view: ReadTx): void {
  const tasks = view.list('task')
  const ids = (found: { id: string }[]) => found.map(({ id }) => id).sort()
  for (const id of ['s1', 's2', 's3']) {
    assert.deepEqual(ids(view.tasksByService(id)), ids(tasks.filter(({ serviceId }) => serviceId === id)))
    for (let slot = 0; slot <= 12; slot++) {
      assert.deepEqual(ids(view.tasksBySlot(id, slot)), ids(tasks.filter((one) => one.serviceId === id && one.slot === slot)))
    }
  }
  for (const id of ['n1', 'n2', '']) assert.deepEqual(ids(view.tasksByNode(id)), ids(tasks.filter(({ nodeId }) => nodeId === id)))
  for (const id of ['w1', 'w2']) {
    assert.deepEqual(ids(view.tasksUsing('network', id)), ids(tasks.filter(({ spec }) => spec.networks.some(({ target }) => target === id))))
  }
  for (const one of view.list('service')) assert.equal(view.byName('service', one.spec.name)?.id, one.id)
  assert.equal(view.count('task'), tasks.length)
}

describe('replicas of the store', () => {
  it('hold the same, whatever was under way, lost or restored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { store, cluster, clock } = createTestStore({ codec: wireChangeCodec })
        const follower = new MemoryStore(cluster, wireChangeCodec, clock)
        cluster.add(follower)
        const writes: Promise<unknown>[] = []
        const results: { versions: (number | undefined)[] }[] = []
        for (const one of steps) {
          if (one.kind === 'transaction') {
            const work = store.update((tx) => {
              for (const each of one.writes) perform(tx, each)
              return tx.list('service')
            })
            writes.push(work.then((services) => results.push({ versions: services.map(({ meta }) => meta.version) }), () => undefined))
          } else if (one.kind === 'hold') cluster.hold()
          else if (one.kind === 'release') cluster.release()
          else if (one.kind === 'fail') {
            cluster.fail()
            // The news of the failure arrives before anything new is proposed.
            await Promise.all(writes.splice(0))
            cluster.lead()
          } else if (one.kind === 'settle') {
            cluster.release()
            await Promise.all(writes.splice(0))
          } else {
            const restored = new MemoryStore(cluster, wireChangeCodec, clock)
            const { index } = follower.view()
            await restored.restore(index, follower.snapshot())
            assert.deepEqual(restored.view().list('task'), index === follower.view().index ? follower.view().list('task') : restored.view().list('task'))
            checkIndexes(restored.view())
          }
        }
        cluster.release()
        await Promise.all(writes)
        for (const table of ['service', 'task', 'network'] as const) assert.deepEqual(follower.view().list(table), store.view().list(table))
        checkIndexes(store.view())
        checkIndexes(follower.view())
        for (const { versions } of results) assert.ok(versions.every((version) => version !== undefined && version > 0), 'versions are real once committed')
        await store.update((tx) => {
          for (const table of ['service', 'task', 'network'] as const) assert.deepEqual(tx.list(table), store.view().list(table))
        })
      }),
      { numRuns: 150 },
    )
  })
})
