import { strict as assert } from 'node:assert'
import { flag, parseFlags, UsageError } from '../../../src/base/flags.js'

describe('values of flags', () => {
  const table = {
    name: flag.string('a name'),
    quiet: flag.bool('quiet'),
    count: flag.int('a count'),
    ratio: flag.float('a ratio'),
    wait: flag.duration('a time'),
    memory: flag.bytes('a size'),
    label: flag.list('labels'),
  }

  it('are read by their kinds', () => {
    const { values, args } = parseFlags(table, ['--name', '-x', '--quiet=F', '--count=-3', '--ratio', '0.5', '--wait=1m', '--memory=2k', '--label', 'a', '--label=b', 'rest', '--', '--name'], true)
    assert.deepEqual({ ...values }, { name: '-x', quiet: false, count: -3, ratio: 0.5, wait: 60e9, memory: 2048, label: ['a', 'b'] })
    assert.deepEqual(args, ['rest', '--name'])
  })

  for (const [word, why] of [
    ['--quiet=maybe', 'true or false expected'],
    ['--count=1.5', 'a whole number expected'],
    ['--ratio=much', 'a number expected'],
    ['--ratio=', 'a number expected'],
    ['--wait=10', 'a duration such as 500ms, 10s or 1m30s expected'],
    ['--memory=lots', 'a size such as 512m or 1.5g expected'],
  ] as const) {
    it(`${word} is refused`, () => {
      const [name = '', value = ''] = word.split('=')
      assert.throws(() => parseFlags(table, [word], true), (thrown) => thrown instanceof UsageError && thrown.message === `invalid argument "${value}" for "${name}" flag: ${why}`)
    })
  }

  it('are needed by all but switches', () => {
    for (const name of ['name', 'count', 'label']) assert.throws(() => parseFlags(table, [`--${name}`], true), new RegExp(`flag needs an argument: --${name}`))
    assert.throws(() => parseFlags(table, ['--constructor'], true), /unknown flag: --constructor/)
  })

  it('are refused with the words of their check, under both names', () => {
    const even = (text: string): void => {
      if (Number(text) % 2 !== 0) throw new Error('not even')
    }
    const table = { pair: flag.list('', { short: 'p', check: even }), one: flag.string('', { check: even }) }
    assert.deepEqual(parseFlags(table, ['-p', '2', '--pair=4', '--one', '6'], true).values, { pair: ['2', '4'], one: '6' })
    for (const [words, name] of [[['-p3'], '-p, --pair'], [['--pair', '3'], '-p, --pair'], [['--one=3'], '--one']] as const) {
      assert.throws(() => parseFlags(table, words, true), { name: 'UsageError', message: `invalid argument "3" for "${name}" flag: not even` })
    }
  })
})
