import { strict as assert } from 'node:assert'
import { PeerReach } from '../../../../../agent/network/cluster/peer-reach.js'

describe('what is known of a node on the data path', () => {
  const miss = (reach: PeerReach, times: number, nowMs: number): void => {
    for (let i = 0; i < times; i++) reach.missed(nowMs)
  }

  it('is in doubt with the first miss, silent after four in a row', () => {
    const reach = new PeerReach()
    miss(reach, 3, 0)
    assert.deepEqual([reach.isDoubtful, reach.silentSinceMs], [true, undefined])
    reach.answered(0)
    assert.deepEqual([reach.isDoubtful, reach.hasAnswered], [false, true])
    miss(reach, 4, 7)
    assert.deepEqual([reach.isDoubtful, reach.silentSinceMs], [false, 7])
  })

  it('is back with one answer, but with more when it comes and goes', () => {
    const reach = new PeerReach()
    const answersUntilBack = (nowMs: number): number => {
      for (let n = 1; ; n++) {
        reach.answered(nowMs)
        if (reach.silentSinceMs === undefined) return n
        assert(reach.isDoubtful, 'asked again soon')
      }
    }
    const lostAt = (nowMs: number): number => {
      miss(reach, 4, nowMs)
      assert.equal(reach.silentSinceMs, nowMs)
      return answersUntilBack(nowMs)
    }
    reach.answered(0)
    assert.deepEqual([lostAt(100_000), lostAt(110_000), lostAt(120_000), lostAt(130_000)], [1, 3, 9, 9])
    assert.equal(lostAt(300_000), 1, 'it has been quiet since')
  })

  it('counts answers in a row', () => {
    const reach = new PeerReach()
    reach.answered(0)
    for (const nowMs of [100_000, 101_000]) {
      miss(reach, 4, nowMs)
      reach.answered(nowMs)
    }
    reach.missed(102_000)
    reach.answered(102_000)
    reach.answered(102_000)
    assert.notEqual(reach.silentSinceMs, undefined)
    reach.answered(102_000)
    assert.equal(reach.silentSinceMs, undefined)
  })
})
