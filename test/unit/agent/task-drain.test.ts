import { strict as assert } from 'node:assert'
import { drainTask } from '../../../agent/task-drain.js'
import { StatusError, unavailable } from '../../../src/base/errors.js'
import { nullLogger } from '../../../src/base/log.js'
import { ManualClock, settle } from '../../support/manual-clock.js'

describe('the wait for other nodes before a task ends', () => {
  let clock: ManualClock
  let asked: number
  let answer: () => Promise<void>
  let connected: (signal: AbortSignal) => Promise<void>
  let ended: boolean
  const untilAborted = (signal: AbortSignal): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))
  const drain = (signal = new AbortController().signal): Promise<void> => {
    const managers = { connected: (within: AbortSignal) => connected(within), awaitDrain: () => (asked++, answer()) }
    return drainTask({ managers, clock, log: nullLogger }, 't1', signal).then(() => void (ended = true))
  }

  beforeEach(() => {
    clock = new ManualClock()
    asked = 0
    answer = () => Promise.resolve()
    connected = () => Promise.resolve()
    ended = false
  })
  afterEach(() => assert.equal(clock.pendingTimers, 0))

  it('lets requests on their way arrive', async () => {
    const done = drain()
    await clock.advance(199)
    assert.equal(ended, false)
    await clock.advance(1)
    await done
  })

  it('gives them longer on a host that is late', async () => {
    const done = drain()
    await settle()
    clock.jump(300)
    await clock.advance(0)
    await clock.advance(499)
    assert.equal(ended, false, 'a timer of 200 ms took 300')
    await clock.advance(1)
    await done
  })

  it('asks the next leader when the one that was asked stops leading', async () => {
    answer = () => Promise.reject(unavailable('this manager does not lead any more'))
    const done = drain()
    await clock.advance(300)
    assert.equal(ended, false)
    answer = () => Promise.resolve()
    await clock.advance(300)
    await done
    assert(asked > 1)
  })

  it('ends when no manager can be reached, answers, or knows of it', async () => {
    for (const [failing, lastsMs] of [
      [() => (connected = untilAborted), 5_200],
      [() => (answer = () => Promise.reject(unavailable('not now'))), 20_200],
      [() => (answer = () => Promise.reject(new StatusError('forbidden', 'no'))), 200],
    ] as const) {
      connected = () => Promise.resolve()
      ended = false
      failing()
      const done = drain()
      await clock.advance(lastsMs - 1)
      assert.equal(ended, false)
      await clock.advance(1)
      await done
    }
  })

  it('is interrupted by its signal', async () => {
    connected = untilAborted
    const abort = new AbortController()
    const done = assert.rejects(drain(abort.signal), /enough/)
    abort.abort(new Error('enough'))
    await done
  })
})
