import { strict as assert } from 'node:assert'
import { getEventListeners } from 'node:events'
import { TimeLimit } from '../../../src/base/time-limit.js'
import { unlessAborted } from '../../../src/base/unless-aborted.js'
import { ManualClock } from '../../support/manual-clock.js'

describe('work within a signal', () => {
  const never = new Promise<never>(() => undefined)

  it('ends as it does, and leaves no listener', async () => {
    const { signal } = new AbortController()
    assert.equal(await unlessAborted(Promise.resolve(1), signal), 1)
    await assert.rejects(unlessAborted(Promise.reject(new Error('failed')), signal), /failed/)
    assert.equal(getEventListeners(signal, 'abort').length, 0)
  })

  it('ends with the reason of the signal, also of one that is aborted already', async () => {
    const abort = new AbortController()
    const waiting = assert.rejects(unlessAborted(never, abort.signal), /enough/)
    abort.abort(new Error('enough'))
    await waiting
    await assert.rejects(unlessAborted(never, abort.signal), /enough/)
  })

  it('ends with the time or with an outer signal, whichever comes first', async () => {
    const clock = new ManualClock()
    for (const outerFirst of [false, true]) {
      const outer = new AbortController()
      {
        const limit = new TimeLimit(clock, 1_000, () => new Error('too late'), outer.signal)
        const waiting = assert.rejects(unlessAborted(never, limit.signal), outerFirst ? /enough/ : /too late/)
        if (outerFirst) outer.abort(new Error('enough'))
        else await clock.advance(1_000)
        await waiting
        limit[Symbol.dispose]()
      }
      assert.equal(clock.pendingTimers, 0)
    }
  })
})
