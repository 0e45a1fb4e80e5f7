import { strict as assert } from 'node:assert'
import { Proxies, shownProxy } from '../../../../../agent/image/registry/proxies.js'

describe('proxies of registries', () => {
  const settings = { httpProxy: 'plain.test:3128', httpsProxy: 'http://ann:secret@secure.test:8080', noProxy: '' }
  const of = (noProxy: string, ...urls: string[]): (string | undefined)[] => {
    const proxies = new Proxies({ ...settings, noProxy })
    return urls.map((url) => proxies.of(new URL(url))?.host)
  }

  it('are chosen by the protocol, never for this host itself', () => {
    assert.deepEqual(of('', 'http://a.test/', 'https://a.test/'), ['plain.test:3128', 'secure.test:8080'])
    assert.deepEqual(of('', 'http://localhost:5000/', 'http://127.0.0.1:5000/', 'https://[::1]/', 'http://127.8.9.1/'), [undefined, undefined, undefined, undefined])
    assert.equal(new Proxies({ httpProxy: '', httpsProxy: '', noProxy: '' }).of(new URL('https://a.test')), undefined)
  })

  it('are left out for domains, ports, addresses and networks of NO_PROXY', () => {
    const cases: [string, string, boolean][] = [
      ['*', 'https://a.test/', true],
      ['a.test', 'https://a.test/', true],
      ['a.test', 'https://b.a.test/', true],
      ['a.test', 'https://ba.test/', false],
      ['.a.test', 'https://a.test/', false],
      ['.a.test, x', 'https://b.a.test/', true],
      ['*.a.test', 'https://b.a.test/', true],
      ['A.test:5000', 'https://a.test:5000/', true],
      ['a.test:5000', 'https://a.test/', false],
      ['a.test:443', 'https://a.test/', true],
      ['10.0.0.0/8', 'http://10.1.2.3:5000/', true],
      ['10.0.0.0/8', 'http://11.1.2.3/', false],
      ['10.1.2.3', 'http://10.1.2.3/', true],
      ['fd00::/8', 'http://[fd00::1]/', true],
      ['10.0.0.0/99', 'http://10.1.2.3/', false],
    ]
    for (const [noProxy, url, direct] of cases) assert.equal(of(noProxy, url)[0] === undefined, direct, `${noProxy}: ${url}`)
  })

  it('are checked, and shown without their passwords', () => {
    assert.throws(() => new Proxies({ ...settings, httpsProxy: 'ftp://ann:secret@x.test' }), /invalid proxy "ftp:\/\/xxxxx:xxxxx@x\.test": an http:\/\/ or https:\/\/ URL is expected/)
    assert.equal(shownProxy('http://ann:secret@x.test:1'), 'http://xxxxx:xxxxx@x.test:1')
    assert.equal(shownProxy('http://x.test:1'), 'http://x.test:1')
  })
})
