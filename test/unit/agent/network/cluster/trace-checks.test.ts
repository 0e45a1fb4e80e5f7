import { strict as assert } from 'node:assert'
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { checkPort, checkUdp } from '../../../../../agent/network/cluster/trace-checks.js'
import type { TracedCheck } from '../../../../../src/model/service-trace.js'
import { ManualClock } from '../../../../support/manual-clock.js'

describe('a datagram port that is traced', () => {
  const clock = new ManualClock()
  const here = '127.0.12.1'
  let server: Socket
  let asked: number
  beforeEach(async () => {
    asked = 0
    server = createSocket('udp4')
    await new Promise<void>((resolve) => server.bind(0, here, resolve))
  })
  afterEach(() => {
    server.close()
    assert.equal(clock.pendingTimers, 0)
  })
  /** Time passes until it is known. */
  const check = async (address: string, port: number): Promise<TracedCheck> => {
    let found: TracedCheck | undefined
    void checkUdp((act) => act(), address, port, clock).then((one) => (found = one))
    for (let i = 0; i < 50 && !found; i++) await clock.advance(100)
    return found as TracedCheck
  }

  it('answers when anything comes back', async () => {
    server.on('message', (_, { port, address }) => server.send('what?', port, address))
    assert.equal((await check(here, server.address().port)).Result, 'answers')
  })

  it('is closed when it is refused', async () => {
    const { Result, Reason } = await check('127.0.12.2', server.address().port)
    assert.deepEqual([Result, Reason], ['fails', 'port closed'])
  })

  it('is open or silent when nothing comes back, also to the second datagram', async () => {
    server.on('message', () => asked++)
    const { Result, Milliseconds } = await check(here, server.address().port)
    assert.deepEqual([Result, Milliseconds, asked], ['silent', undefined, 2])
  })

  it('is not asked by SCTP', async () => {
    const { Result, Reason } = await checkPort((act) => act(), here, { protocol: 'sctp', port: 7 }, clock)
    assert.deepEqual([Result, Reason], ['skipped', 'nothing here asks by sctp'])
  })
})
