import { strict as assert } from 'node:assert'
import { NodeUpdates } from '../../../../manager/dispatcher/node-updates.js'
import { hostSubnetsMax } from '../../../../src/model/node.js'
import { createTestStore } from '../../../support/memory-cluster.js'
import { node } from '../../../support/objects.js'
import { description } from './fixture.js'

describe('what nodes say of themselves', () => {
  it('is kept as far as it is well formed, and within bounds', async () => {
    const { store } = createTestStore({ seed: 1 })
    await store.update((tx) => tx.create('node', node('n1')))
    const good = Array.from({ length: hostSubnetsMax + 5 }, (_, i) => `10.${i}.0.0/16`)
    const subnets = ['x', '10.1', '10.1/8', '', '10.0.0.0/33', 'fd00::/200', `fe80::1%${'e'.repeat(100)}/64`, '0.0.0.0/0', '10.0.0.0/7', '::/0', 'fc00::/7', 'fd00:9::/64', ...good]
    await new NodeUpdates(store).ready('n1', { ...description, hostNetworks: { subnets }, encryptionProblem: 'no'.repeat(1_000) }, '192.0.2.1')
    const kept = store.view().get('node', 'n1')?.description
    assert.deepEqual(kept?.hostNetworks?.subnets, ['fd00:9::/64', ...good].slice(0, hostSubnetsMax))
    assert.equal(kept.encryptionProblem?.length, 300)
    await new NodeUpdates(store).ready('n1', description, '192.0.2.1')
    assert.deepEqual(store.view().get('node', 'n1')?.description, description)
  })
})
