import { strict as assert } from 'node:assert'
import type { StoreAction } from '../../../../manager/store/change.js'
import { MemoryStore } from '../../../../manager/store/memory-store.js'
import type { Service } from '../../../../src/model/service.js'
import { wireChangeCodec } from '../../../../manager/store/wire-codec.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { cluster, config, network, node, secret, service, task } from '../../../support/objects.js'

describe('the wire codec of changes', () => {
  const meta = { version: 7, createdAtMs: 1, updatedAtMs: 2 }

  it('gives every kind of object back as it was', () => {
    const actions: StoreAction[] = [
      { table: 'node', action: 'create', object: { ...node('n1'), meta } },
      { table: 'service', action: 'update', object: { ...service('s1'), meta } },
      { table: 'task', action: 'create', object: { ...task('t1'), meta } },
      { table: 'network', action: 'create', object: { ...network('w1'), meta } },
      { table: 'secret', action: 'create', object: { ...secret('k1'), meta } },
      { table: 'config', action: 'create', object: { ...config('c1'), meta } },
      { table: 'cluster', action: 'create', object: { ...cluster(), meta } },
      { table: 'task', action: 'remove', id: 't0' },
    ]
    assert.deepEqual(wireChangeCodec.decode(wireChangeCodec.encode({ actions })), { actions })
  })

  it('refuses damaged bytes', () => {
    assert.throws(() => wireChangeCodec.decode(new Uint8Array([1, 2, 3, 255, 255])), /damaged/)
  })

  it('makes leader and follower hold the same', async () => {
    const leader = createTestStore({ codec: wireChangeCodec })
    const follower = new MemoryStore(leader.cluster, wireChangeCodec, leader.clock)
    leader.cluster.add(follower)
    await leader.store.update((tx) => {
      tx.create('service', service('web'))
      tx.create('secret', secret('key'))
    })
    await leader.store.update((tx) => tx.update('service', { ...(tx.get('service', 'web') as Service), specVersion: 3 }))
    for (const table of ['service', 'secret'] as const) assert.deepEqual(follower.view().list(table), leader.store.view().list(table))
    const restored = new MemoryStore(leader.cluster, wireChangeCodec, leader.clock)
    await restored.restore(2, follower.snapshot())
    assert.deepEqual(restored.view().list('service'), leader.store.view().list('service'))
  })
})
