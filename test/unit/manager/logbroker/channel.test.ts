import { strict as assert } from 'node:assert'
import { Channel } from '../../../../manager/logbroker/channel.js'

describe('the buffer between agents and a reader of logs', () => {
  it('gives no more at a time than fits in a message, but at least one item', async () => {
    const mib = 1024 * 1024
    const channel = new Channel<number>(10, (bytes) => bytes)
    assert.ok(await channel.send([3 * mib, 2 * mib, 2 * mib, 9 * mib, 1, 4 * mib]))
    channel.close()
    const taken = []
    for await (const batch of channel.batches()) taken.push(batch)
    assert.deepEqual(taken, [[3 * mib], [2 * mib, 2 * mib], [9 * mib], [1], [4 * mib]])
  })
})
