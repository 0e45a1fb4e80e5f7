import { strict as assert } from 'node:assert'
import { Serial } from '../../../src/base/serial.js'

/** An action that begins when it likes and ends when it is told to. */
function step(trace: string[], name: string) {
  let end: (failure?: Error) => void = () => undefined
  const ended = new Promise<void>((resolve, reject) => (end = (failure) => (failure ? reject(failure) : resolve())))
  const action = async (): Promise<string> => {
    trace.push(`${name} begins`)
    await ended
    trace.push(`${name} ends`)
    return name
  }
  return { action, end }
}

describe('serial', () => {
  it('one after another, in the order asked for, each with its own outcome', async () => {
    const serial = new Serial()
    const trace: string[] = []
    const [first, second] = [step(trace, 'first'), step(trace, 'second')]
    const results = [serial.run(first.action), serial.run(second.action)]
    assert.deepEqual(trace, [])
    second.end()
    await Promise.resolve()
    first.end()
    assert.deepEqual(await Promise.all(results), ['first', 'second'])
    assert.deepEqual(trace, ['first begins', 'first ends', 'second begins', 'second ends'])
  })

  it('a failure is told to who asked, and the next runs', async () => {
    const serial = new Serial()
    const failing = serial.run(() => Promise.reject(new Error('no')))
    const thrown = serial.run((): number => {
      throw new Error('at once')
    })
    const next = serial.run(() => 7)
    await assert.rejects(failing, /no/)
    await assert.rejects(thrown, /at once/)
    assert.equal(await next, 7)
  })
})
