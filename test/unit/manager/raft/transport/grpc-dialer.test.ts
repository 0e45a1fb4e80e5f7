import { strict as assert } from 'node:assert'
import { grpcDialer } from '../../../../../manager/raft/transport/grpc-dialer.js'

describe('the dialer of Raft channels', () => {
  it('forgets an address with its last channel: a node that came back is another member at the same one', () => {
    const forgotten: string[] = []
    const connect = () => assert.fail('nothing is sent here')
    const dialer = grpcDialer({ raftId: 1, nodeId: 'n1', address: 'n1:2377' }, connect, (address) => forgotten.push(address))
    const before = dialer.dial({ raftId: 2, nodeId: 'n2', address: 'n2:2377' })
    const after = dialer.dial({ raftId: 3, nodeId: 'n2', address: 'n2:2377' })
    const other = dialer.dial({ raftId: 4, nodeId: 'n4', address: 'n4:2377' })
    before.close()
    assert.deepEqual(forgotten, [])
    other.close()
    after.close()
    assert.deepEqual(forgotten, ['n4:2377', 'n2:2377'])
  })
})
