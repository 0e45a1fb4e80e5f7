import { strict as assert } from 'node:assert'
import { momentMs, parseMoment, untilFilterMs } from '../../../src/base/moment.js'
import { parseBool, parseBytes, parseDuration } from '../../../src/base/values.js'

describe('values as users write them', () => {
  it('are yes and no in the spellings of Go alone', () => {
    for (const yes of ['1', 't', 'T', 'true', 'TRUE', 'True']) assert.equal(parseBool(yes), true, yes)
    for (const no of ['0', 'f', 'F', 'false', 'FALSE', 'False']) assert.equal(parseBool(no), false, no)
    for (const neither of ['', 'yes', 'tRUE', '01', 'true ']) assert.equal(parseBool(neither), undefined, neither)
  })

  it('are durations as Go writes them, in nanoseconds', () => {
    const known = { '0': 0, '-0': 0, '7ns': 7, '2us': 2_000, '2µs': 2_000, '2\u03bcs': 2_000, '3ms': 3e6, '1m30.5s': 90.5e9, '1.h': 3600e9, '-.5ms': -5e5, '+1s': 1e9 }
    for (const [text, ns] of Object.entries(known)) assert.equal(Number(parseDuration(text)), ns === 0 ? 0 : ns, text)
    for (const none of ['', '10', 's', '.s', '1d', '1s ', '1m30', '--1s', '2562048h', `${'9'.repeat(400)}s`]) assert.equal(parseDuration(none), undefined, none)
  })

  it('are read once, however long they are', () => {
    // Going back and forth over these digits would take minutes.
    assert.equal(parseDuration('1'.repeat(1_000_000)), undefined)
    assert.equal(parseDuration(`${'1s'.repeat(100_000)}x`), undefined)
    assert.equal(parseBytes('1'.repeat(1_000_000)), undefined)
  })

  it('are sizes in powers of 1024', () => {
    const known = { '64': 64, '64b': 64, '512k': 512 * 1024, '1.5GiB': 1.5 * 1024 ** 3, '2 MB': 2 * 1024 ** 2, '1T': 1024 ** 4, '1p': 1024 ** 5 }
    for (const [text, bytes] of Object.entries(known)) assert.equal(parseBytes(text), bytes, text)
    for (const none of ['', 'x', '-1', '1e', 'k', '1.k', '8192p', '9'.repeat(400)]) assert.equal(parseBytes(none), undefined, none)
  })
})

describe('a moment', () => {
  const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 500)

  it('is a duration before now, Unix seconds or RFC 3339, to the nanosecond', () => {
    const seconds = Math.floor(nowMs / 1000)
    assert.deepEqual(parseMoment('10s', nowMs), { seconds: seconds - 10, nanos: 500_000_000 })
    assert.deepEqual(parseMoment('0', nowMs), { seconds, nanos: 500_000_000 })
    assert.deepEqual(parseMoment('1700000000', nowMs), { seconds: 1_700_000_000, nanos: 0 })
    assert.deepEqual(parseMoment('1700000000.25', nowMs), { seconds: 1_700_000_000, nanos: 250_000_000 })
    assert.deepEqual(parseMoment('2026-01-02T03:04:05.1234567899Z', nowMs), { seconds, nanos: 123_456_789 })
    assert.deepEqual(parseMoment('2026-01-02t03:04:05z', nowMs), { seconds, nanos: 0 })
    assert.deepEqual(parseMoment('2026-01-02T03:04:05+01:00', nowMs), { seconds: seconds - 3600, nanos: 0 })
    assert.deepEqual(parseMoment('2026-01-02 03:04Z', nowMs), { seconds: seconds - 5, nanos: 0 })
    assert.deepEqual(parseMoment('2026-01-02Z', nowMs), { seconds: Date.UTC(2026, 0, 2) / 1000, nanos: 0 })
  })

  it('without a zone is one of this host', () => {
    assert.equal(parseMoment('2026-07-02T03:04:05', nowMs)?.seconds, new Date(2026, 6, 2, 3, 4, 5).getTime() / 1000)
    assert.equal(parseMoment('2026-07-02', nowMs)?.seconds, new Date(2026, 6, 2).getTime() / 1000)
  })

  it('is nothing else', () => {
    for (const none of ['', 'soon', 'Jan 5', '2026-13-01', '2026-01-02T25:00:00Z', '1e9', '-5']) assert.equal(parseMoment(none, nowMs), undefined, none)
  })

  it('has milliseconds since the epoch', () => {
    assert.equal(momentMs({ seconds: 2, nanos: 500_000_000 }), 2_500)
  })

  it('is the filter until, once', () => {
    assert.equal(untilFilterMs([], nowMs), undefined)
    assert.equal(untilFilterMs(['1h30m'], nowMs), nowMs - 5_400_000)
    assert.equal(untilFilterMs(['2026-01-01T00:00:00Z'], nowMs), Date.UTC(2026, 0, 1))
    assert.throws(() => untilFilterMs(['soon'], nowMs), /invalid filter 'until=soon': a time or a duration/)
    assert.throws(() => untilFilterMs(['1h', '2h'], nowMs), /more than one until filter/)
  })
})
