import { strict as assert } from 'node:assert'
import { ContextIndex } from '../../../../agent/build/context-index.js'

describe('what is in a build context', () => {
  it('is filtered and digested between turns of the event loop: what comes before and after takes its own time', async () => {
    const { signal } = new AbortController()
    const index = new ContextIndex()
    let turns = 0
    const turned = (): void => void setImmediate(() => turns++)
    turned()
    await index.removeIgnored(() => false)
    assert.equal(turns, 1)
    turned()
    // The second turn is asked for in the first.
    setImmediate(turned)
    await index.digest([''], undefined, signal)
    assert.equal(turns, 3)
  })
})
