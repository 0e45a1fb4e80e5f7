import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { canonicalName, familiarName, matchesPattern, parseReference, referenceOf, withDefaultTag } from '../../../../agent/image/reference.js'

const digest = `sha256:${'ab'.repeat(32)}`

describe('names of images', () => {
  const valid: [string, string, string][] = [
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['user/app:V1_2-x.y', 'docker.io/user/app:V1_2-x.y', 'user/app:V1_2-x.y'],
    ['localhost/app', 'localhost/app:latest', 'localhost/app:latest'],
    ['localhost:5000/a/b/c', 'localhost:5000/a/b/c:latest', 'localhost:5000/a/b/c:latest'],
    ['reg.example.com/a__b/c-d--e.f:1', 'reg.example.com/a__b/c-d--e.f:1', 'reg.example.com/a__b/c-d--e.f:1'],
    ['[2001:db8::1]:5000/app', '[2001:db8::1]:5000/app:latest', '[2001:db8::1]:5000/app:latest'],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`, `busybox@${digest}`],
    [`busybox:1@${digest}`, `docker.io/library/busybox:1@${digest}`, `busybox:1@${digest}`],
    ['Registry/app', 'Registry/app:latest', 'Registry/app:latest'],
  ]
  for (const [given, canonical, familiar] of valid) {
    it(`reads ${given}`, () => {
      const reference = withDefaultTag(parseReference(given))
      assert.deepEqual([canonicalName(reference), familiarName(reference)], [canonical, familiar])
    })
  }

  const invalid: [string, RegExp][] = [
    ['', /^invalid reference format$/],
    ['a b', /^invalid reference format$/],
    ['app:', /^invalid reference format$/],
    [':tag', /^invalid reference format$/],
    ['app@sha256:12', /^invalid reference format$/],
    ['-app', /^invalid reference format$/],
    ['a//b', /^invalid reference format$/],
    ['a..b', /^invalid reference format$/],
    ['../etc', /^invalid reference format$/],
    ['app:.x', /^invalid reference format$/],
    [`app:${'x'.repeat(129)}`, /^invalid reference format$/],
    ['library/App', /^invalid reference format: repository name \(library\/App\) must be lowercase$/],
    ['App', /^invalid reference format: repository name \(library\/App\) must be lowercase$/],
    ['a'.repeat(256), /must not be more than 255 characters/],
    ['ab'.repeat(32), /cannot specify 64-byte hexadecimal strings/],
  ]
  for (const [given, message] of invalid) it(`refuses ${JSON.stringify(given.slice(0, 40))}`, () => assert.throws(() => parseReference(given), { message }))

  it('puts names and tags together', () => {
    assert.equal(familiarName(referenceOf('app', '')), 'app:latest')
    assert.equal(familiarName(referenceOf('app:1', 'two')), 'app:two')
    assert.throws(() => referenceOf('app', 'a/b'), /invalid reference format/)
    assert.throws(() => referenceOf(`app@${digest}`), /refusing to create a tag with a digest reference/)
  })

  it('reads its own canonical and familiar forms', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/)
    fc.assert(
      fc.property(fc.constantFrom('docker.io', 'localhost', 'r.io:80'), fc.array(part, { minLength: 1, maxLength: 3 }), fc.stringMatching(/^\w[\w.-]{0,9}$/), (domain, parts, tag) => {
        const reference = parseReference(`${domain}/${parts.join('/')}:${tag}`)
        assert.deepEqual(parseReference(canonicalName(reference)), reference)
        assert.deepEqual(parseReference(familiarName(reference)), reference)
      }),
    )
  })

  it('match patterns as path.Match does', () => {
    const match = (pattern: string, name = 'user/app:1.2'): boolean => matchesPattern(parseReference(name), pattern)
    assert.deepEqual(['user/app', 'user/*', '*/*:1*', 'user/app:1.?', 'user/ap[o-q]', 'user/ap[^x]:*'].map((one) => match(one)), Array.from({ length: 6 }, () => true))
    assert.deepEqual(['*', 'user', 'app', 'user/app:2*', 'user.app'].map((one) => match(one)), Array.from({ length: 5 }, () => false))
    assert.throws(() => match('[a'), /syntax error in pattern/)
    assert(!match(`${'*'.repeat(400)}x`))
  })
})
