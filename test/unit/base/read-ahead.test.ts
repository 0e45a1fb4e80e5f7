import { strict as assert } from 'node:assert'
import { readAhead } from '../../../src/base/read-ahead.js'

describe('reading ahead', () => {
  it('gives the same items in order, and the failure where it came', async () => {
    async function* source(): AsyncGenerator<number, void, undefined> {
      yield* [1, 2, 3]
      throw new Error('torn')
    }
    const seen: number[] = []
    await assert.rejects(async () => {
      for await (const item of readAhead(source(), () => undefined)) seen.push(item)
    }, /torn/)
    assert.deepEqual(seen, [1, 2, 3])
  })

  it('fetches the next item while the last is used', async () => {
    const fetched: number[] = []
    async function* source(): AsyncGenerator<number, void, undefined> {
      for (const item of [1, 2, 3]) {
        fetched.push(item)
        yield item
      }
    }
    for await (const item of readAhead(source(), () => undefined)) assert.deepEqual(fetched.slice(0, item + 1), [1, 2, 3].slice(0, item + 1))
  })

  it('stops a fetch under way before it closes the source', async () => {
    const events: string[] = []
    const stopping = new AbortController()
    async function* source(): AsyncGenerator<number, void, undefined> {
      try {
        yield 1
        await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve))
        events.push('let go')
      } finally {
        events.push('closed')
      }
    }
    for await (const _ of readAhead(source(), () => stopping.abort())) break
    assert.deepEqual(events, ['let go', 'closed'])
  })
})
