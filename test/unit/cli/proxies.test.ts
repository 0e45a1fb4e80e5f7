import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from './support/fake-daemon.js'
import { runLine } from './support/run-line.js'

describe('proxies of docker\'s config.json', () => {
  let folder = ''
  let daemon: FakeDaemon
  const write = (content: string): void => writeFileSync(join(folder, 'config.json'), content)
  const line = (words: string) => runLine(words, { host: daemon.host, environment: { DOCKER_CONFIG: folder, HTTPS_PROXY: 'here' } })
  const envOf = async (words: string): Promise<unknown> => {
    await line(words)
    return (daemon.calls.findLast(({ path }) => path === '/containers/create')?.body as { Env?: string[] }).Env
  }
  const buildArgsOf = async (words: string): Promise<unknown> => {
    await line(words)
    return JSON.parse(daemon.calls.at(-1)?.query['buildargs'] ?? '')
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skep-proxies-'))
    daemon = await FakeDaemon.start({ 'POST /containers/create': { Id: 'c1' }, 'POST /build': {} })
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it('are variables of containers that are made, by both spellings, where the command line sets none', async () => {
    write(JSON.stringify({ proxies: { default: { httpProxy: 'http://p:1', httpsProxy: 'http://p:2', noProxy: '*.test', ftpProxy: '', allProxy: 7 } } }))
    const all = ['HTTP_PROXY=http://p:1', 'http_proxy=http://p:1', 'HTTPS_PROXY=http://p:2', 'https_proxy=http://p:2', 'NO_PROXY=*.test', 'no_proxy=*.test']
    assert.deepEqual(await envOf('create busybox'), all)
    assert.deepEqual(await envOf('run -d busybox'), all)
    assert.deepEqual(await envOf('create -e A=1 -e HTTP_PROXY= -e no_proxy busybox'), ['A=1', 'HTTP_PROXY=', ...all.filter((one) => !/^(HTTP_PROXY|no_proxy)=/.test(one))])
  })

  it('are arguments of builds, where the command line gives none', async () => {
    write(JSON.stringify({ proxies: { default: { httpProxy: 'http://p:1', httpsProxy: 'http://p:2' } } }))
    assert.deepEqual(await buildArgsOf('build --build-arg http_proxy=x --build-arg HTTPS_PROXY --build-arg https_proxy https://host.test/a.git'), {
      http_proxy: 'x', HTTPS_PROXY: 'here', https_proxy: null, HTTP_PROXY: 'http://p:1',
    })
  })

  it('of one daemon are in place of those of all', async () => {
    write(JSON.stringify({ proxies: { default: { httpProxy: 'http://p:1', noProxy: 'a' }, [daemon.host]: { httpProxy: 'http://q:1' } } }))
    assert.deepEqual(await envOf('create busybox'), ['HTTP_PROXY=http://q:1', 'http_proxy=http://q:1'])
  })

  it('are none in a file that makes no sense, which ends no command', async () => {
    for (const proxies of ['[]', '{"default": 1}', '{}']) {
      write(`{"proxies": ${proxies}}`)
      assert.deepEqual(await envOf('create busybox'), [])
    }
    write('{')
    assert.match((await line('create busybox')).stderr, /^WARNING: cannot read docker's configuration: .*config\.json is not JSON/)
    assert.equal(daemon.calls.length, 4)
  })
})
