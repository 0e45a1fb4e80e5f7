import { strict as assert } from 'node:assert'
import { Health } from '../../../manager/health.js'

describe('Health', () => {
  it('is as good as its worst part', async () => {
    const health = new Health()
    const check = async (service: string) =>
      (await health.handlers.check({ service }, { caller: undefined, remoteAddress: '', signal: new AbortController().signal, forwardedBy: undefined })).status
    assert.equal(await check(''), 'unknown')
    health.set('raft', 'serving')
    health.set('control', 'notServing')
    assert.deepEqual([await check('raft'), await check('control'), await check(''), await check('x')], ['serving', 'notServing', 'notServing', 'unknown'])
    health.set('control', 'serving')
    assert.equal(await check(''), 'serving')
  })
})
