import { strict as assert } from 'node:assert'
import { StoreLoop } from '../../../../manager/store/store-loop.js'
import type { Timer } from '../../../../src/base/clock.js'
import { nullLogger } from '../../../../src/base/log.js'
import { seededRng } from '../../../../src/base/rng.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'
import { createTestStore } from '../../../support/memory-cluster.js'

describe('a loop over the store', () => {
  it('leaves no timer that a run under way set after it was stopped', async () => {
    const clock = new ManualClock()
    const { store, ids } = createTestStore()
    let timer: Timer | undefined
    let goOn: () => void = () => undefined
    const loop = new StoreLoop({ store, clock, rng: seededRng(1), ids, log: nullLogger }, {
      name: 'test',
      reset: () => undefined,
      observe: () => undefined,
      run: async () => {
        await new Promise<void>((resolve) => (goOn = resolve))
        timer = clock.setTimer(60_000, () => undefined)
      },
      stop: () => timer?.cancel(),
    })
    loop.start()
    await settle()
    const stopped = loop[Symbol.asyncDispose]()
    goOn()
    await stopped
    assert.ok(timer)
    assert.equal(clock.pendingTimers, 0)
  })
})
