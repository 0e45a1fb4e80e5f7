import { strict as assert } from 'node:assert'
import { Limit } from '../../../src/base/limit.js'

describe('a limit', () => {
  it('holds as it was lowered while others waited', async () => {
    const limit = new Limit(3)
    const ends: (() => void)[] = []
    const all = Array.from({ length: 6 }, () => limit.run(() => new Promise<void>((resolve) => ends.push(resolve)), new AbortController().signal))
    await Promise.resolve()
    assert.equal(ends.length, 3)
    limit.change(1)
    for (const running of [2, 1]) {
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(ends.length, running)
    }
    for (let left = 4; left > 0; left--) {
      assert.equal(ends.length, 1)
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(all)
  })
})
