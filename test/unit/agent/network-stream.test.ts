import { strict as assert } from 'node:assert'
import { followNetworks } from '../../../agent/network-stream.js'
import { unavailable } from '../../../src/base/errors.js'
import { nullLogger } from '../../../src/base/log.js'
import { Queue } from '../../../src/base/queue.js'
import type { NetworksMessage } from '../../../src/wire/dispatcher-service.js'
import { ManualClock, settle } from '../../support/manual-clock.js'

describe('tables of networks on their way to a node', () => {
  const clock = new ManualClock()
  let told: string[]
  let failure: Error | undefined
  let stream: Queue<NetworksMessage>
  let streams: number
  let ended: AbortController
  let following: Promise<void>
  let led: Promise<void>
  const message = (resultsIn: string, appliesTo = ''): NetworksMessage => ({ type: appliesTo === '' ? 'complete' : 'incremental', appliesTo, resultsIn, changes: [], more: false, dataPathPort: 4789 })

  beforeEach(() => {
    told = []
    failure = undefined
    led = Promise.resolve()
    streams = 0
    ended = new AbortController()
    const dispatcher = {
      networks: () => {
        streams++
        return (stream = new Queue<NetworksMessage>(10))
      },
      acknowledgeNetworks: async ({ sequence }: { sequence: string }) => {
        told.push(sequence)
        if (failure) throw failure
        return {}
      },
    }
    const consumer = { onNetworks: () => Promise.resolve(), led: () => led }
    following = followNetworks({ dispatcher, sessionId: 's', consumer, clock, log: nullLogger }, ended.signal).catch(() => undefined)
  })
  afterEach(async () => {
    ended.abort()
    stream.close()
    await following
    await settle()
    assert.equal(clock.pendingTimers, 0)
  })

  it('are acknowledged until the managers have heard it', async () => {
    failure = unavailable('no answer')
    stream.push(message('1.1'))
    await settle()
    await clock.advance(500)
    assert.deepEqual(told, ['1.1', '1.1'])
    failure = undefined
    await clock.advance(500)
    await clock.advance(5_000)
    assert.deepEqual(told, ['1.1', '1.1', '1.1'])
  })

  it('are acknowledged by the newest alone when several were not heard', async () => {
    failure = unavailable('no answer')
    stream.push(message('1.1'))
    await settle()
    stream.push(message('1.2', '1.1'))
    await settle()
    told.length = 0
    failure = undefined
    await clock.advance(5_000)
    assert.deepEqual(told, ['1.2'])
  })

  it('are acknowledged when new flows are led by them, without holding up the next', async () => {
    let end = (): void => undefined
    led = new Promise((resolve) => (end = resolve))
    stream.push(message('1.1'))
    stream.push(message('1.2', '1.1'))
    await settle()
    assert.deepEqual(told, [])
    end()
    await settle()
    assert.deepEqual([told, streams], [['1.2'], 1])
  })

  it('are asked for again after a gap', async () => {
    stream.push(message('1.1'))
    stream.push(message('1.3', '1.2'))
    await settle()
    await clock.advance(500)
    assert.equal(streams, 2)
  })
})
