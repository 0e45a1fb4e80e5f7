import { strict as assert } from 'node:assert'
import { BuildArgs } from '../../../../agent/build/build-args.js'
import { expand, parsePairs, splitWords } from '../../../../agent/build/words.js'
import { jsonList } from '../../../../agent/image/json-list.js'

const values: Record<string, string> = { a: 'one', empty: '', spaced: 'x y', path: '/usr', long: 'a/b/c.tar.gz', suffix: '.tar.gz' }
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
    ['${long#*/}', 'b/c.tar.gz'],
    ['${long##*/}', 'c.tar.gz'],
    ['${long%.*}', 'a/b/c.tar'],
    ['${long%%.*}', 'a/b/c'],
    ['${long#x}', 'a/b/c.tar.gz'],
    ['${long/\\//-}', 'a-b/c.tar.gz'],
    ['${long//\\//-}', 'a-b-c.tar.gz'],
    ['${long/.tar.??/}', 'a/b/c'],
    ['${long//[.]/x}', 'a/b/c.tar.gz'],
    ['${long%$suffix}', 'a/b/c'],
    ['${none#x}', ''],
  ]
  for (const [word, meaning] of cases) {
    it(`${word} is ${meaning}`, () => assert.equal(expand(word, lookUp, '\\'), meaning))
  }

  it('refuses what is not closed or not known', () => {
    for (const word of ['"a', "'a", '${a', '${a:-b', '${a^b}', '${a:#b}', '${a#b', '${}', '${a#*x*y*z}']) assert.throws(() => expand(word, lookUp, '\\'), { kind: 'invalid' }, word)
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
    assert.deepEqual([args.global('A'), args.global('B'), args.stage().get('A')], ['given', 'global', undefined])
    const stage = args.stage()
    stage.declare('B', undefined)
    stage.declare('A', 'other')
    stage.declare('C', undefined)
    stage.declare('D', 'default')
    assert.deepEqual(stage.environment().keyed, [['A', 'given'], ['B', 'global'], ['D', 'default']])
    assert.deepEqual(stage.environment().all.at(-1), ['HTTP_PROXY', 'p'])
    assert.deepEqual(args.unused(), ['LOST'])
    assert.equal(args.stage().get('A'), undefined)
    assert.equal(args.stage(stage).get('A'), 'given')
  })

  it('tell the platforms, to FROM at once and to a stage that asks', () => {
    const args = new BuildArgs({}, { os: 'linux', architecture: 'arm', variant: 'v7' })
    assert.deepEqual([args.global('TARGETPLATFORM'), args.global('TARGETARCH'), args.global('TARGETVARIANT')], ['linux/arm/v7', 'arm', 'v7'])
    const stage = args.stage()
    assert.equal(stage.get('TARGETOS'), undefined)
    stage.declare('TARGETOS', undefined)
    assert.equal(stage.get('TARGETOS'), 'linux')
  })
})
