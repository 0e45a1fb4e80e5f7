import { strict as assert } from 'node:assert'
import { BuildArgs } from '../../../../agent/build/build-args.js'
import { expand, jsonList, parsePairs, splitWords } from '../../../../agent/build/words.js'

const values: Record<string, string> = { a: 'one', empty: '', spaced: 'x y', path: '/usr' }
const lookUp = (name: string): string | undefined => values[name]

describe('words of a Dockerfile', () => {
  const cases: [string, string][] = [
    ['plain', 'plain'],
    ['$a', 'one'],
    ['${a}b', 'oneb'],
    ['$a.b', 'one.b'],
    ['$none', ''],
    ['${none:-other}', 'other'],
    ['${empty:-other}', 'other'],
    ['${empty-other}', ''],
    ['${a:+set}', 'set'],
    ['${none:+set}', ''],
    ['${none:-${a}s}', 'ones'],
    ['${none:-"a}b"}', 'a}b'],
    ["'$a'", '$a'],
    ['"$a $spaced"', 'one x y'],
    ['\\$a', '$a'],
    ['"a\\"b\\n"', 'a"b\\n'],
    ['a"b c"d', 'ab cd'],
    ['$', '$'],
    ['$path/bin:$path', '/usr/bin:/usr'],
  ]
  for (const [word, meaning] of cases) {
    it(`${word} is ${meaning}`, () => assert.equal(expand(word, lookUp, '\\'), meaning))
  }

  it('refuses what is not closed or not known', () => {
    for (const word of ['"a', "'a", '${a', '${a:-b', '${a%b}', '${}']) assert.throws(() => expand(word, lookUp, '\\'), { kind: 'invalid' }, word)
    assert.throws(() => expand('${none:?is needed}', lookUp, '\\'), /none: is needed/)
  })

  it('escapes with another character when the file says so', () => {
    assert.equal(expand('C:\\dir`$a', lookUp, '`'), 'C:\\dir$a')
  })

  it('cuts at blanks outside of quotes only', () => {
    assert.deepEqual(splitWords('a  "b c"d \'e f\' g\\ h', '\\'), ['a', '"b c"d', "'e f'", 'g\\ h'])
  })

  it('reads pairs in both forms, and never cuts a value that a variable brings', () => {
    assert.deepEqual(parsePairs('ENV', 'k=$spaced l="m n" o=', lookUp, '\\'), [['k', 'x y'], ['l', 'm n'], ['o', '']])
    assert.deepEqual(parsePairs('ENV', 'name the whole $a', lookUp, '\\'), [['name', 'the whole one']])
    assert.throws(() => parsePairs('ENV', 'a=b c', lookUp, '\\'), /can't find = in "c"/)
    assert.throws(() => parsePairs('ENV', 'alone', lookUp, '\\'), /ENV must have two arguments/)
  })

  it('takes only lists of strings for JSON', () => {
    assert.deepEqual(jsonList('["a", "b\\n"]'), ['a', 'b\n'])
    assert.equal(jsonList('[ -f /x ] && true'), undefined)
    assert.equal(jsonList('["a", 1]'), undefined)
  })
})

describe('build arguments', () => {
  it('come from the client, then the stage, then before FROM', () => {
    const args = new BuildArgs({ A: 'given', D: null, HTTP_PROXY: 'p', LOST: 'x' })
    args.declareGlobal('B', 'global')
    args.declareGlobal('A', 'default')
    assert.deepEqual([args.global('A'), args.global('B'), args.get('A')], ['given', 'global', undefined])
    args.nextStage()
    args.declare('B', undefined)
    args.declare('A', 'other')
    args.declare('C', undefined)
    args.declare('D', 'default')
    assert.deepEqual(args.environment().keyed, [['A', 'given'], ['B', 'global'], ['D', 'default']])
    assert.deepEqual(args.environment().all.at(-1), ['HTTP_PROXY', 'p'])
    assert.deepEqual(args.unused(), ['LOST'])
    args.nextStage()
    assert.equal(args.get('A'), undefined)
  })
})
