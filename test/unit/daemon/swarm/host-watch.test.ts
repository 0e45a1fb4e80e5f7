import { strict as assert } from 'node:assert'
import { nullLogger } from '../../../../src/base/log.js'
import { HostWatch } from '../../../../src/daemon/swarm/host-watch.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'

function watched() {
  const clock = new ManualClock()
  const host = { subnets: ['192.0.2.0/24'], problem: undefined as string | undefined, asked: 0, fails: false }
  const told: string[] = []
  const watch = new HostWatch({
    subnets: (max) => {
      if (host.fails) throw new Error('no netlink')
      return host.subnets.slice(0, max)
    },
    encryptionProblem: async () => {
      host.asked++
      return host.problem
    },
    clock,
    log: nullLogger,
  })
  const place = { describeAgain: () => void told.push('again') }
  const look = async () => {
    await clock.advance(30_000)
    await settle()
  }
  return { host, told, watch, place, look }
}

describe('what a host tells of its own networks', () => {
  it('is told again when it has changed, and only then', async () => {
    const { host, told, watch, place, look } = watched()
    assert.deepEqual(await watch.describe(), { hostNetworks: { subnets: ['192.0.2.0/24'] } })
    watch.begin(place)
    await look()
    assert.deepEqual(told, [])
    host.subnets = ['192.0.2.0/24', '10.0.0.0/24']
    await look()
    assert.deepEqual(told, ['again'])
    assert.deepEqual(await watch.describe(), { hostNetworks: { subnets: host.subnets } })
    await look()
    assert.deepEqual(told, ['again'])
    watch.end()
    host.subnets = []
    await look()
    assert.deepEqual(told, ['again'])
  })

  it('a host that cannot encrypt says why, and is looked at until it can', async () => {
    const { host, told, watch, place, look } = watched()
    host.problem = 'no WireGuard'
    assert.equal((await watch.describe()).encryptionProblem, 'no WireGuard')
    watch.begin(place)
    await look()
    assert.deepEqual(told, [])
    host.problem = undefined
    await look()
    assert.deepEqual(told, ['again'])
    assert.equal((await watch.describe()).encryptionProblem, undefined)
    const before = host.asked
    await look()
    assert.equal(host.asked, before)
    watch.end()
  })

  it('a host that cannot be looked at stays what it was', async () => {
    const { host, told, watch, place, look } = watched()
    await watch.describe()
    watch.begin(place)
    host.fails = true
    await look()
    assert.deepEqual(told, [])
    host.fails = false
    await look()
    assert.deepEqual(told, [])
    watch.end()
  })
})
