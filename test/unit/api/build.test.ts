import { strict as assert } from 'node:assert'
import { request } from 'node:http'
import { FakeDaemon } from '../../support/fake-backends.js'

describe('the build endpoint', () => {
  let daemon: FakeDaemon
  beforeEach(async () => {
    daemon = await FakeDaemon.start()
  })
  afterEach(async () => {
    await daemon[Symbol.asyncDispose]()
  })

  const post = (query: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: `/v1.45/build?${query}`, headers, agent: false }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      })
      outgoing.on('error', reject)
      outgoing.end('the context')
    })

  it('reads what the client asks for', async () => {
    const auths = Buffer.from(JSON.stringify({ 'https://index.docker.io/v1/': { auth: Buffer.from('me:secret').toString('base64') } })).toString('base64url')
    const query = new URLSearchParams([
      ['t', 'a:1'], ['t', 'b'], ['dockerfile', 'sub/Dockerfile'], ['buildargs', '{"A":"1","B":null}'], ['labels', '{"l":"m"}'], ['nocache', '1'], ['forcerm', '1'],
      ['memory', '1000000'], ['networkmode', 'none'], ['cpusetcpus', ''], ['extrahosts', 'x:1.2.3.4,y:5.6.7.8'], ['ulimits', '[{"Name":"nofile","Soft":1,"Hard":2}]'], ['target', 'last'],
      ['cachefrom', '["old:1"]'], ['squash', '1'], ['remote', 'https://example.com/x.git'], ['session', 'me'], ['namedcontexts', '{"lib":"docker-image://y"}'], ['securityopt', '["seccomp=unconfined"]'], ['isolation', 'default'],
      ['outputs', '[{"Type":"tar","Attrs":{"a":"b"}},{"Type":"local","Attrs":null}]'],
    ])
    const { status, text } = await post(query.toString(), { 'X-Registry-Config': auths })
    assert.deepEqual([status, text], [200, '{"stream":"Step 1/1 : FROM scratch\\n"}\r\n'])
    assert.deepEqual(daemon.deps.build.builds[0], {
      bytes: 11,
      options: {
        dockerfile: 'sub/Dockerfile', target: 'last', tags: ['a:1', 'b'], args: { A: '1', B: null }, labels: { l: 'm' }, noCache: true, cacheFrom: ['old:1'], squash: true, remote: 'https://example.com/x.git', session: 'me', namedContexts: { lib: 'docker-image://y' }, pull: false, quiet: false, remove: true, removeAlways: true,
        hostConfig: { Memory: 1_000_000, NetworkMode: 'none', Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }], ExtraHosts: ['x:1.2.3.4', 'y:5.6.7.8'], SecurityOpt: ['seccomp=unconfined'] },
        outputs: [{ type: 'tar', attributes: { a: 'b' } }, { type: 'local', attributes: {} }],
        auths: { 'https://index.docker.io/v1/': { auth: 'bWU6c2VjcmV0', username: 'me', password: 'secret' } },
      },
    })
  })

  it('takes null for what the client did not set', async () => {
    const { status } = await post('buildargs=null&labels=null&cachefrom=null&ulimits=null&securityopt=null&t=a')
    assert.equal(status, 200)
    const { options: { args, labels, cacheFrom, hostConfig } } = daemon.deps.build.builds[0] as (typeof daemon.deps.build.builds)[number]
    assert.deepEqual([args, labels, cacheFrom, hostConfig], [{}, {}, [], {}])
  })

  it('gives an error a status before the first line, and makes it the last line later', async () => {
    const refused = await post('target=refused')
    assert.equal(refused.status, 400)
    assert.match(refused.text, /unknown instruction: FOO/)
    const broken = await post('target=broken')
    assert.equal(broken.status, 200)
    const last = JSON.parse(broken.text.trim().split('\r\n').at(-1) ?? '') as unknown
    const message = "The command '/bin/sh -c exit 3' returned a non-zero code: 3"
    assert.deepEqual(last, { errorDetail: { code: 3, message }, error: message })
  })

  it('refuses what it cannot do, with the remedy', async () => {
    for (const [query, status, pattern] of [
      ['version=2&remote=client-session', 501, /DOCKER_BUILDKIT=0/],
      ['isolation=hyperv', 400, /linux only supports 'default'/],
      ['cachefrom=%7B%7D', 400, /cachefrom/],
      ['contextprefix=..%2Fx', 400, /contextprefix/],
      ['buildargs=%7B', 400, /buildargs/],
      ['labels=%7B%22a%22%3A1%7D', 400, /labels.a must be a string/],
    ] as const) {
      const answer = await post(query)
      assert.equal(answer.status, status, query)
      assert.match(answer.text, pattern)
    }
    assert.equal(daemon.deps.build.builds.length, 0)
  })

  it('tells what builds keep, and prunes what the filters name', async () => {
    const call = (method: string, path: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        request({ socketPath: daemon.socketPath, method, path, agent: false }, (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (piece: string) => (text += piece)).on('end', () => resolve(JSON.parse(text)))
        }).on('error', reject).end()
      })
    const { BuildCache } = (await call('GET', '/v1.45/system/df?type=build-cache')) as { BuildCache: { ID: string }[] }
    assert.deepEqual(BuildCache.map(({ ID }) => ID), ['kept'])
    assert.deepEqual(await call('POST', `/v1.45/build/prune?filters=${encodeURIComponent('{"type":["regular"]}')}`), { CachesDeleted: [], SpaceReclaimed: 0 })
    assert.deepEqual(await call('POST', '/v1.45/build/prune?all=1'), { CachesDeleted: ['kept'], SpaceReclaimed: 7 })
  })

  it('hands the connection of a session over, and wants it upgraded', async () => {
    const open = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const outgoing = request({ socketPath: daemon.socketPath, method: 'POST', path: '/v1.45/session', headers, agent: false })
        outgoing.on('error', reject)
        outgoing.on('response', (answer) => { answer.resume(); resolve(answer.statusCode ?? 0) })
        outgoing.on('upgrade', (answer, socket) => { socket.destroy(); resolve(answer.statusCode ?? 0) })
        outgoing.end()
      })
    const upgrade = { Connection: 'Upgrade', Upgrade: 'h2c' }
    assert.equal(await open({ ...upgrade, 'X-Docker-Expose-Session-Uuid': 'one' }), 101)
    assert.ok(daemon.deps.build.sessions.has('one'))
    assert.equal(await open(upgrade), 400)
    assert.equal(await open({ 'X-Docker-Expose-Session-Uuid': 'two' }), 400)
  })
})
