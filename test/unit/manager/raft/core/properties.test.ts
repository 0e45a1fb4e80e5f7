import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { changedConf, confChangeRefusal, ConfChangeKind, decodeConfChange, encodeConfChange } from '../../../../../manager/raft/core/confchange.js'
import { Inflights } from '../../../../../manager/raft/core/inflights.js'
import { emptyConf, EntryKind, type ConfState, type Entry } from '../../../../../manager/raft/core/message.js'
import { quorumValue, voteResult } from '../../../../../manager/raft/core/quorum.js'
import { RaftLog } from '../../../../../manager/raft/core/raft-log.js'

const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)
const kinds = Object.values(ConfChangeKind)

describe('raft core properties', () => {
  it('the commit index is the highest that more than half have', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 9 }), (matched) => {
        const naive = Math.max(...ids(13).map((i) => i - 1).filter((index) => matched.filter((m) => m >= index).length > matched.length / 2))
        assert.equal(quorumValue(ids(matched.length), (id) => matched[id - 1] as number), naive)
      }),
    )
  })

  it('an election is won, lost or open by plain counting', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(true, false, undefined), { minLength: 1, maxLength: 9 }), (given) => {
        const votes = new Map<number, boolean>()
        given.forEach((vote, i) => vote !== undefined && votes.set(i + 1, vote))
        const yes = given.filter((v) => v === true).length
        const open = given.filter((v) => v === undefined).length
        const expected = yes * 2 > given.length ? 'won' : (yes + open) * 2 > given.length ? 'pending' : 'lost'
        assert.equal(voteResult(new Set(ids(given.length)), votes), expected)
      }),
    )
  })

  it('the window counts what is sent and not answered', () => {
    const step = fc.oneof(fc.record({ add: fc.nat(50) }), fc.record({ free: fc.nat(300) }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const window = new Inflights(20, 400)
        let model: { index: number; bytes: number }[] = []
        let next = 1
        for (const s of steps) {
          if ('add' in s) {
            window.add(next, s.add)
            model.push({ index: next++, bytes: s.add })
          } else {
            window.freeTo(s.free)
            model = model.filter((item) => item.index > s.free)
          }
          const bytes = model.reduce((sum, item) => sum + item.bytes, 0)
          assert.deepEqual([window.count, window.byteCount, window.full], [model.length, bytes, model.length >= 20 || (model.length > 0 && bytes >= 400)])
        }
      }),
    )
  })

  it('a step of membership moves one voter at most, and somebody can always vote', () => {
    const change = fc.record({ kind: fc.constantFrom(...kinds), peer: fc.integer({ min: 1, max: 6 }) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        let conf: ConfState = changedConf(emptyConf, { kind: ConfChangeKind.addVoter, peer: 1 })
        for (const c of changes) {
          const next = changedConf(conf, c)
          if (confChangeRefusal(conf, c)) assert.deepEqual(next, conf)
          const moved = [...next.voters.filter((v) => !conf.voters.includes(v)), ...conf.voters.filter((v) => !next.voters.includes(v))]
          assert.ok(moved.length <= 1)
          assert.ok(next.voters.length > 0)
          assert.ok(next.voters.every((v) => !next.learners.includes(v)))
          conf = next
        }
      }),
    )
  })

  it('a membership change survives its encoding', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.maxSafeNat(), fc.uint8Array({ maxLength: 40 }), (kind, peer, context) => {
        assert.deepEqual(decodeConfChange(encodeConfChange({ kind, peer, context })), { kind, peer, context })
      }),
    )
    assert.throws(() => decodeConfChange(new Uint8Array(8)), /at least 9 bytes/)
    assert.throws(() => decodeConfChange(new Uint8Array(9)), /unknown kind/)
  })

  it('two logs that exchange appends agree with a plain array', () => {
    // A follower's log and an array take the same appends; writes to disk happen at any point between.
    const step = fc.record({ keep: fc.nat(12), terms: fc.array(fc.nat(2), { maxLength: 5 }), persist: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const log = new RaftLog({ snapshot: { index: 0, term: 0, conf: emptyConf }, compacted: { index: 0, term: 0 }, entries: [] })
        let model: number[] = []
        let term = 1
        for (const s of steps) {
          const keep = Math.min(s.keep, model.length)
          term++
          const added = s.terms.map((extra) => (term += extra))
          const entries = added.map((t, i): Entry => ({ term: t, index: keep + 1 + i, kind: EntryKind.normal, data: new Uint8Array(0) }))
          const last = log.maybeAppend(keep, keep === 0 ? 0 : (model[keep - 1] as number), 0, entries)
          assert.equal(last, keep + entries.length)
          if (entries.length > 0) model = [...model.slice(0, keep), ...added]
          if (s.persist && log.unstableEntries.length > 0) log.stableTo(log.lastIndex, log.lastTerm)
          assert.equal(log.lastIndex, model.length)
          assert.deepEqual(log.slice(1, model.length + 1).map((e) => e.term), model)
          model.forEach((t, i) => assert.equal(log.termAt(i + 1), t))
        }
      }),
    )
  })

  it('the place to try next is the newest whose term is not above the one refused', () => {
    const terms = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }).map((list) => list.sort((a, b) => a - b))
    fc.assert(
      fc.property(terms, fc.nat(15), fc.nat(5), (list, index, term) => {
        const entries = list.map((t, i): Entry => ({ term: t, index: i + 1, kind: EntryKind.normal, data: new Uint8Array(0) }))
        const log = new RaftLog({ snapshot: { index: 0, term: 0, conf: emptyConf }, compacted: { index: 0, term: 0 }, entries })
        const naive = ids(list.length).filter((i) => i <= index && (list[i - 1] as number) <= term).at(-1) ?? 0
        assert.equal(log.conflictByTerm(index, term).index, naive)
      }),
    )
  })
})
