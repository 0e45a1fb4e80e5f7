import { strict as assert } from 'node:assert'
import type { Descriptor } from '../../../../../agent/image/descriptor.js'
import { parseChallenges } from '../../../../../agent/image/registry/challenge.js'
import { Endpoints, insecureByDefault } from '../../../../../agent/image/registry/endpoints.js'
import { Limit } from '../../../../../src/base/limit.js'
import { chooseFor } from '../../../../../agent/image/registry/manifests.js'
import { humanSize, LayerProgress, progressBar } from '../../../../../agent/image/registry/progress-text.js'
import { problemsOf } from '../../../../../agent/image/registry/refusal.js'
import type { ProgressMessage } from '../../../../../agent/image/progress.js'
import { ManualClock } from '../../../../support/manual-clock.js'

describe('registries: parts', () => {
  it('reads challenges', () => {
    assert.deepEqual(parseChallenges('Bearer realm="https://auth.example/token",service="registry, one",scope="repository:a/b:pull,push",error="insufficient_scope"'), [
      { scheme: 'bearer', parameters: { realm: 'https://auth.example/token', service: 'registry, one', scope: 'repository:a/b:pull,push', error: 'insufficient_scope' } },
    ])
    assert.deepEqual(parseChallenges('Basic realm="a \\"quoted\\" one", Bearer realm=bare , Negotiate'), [
      { scheme: 'basic', parameters: { realm: 'a "quoted" one' } },
      { scheme: 'bearer', parameters: { realm: 'bare' } },
      { scheme: 'negotiate', parameters: {} },
    ])
    assert.deepEqual(parseChallenges(undefined), [])
    for (const broken of ['', ',', '"', 'Bearer realm="open', 'Bearer =,=', '=x', `Bearer realm="${'x'.repeat(9_000)}"`]) assert(parseChallenges(broken).length <= 1, broken)
  })

  it('knows where registries are', () => {
    const endpoints = new Endpoints({ mirrors: ['http://mirror.example:5000/cache/'], insecure: [...insecureByDefault, '10.1.0.0/16', 'old.example'] })
    const places = (domain: string) => endpoints.of(domain).map(({ origin, prefix, mirror, insecure }) => `${origin}${prefix}${mirror ? ' mirror' : ''}${insecure ? ' insecure' : ''}`)
    assert.deepEqual(places('docker.io'), ['http://mirror.example:5000/cache mirror', 'https://registry-1.docker.io'])
    assert.deepEqual(places('registry.example'), ['https://registry.example'])
    assert.deepEqual(places('127.0.0.1:5000'), ['https://127.0.0.1:5000 insecure', 'http://127.0.0.1:5000 insecure'])
    assert.deepEqual(places('old.example:80').length, 2)
    assert.equal(endpoints.isInsecure('10.1.2.3:5000'), true)
    assert.equal(endpoints.isInsecure('10.2.2.3:5000'), false)
    assert.equal(endpoints.isInsecure('[::1]:5000'), true)
    assert.equal(endpoints.isInsecure('127.0.0.1.example'), false)
    endpoints.reached('127.0.0.1:5000', endpoints.of('127.0.0.1:5000')[1] as never)
    assert.deepEqual(places('127.0.0.1:5000')[0], 'http://127.0.0.1:5000 insecure')
    const refused = (settings: { mirrors?: string[]; insecure?: string[] }, why: RegExp) => assert.throws(() => new Endpoints({ mirrors: [], insecure: [], ...settings }), why)
    refused({ mirrors: ['ftp://x'] }, /invalid mirror: unsupported scheme "ftp"/)
    refused({ mirrors: ['https://a:b@x'] }, /username\/password not allowed/)
    refused({ mirrors: ['x'] }, /not a valid URI/)
    refused({ insecure: ['http://x'] }, /should not contain ':\/\/'/)
    refused({ insecure: ['10.0.0.0/40'] }, /no such prefix length/)
    refused({ insecure: ['a b'] }, /is not valid/)
  })

  it('chooses by platform', () => {
    const entry = (digest: string, platform: Descriptor['platform'], annotations?: Record<string, string>): Descriptor => ({ mediaType: '', digest, size: 1, ...(platform && { platform }), ...(annotations && { annotations }) })
    const linux = (architecture: string, variant?: string) => ({ os: 'linux', architecture, ...(variant !== undefined && { variant }) })
    const index = {
      manifests: [
        entry('attested', linux('amd64'), { 'vnd.docker.reference.type': 'attestation-manifest' }),
        entry('unknown', { os: 'unknown', architecture: 'unknown' }),
        entry('windows', { os: 'windows', architecture: 'amd64' }),
        entry('v6', linux('arm', 'v6')),
        entry('v5', linux('arm', 'v5')),
        entry('arm64', linux('arm64')),
        entry('amd64', linux('amd64')),
      ],
    }
    assert.equal(chooseFor(index, linux('amd64'))?.digest, 'amd64')
    assert.equal(chooseFor(index, linux('arm64', 'v8'))?.digest, 'arm64')
    assert.equal(chooseFor(index, linux('arm', 'v7'))?.digest, 'v6')
    assert.equal(chooseFor(index, linux('arm', 'v5'))?.digest, 'v5')
    assert.equal(chooseFor(index, linux('s390x')), undefined)
  })

  it('prints progress as docker does', () => {
    assert.equal(humanSize(999), '999B')
    assert.equal(humanSize(1_234_567), '1.235MB')
    assert.equal(humanSize(20_000_000), '20MB')
    assert.equal(progressBar(0, 0), '')
    assert.equal(progressBar(500, 1000), `[${'='.repeat(25)}>${' '.repeat(25)}]     500B/1kB`)
    assert.equal(progressBar(1000, 1000), `[${'='.repeat(50)}>]      1kB/1kB`)
    const said: ProgressMessage[] = []
    const clock = new ManualClock()
    const line = new LayerProgress((message) => said.push(message), clock, 'abc', 100)
    for (let i = 1; i <= 100; i++) line.at('Downloading', i)
    assert.deepEqual(said.map((message) => message.progressDetail?.current), [1, 100])
  })

  it('reads refusals of every kind', () => {
    assert.deepEqual(problemsOf(Buffer.from('{"errors":[{"code":"DENIED","message":"no\\u001b[31m"}]}')), [{ code: 'DENIED', message: 'no [31m' }])
    for (const other of ['', '<html>', 'null', '[]', '{"errors":{}}', '{"errors":[1,null]}']) assert.deepEqual(problemsOf(Buffer.from(other)), [])
  })

  it('lets only so many go at once', async () => {
    const limit = new Limit(2)
    const signal = new AbortController().signal
    const ends: (() => void)[] = []
    let most = 0
    let now = 0
    const work = Array.from({ length: 5 }, () =>
      limit.run(async () => {
        most = Math.max(most, ++now)
        await new Promise<void>((resolve) => ends.push(resolve))
        now--
      }, signal),
    )
    const given = new AbortController()
    const gone = limit.run(() => Promise.resolve(), given.signal)
    given.abort(new Error('given up'))
    await assert.rejects(gone, /given up/)
    for (let done = 0; done < 5; ) {
      await new Promise((resolve) => setImmediate(resolve))
      done += ends.splice(0).map((end) => end()).length
    }
    await Promise.all(work)
    assert.equal(most, 2)
    assert.equal(limit.full, false)
  })
})
