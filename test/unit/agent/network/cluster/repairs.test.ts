import { strict as assert } from 'node:assert'
import { Repairs, type Part } from '../../../../../agent/network/cluster/repairs.js'
import { nullLogger, type Logger } from '../../../../../src/base/log.js'
import { seededRng } from '../../../../../src/base/rng.js'
import { ManualClock, settle } from '../../../../support/manual-clock.js'

describe('parts of the networks that the kernel refuses', () => {
  let clock: ManualClock
  let lines: string[]
  let repairs: Repairs
  let refused: Set<string>
  let tried: string[]
  const part = (key: string, leads = false): Part => ({
    key, leads, trouble: `${key} fails`, network: key,
    again: () => {
      tried.push(key)
      if (refused.has(key)) throw new Error('no buffer space')
    },
  })
  const attempt = (one: Part): Promise<void> => repairs.attempt(one, one.again)

  beforeEach(() => {
    clock = new ManualClock()
    lines = []
    refused = new Set()
    tried = []
    const log: Logger = { ...nullLogger, info: (line) => void lines.push(`info ${line}`), error: (line) => void lines.push(`error ${line}`) }
    repairs = new Repairs({ clock, rng: seededRng(1), log, exclusively: (act) => act() })
  })
  afterEach(() => {
    repairs[Symbol.dispose]()
    assert.equal(clock.pendingTimers, 0)
  })

  it('are told of once and tried again by themselves until they work', async () => {
    refused.add('back')
    await attempt(part('back'))
    await attempt(part('front'))
    assert.deepEqual(repairs.incomplete, ['back'])
    assert.deepEqual(repairs.troubles, [{ networkId: undefined, text: 'back fails: no buffer space' }])
    await clock.advance(60_000)
    const tries = tried.filter((one) => one === 'back').length
    assert(tries >= 5 && tries <= 10, `${tries} tries in a minute`)
    assert.deepEqual(lines, ['error back fails; it is tried again'])
    refused.clear()
    await clock.advance(60_000)
    assert.deepEqual([repairs.incomplete, lines.slice(1)], [[], ['info back fails: it works again']])
    assert.equal(tried.filter((one) => one === 'front').length, 1)
  })

  it('are waited for when they lead flows, but for a bounded time', async () => {
    refused.add('back').add('ports')
    await attempt(part('back'))
    await repairs.led()
    await attempt(part('ports', true))
    let led = false
    void repairs.led().then(() => (led = true))
    await clock.advance(4_900)
    assert.equal(led, false)
    await clock.advance(200)
    assert.equal(led, true)
    // It goes on failing: those who come later are not held up at all.
    await repairs.led()
    refused.clear()
    await clock.advance(60_000)
    refused.add('ports')
    await attempt(part('ports', true))
    led = false
    void repairs.led().then(() => (led = true))
    await settle()
    assert.equal(led, false)
    refused.clear()
    await attempt(part('ports', true))
    await settle()
    assert.equal(led, true)
  })

  it('are forgotten with what they belong to', async () => {
    refused.add('back')
    await attempt(part('back'))
    repairs.settle('back')
    tried = []
    await clock.advance(60_000)
    assert.deepEqual([repairs.incomplete, tried], [[], []])
  })
})
