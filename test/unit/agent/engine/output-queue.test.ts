import { strict as assert } from 'node:assert'
import { OutputQueue } from '../../../../agent/engine/io/output-queue.js'

describe('engine/io/output-queue', () => {
  it('gives chunks of one stream that wait together as one, in order and within bounds', async () => {
    const queue = new OutputQueue()
    const push = (stream: 'stdout' | 'stderr', text: string): void => queue.push({ stream, data: Buffer.from(text) })
    push('stdout', 'a')
    push('stdout', 'b')
    push('stderr', 'c')
    push('stdout', 'd')
    push('stdout', 'e'.repeat(40 * 1024))
    push('stdout', 'f')
    assert.equal(queue.bytes, 5 + 40 * 1024)
    queue.close()
    const got: string[] = []
    for await (const { stream, data } of queue) got.push(`${stream}:${data.length > 10 ? data.length : data.toString()}`)
    assert.deepEqual(got, ['stdout:ab', 'stderr:c', 'stdout:d', `stdout:${40 * 1024}`, 'stdout:f'])
    assert.equal(queue.bytes, 0)
  })
})
