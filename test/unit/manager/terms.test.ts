import { strict as assert } from 'node:assert'
import { unavailable } from '../../../src/base/errors.js'
import { nullLogger } from '../../../src/base/log.js'
import { seededRng } from '../../../src/base/rng.js'
import type { Leadership } from '../../../manager/raft/node-types.js'
import { followTerms } from '../../../manager/terms.js'
import { ManualClock, settle } from '../../support/manual-clock.js'

function setUp() {
  const clock = new ManualClock()
  const ended = new AbortController()
  const did: string[] = []
  const held: (() => void)[] = []
  let listener: (leadership: Leadership) => void = () => undefined
  let now: Leadership = { isLeader: false, term: 1, leader: undefined }
  const wish = { failures: 0, hold: false }
  followTerms({
    node: {
      get isLeader() {
        return now.isLeader
      },
      status: () => ({ term: now.term }),
      onLeadership: (given) => {
        listener = given
        return () => undefined
      },
    },
    prepare: async () => {
      did.push('prepare')
      if (wish.failures-- > 0) throw unavailable('a change made just before was refused')
    },
    lead: async () => {
      did.push('lead')
      if (wish.hold) await new Promise<void>((resolve) => held.push(resolve))
    },
    resign: async () => void did.push('resign'),
    ready: () => void did.push('ready'),
    signal: ended.signal,
    clock,
    rng: seededRng(1),
    log: nullLogger,
  })
  const become = async (isLeader: boolean, term: number): Promise<void> => {
    now = { isLeader, term, leader: undefined }
    listener(now)
    await settle()
  }
  return { clock, ended, did, held, wish, become }
}

describe('terms of a manager', () => {
  it('begin with what has to be there, and end', async () => {
    const { did, become } = setUp()
    await become(true, 2)
    await become(false, 3)
    assert.deepEqual(did, ['prepare', 'lead', 'ready', 'resign'])
  })

  it('are begun again and again while what has to be there cannot be written', async () => {
    const { did, wish, clock, become } = setUp()
    wish.failures = 3
    await become(true, 2)
    assert.deepEqual(did, ['prepare'])
    await clock.advance(60_000)
    assert.deepEqual(did, ['prepare', 'prepare', 'prepare', 'prepare', 'lead', 'ready'])
  })

  it('are not begun again once they are over, nor when the manager ends', async () => {
    for (const end of ['term', 'manager'] as const) {
      const { did, wish, clock, ended, become } = setUp()
      wish.failures = Infinity
      await become(true, 2)
      if (end === 'term') await become(false, 3)
      else ended.abort()
      const before = did.length
      await clock.advance(60_000)
      assert.deepEqual([did.length, clock.pendingTimers], [before, 0])
    }
  })

  it('that end while those of before are still ending do not make a leader', async () => {
    const { did, wish, held, become } = setUp()
    wish.hold = true
    await become(true, 2)
    await become(false, 3)
    await become(true, 4)
    held[0]?.()
    await settle()
    assert.deepEqual(did, ['prepare', 'lead', 'resign', 'prepare', 'lead'])
    held[1]?.()
    await settle()
    assert.equal(did.at(-1), 'ready')
  })
})
