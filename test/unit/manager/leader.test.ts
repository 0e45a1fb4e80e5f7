import { strict as assert } from 'node:assert'
import { Leader } from '../../../manager/leader.js'

function recorder() {
  const events: string[] = []
  let term = 0
  const make = () => {
    term++
    return ['a', 'b'].map((name) => ({
      id: `${name}${term}`,
      start: () => void events.push(`start ${name}${term}`),
      [Symbol.asyncDispose]: async function (this: { id: string }) {
        await new Promise((resolve) => setImmediate(resolve))
        events.push(`stop ${this.id}`)
      },
    }))
  }
  return { events, make }
}

describe('the leader', () => {
  it('starts in order and stops in reverse, once a term', async () => {
    const { events, make } = recorder()
    const leader = new Leader(make)
    await leader.lead()
    await leader.lead()
    await leader.resign()
    await leader.resign()
    assert.deepEqual(events, ['start a1', 'start b1', 'stop b1', 'stop a1'])
  })

  it('stops the others too when one fails to', async () => {
    const stopped: string[] = []
    const leader = new Leader(() => ['a', 'b', 'c'].map((name) => ({
      start: () => undefined,
      [Symbol.asyncDispose]: async () => {
        stopped.push(name)
        if (name === 'b') throw new Error('no end')
      },
    })))
    await leader.lead()
    await assert.rejects(leader.resign(), /no end/)
    assert.deepEqual(stopped, ['c', 'b', 'a'])
  })

  it('a new term waits for the end of the old one', async () => {
    const { events, make } = recorder()
    const leader = new Leader(make)
    await leader.lead()
    void leader.resign()
    await new Promise((resolve) => setImmediate(resolve))
    await leader.lead()
    assert.deepEqual(events, ['start a1', 'start b1', 'stop b1', 'stop a1', 'start a2', 'start b2'])
    await leader[Symbol.asyncDispose]()
    await leader.lead()
    assert.equal(events.length, 8)
  })
})
