import { strict as assert } from 'node:assert'
import dockerignore from '@balena/dockerignore'
import fc from 'fast-check'
import { IgnoreRules, PathPattern } from '../../../../agent/build/path-pattern.js'

describe('patterns of names', () => {
  it('fit as in Go', () => {
    const fits: [string, string, boolean][] = [
      ['*', 'abc', true], ['*', '', true], ['a*c', 'abbbc', true], ['a*c', 'abbb', false], ['a?c', 'abc', true], ['a?c', 'ac', false],
      ['[a-c]x', 'bx', true], ['[a-c]x', 'dx', false], ['[^a-c]x', 'dx', true], ['[^a]x', 'ax', false], ['[]a]', ']', true], ['[a\\-z]', '-', true], ['[a\\-z]', 'b', false],
      ['\\*', '*', true], ['\\*', 'a', false], ['a.c', 'abc', false], ['a**c', 'abc', true], ['*a*b', 'xaxb', true],
      // A character is a code point, however many units it takes.
      ['?', '🐝', true], ['??', '🐝', false], ['a?c', 'a🐝c', true], ['[🐝]', '🐝', true], ['[🐀-🐿]x', '🐝x', true], ['[\\🐝]', '🐝', true], ['[^🐝]', '🐀', true], ['[\uff00-🐿]', '🐝', true], ['🐝*', '🐝🐝', true],
    ]
    for (const [pattern, name, expected] of fits) assert.equal(new PathPattern(pattern, false).fits(name), expected, `${pattern} ${name}`)
    for (const bad of ['[', '[a', '[^', '[b-a]', 'x[a\\']) assert.throws(() => new PathPattern(bad, false), { kind: 'invalid' }, bad)
  })

  it('of a .dockerignore fit what is below, over any number of folders', () => {
    const ignored: [string[], string, boolean][] = [
      [['node_modules'], 'node_modules/a/b', true], [['node_modules'], 'x/node_modules', false], [['/foo'], 'foo/x', true], [['foo/'], 'foo', true], [['./foo//bar/../baz'], 'foo/baz', true],
      [['**/x'], 'x', true], [['**/x'], 'a/b/x/y', true], [['**/x'], 'a/bx', false], [['a/**/b'], 'a/b', true], [['a/**/b'], 'a/x/y/b/c', true], [['a/**/b'], 'a/xb', false],
      [['a/**'], 'a/b', true], [['**'], 'x/y', true], [['*.md'], 'd/x.md', false], [['*'], 'd/x.md', true], [['.'], 'x', false], [['..'], 'x', false],
      [['*', '!keep'], 'keep/x', false], [['*', '!keep'], 'other', true], [['!keep', '*'], 'keep', true], [['d', '!d/k*', 'd/k2'], 'd/k2', true], [['d', '!d/k*', 'd/k2'], 'd/k1', false], [['dir'], 'directory', false],
    ]
    for (const [lines, path, expected] of ignored) assert.equal(new IgnoreRules(lines).ignores(path), expected, `${lines.join(' ')}: ${path}`)
    assert.throws(() => new IgnoreRules(['!']), { kind: 'invalid' })
  })

  it("of a .dockerignore mean what they mean to the command line's package", () => {
    const word = fc.constantFrom('a', 'b', 'ab', 'a*', '*b', '?', '**', 'a*b')
    const pattern = fc.tuple(fc.boolean(), fc.array(word, { minLength: 1, maxLength: 3 })).map(([kept, words]) => `${kept ? '!' : ''}${words.join('/')}`)
    const path = fc.array(fc.constantFrom('a', 'b', 'ab', 'aab', 'c'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    fc.assert(fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), path, (lines, name) => {
      assert.equal(new IgnoreRules(lines).ignores(name), dockerignore.default().add([...lines]).ignores(name))
    }), { numRuns: 2000 })
  })

  it('take no longer for what would keep a regular expression busy for years', () => {
    const stars = `${'*a'.repeat(40)}b`
    assert.equal(new PathPattern(stars, false).fits('a'.repeat(255)), false)
    assert.equal(new IgnoreRules([`${'**/a/'.repeat(40)}b`]).ignores('a/'.repeat(1000)), false)
  })
})
