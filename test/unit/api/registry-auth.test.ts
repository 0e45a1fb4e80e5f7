import { strict as assert } from 'node:assert'
import { registryAuth } from '../../../src/api/registry-auth.js'
import { kindOf } from '../../../src/base/errors.js'

describe('X-Registry-Auth', () => {
  const read = (value: unknown, encoding: 'base64' | 'base64url' = 'base64url') => registryAuth({ 'x-registry-auth': Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(encoding) })

  it('is read in both alphabets of base 64', () => {
    const given = { username: 'ann', password: 'p?>~', serveraddress: 'registry.example', identitytoken: 't' }
    assert.deepEqual(read(given), given)
    assert.deepEqual(read(given, 'base64'), given)
    assert.deepEqual(read({ auth: Buffer.from('ann:a:b').toString('base64') }), { auth: 'YW5uOmE6Yg==', username: 'ann', password: 'a:b' })
    assert.deepEqual(read({ username: 'ann', unknown: 1 }), { username: 'ann' })
  })

  it('may be left out or empty', () => {
    for (const headers of [{}, { 'x-registry-auth': '' }, { 'x-registry-auth': 'null' }]) assert.deepEqual(registryAuth(headers), {})
    assert.deepEqual(read('null'), {})
    assert.deepEqual(read({}), {})
  })

  it('counts as none when it is no JSON in base 64, and is refused with fields of a wrong type', () => {
    const refused = (headers: Record<string, string>, why: RegExp) => assert.throws(() => registryAuth(headers), (thrown: Error) => kindOf(thrown) === 'invalid' && why.test(thrown.message))
    for (const placeholder of ['!!!', 'FOO', Buffer.from('{').toString('base64')]) assert.deepEqual(registryAuth({ 'x-registry-auth': placeholder }), {})
    refused({ 'x-registry-auth': Buffer.from('{"username":1}').toString('base64') }, /X-Registry-Auth.username must be a string/)
  })
})
