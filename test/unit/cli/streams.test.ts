import { strict as assert } from 'node:assert'
import { timeQuery } from '../../../src/cli/options/time.js'
import { naturalOrder } from '../../../src/cli/order.js'
import { splitReference } from '../../../src/cli/image-name.js'
import { DetachScanner, parseDetachKeys } from '../../../src/base/detach-keys.js'
import { LineSplitter } from '../../../src/cli/streams/line-splitter.js'
import { goDuration, goTimeOf } from '../../../src/cli/units.js'

describe('detach keys', () => {
  it('reads letters and control keys', () => {
    assert.deepEqual([...parseDetachKeys('ctrl-p,ctrl-q')], [16, 17])
    assert.deepEqual([...parseDetachKeys('a,ctrl-@,ctrl-[,ctrl-_')], [97, 0, 27, 31])
    for (const bad of ['', 'ctrl-1', 'ab', 'ctrl-p,']) assert.throws(() => parseDetachKeys(bad), bad)
  })

  const typed = (...pieces: string[]): string => {
    const filter = new DetachScanner(parseDetachKeys('ctrl-p,ctrl-q'))
    return pieces
      .map((piece) => {
        const { pass, detached } = filter.scan(Buffer.from(piece))
        return Buffer.from(pass).toString() + (detached ? '<detached>' : '')
      })
      .join('|')
  }

  it('finds the sequence, also in pieces, and gives back what was held for nothing', () => {
    assert.equal(typed('ab\x10\x11cd'), 'ab<detached>')
    assert.equal(typed('a\x10', '\x11'), 'a|<detached>')
    assert.equal(typed('\x10', 'x'), '|\x10x')
    assert.equal(typed('\x10\x10\x11'), '\x10<detached>')
    assert.equal(typed('\x11\x10'), '\x11')
  })
})

describe('lines of a log', () => {
  it('puts pieces together, also of one character', () => {
    const splitter = new LineSplitter()
    const euro = Buffer.from('€')
    assert.deepEqual(splitter.push(Buffer.concat([Buffer.from('a\nb'), euro.subarray(0, 1)])), ['a\n'])
    assert.deepEqual(splitter.push(Buffer.concat([euro.subarray(1), Buffer.from('\nc')])), ['b€\n'])
    assert.equal(splitter.rest(), 'c')
    assert.equal(splitter.rest(), '')
  })
})

describe('small words of the command line', () => {
  it('reads times before now, dates and seconds', () => {
    const now = Date.parse('2026-01-02T03:04:05.500Z')
    assert.equal(timeQuery('10s', now), `${Math.floor(now / 1000) - 10}.500000000`)
    assert.equal(timeQuery('1700000000.25', now), '1700000000.250000000')
    assert.equal(timeQuery('2026-01-02T03:04:05.123456789Z', now), `${Math.floor(now / 1000)}.123456789`)
    assert.equal(timeQuery('2026-01-02T03:04:05+01:00', now), `${Math.floor(now / 1000) - 3600}.000000000`)
    for (const bad of ['yesterday', '2026', '2026-13-01', '']) if (bad !== '2026') assert.throws(() => timeQuery(bad, now), bad)
  })

  it('sorts numbers in names by value', () => {
    assert.deepEqual(['web10', 'web9', 'db', 'web', 'web9a'].sort(naturalOrder), ['db', 'web', 'web9', 'web9a', 'web10'])
  })

  it('takes references apart', () => {
    assert.deepEqual(splitReference('localhost:5000/a/b'), { name: 'localhost:5000/a/b', tag: '', digest: '' })
    assert.deepEqual(splitReference('localhost:5000/a:1@sha256:ff'), { name: 'localhost:5000/a', tag: '1', digest: 'sha256:ff' })
  })

  it('prints durations and times as Go does', () => {
    assert.deepEqual([0, 1500, 2e6, 90e9, 3600e9, 3661.5e9].map(goDuration), ['0s', '1.5µs', '2ms', '1m30s', '1h0m0s', '1h1m1.5s'])
    assert.equal(goTimeOf('2026-01-02T03:04:05.120000000Z'), '2026-01-02 03:04:05.12 +0000 UTC')
    assert.equal(goTimeOf('2026-01-02T03:04:05+01:00'), '2026-01-02 02:04:05 +0000 UTC')
  })
})
