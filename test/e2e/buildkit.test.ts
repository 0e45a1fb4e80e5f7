import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { buildkit } from '../../src/buildkit/gen/buildkit.js'
import { BuildKitClient, type ClientFiles } from '../support/buildkit-client.js'
import { eventually } from '../support/eventually.js'
import { printLogs, startLab } from './support.js'

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    // Closed meanwhile.
    return false
  }
}

describe('builds, by a client of BuildKit', function () {
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    // Nothing of a build is left behind.
    await eventually('the containers of builds are gone', async () => (await host.docker('ps', '-aq')) === '')
    await eventually('the folders of builds are gone', () => Promise.resolve(readdirSync(join(host.dataRoot, 'builds')).length === 0))
  })
  after(async () => {
    await lab?.close()
  })

  const client = (files: ClientFiles): Promise<BuildKitClient> => BuildKitClient.connect(host.socketPath, files)
  const run = (...args: string[]): Promise<string> => host.docker('run', '--rm', '--network', 'none', ...args)
  const none = { 'force-network-mode': 'none' }

  it('builds from the files that the client sends, tells each step, and finds it in the cache again', async () => {
    const large = 'x'.repeat(700_000)
    const dockerfile = [
      'FROM busybox AS base', 'ARG GREETING=none', 'COPY . /all/', 'COPY --from=lib / /lib2/', 'RUN --mount=type=secret,id=word echo "$GREETING $(cat /run/secrets/word)" > /said; cat /said',
      'FROM base AS last', 'CMD ["cat", "/said"]', 'FROM base', 'RUN exit 1',
    ].join('\n')
    await using buildx = await client({
      folders: {
        dockerfile: { 'Other.Dockerfile': dockerfile },
        context: { '.dockerignore': '# comment\n/left-out\n', 'a.txt': 'a', 'left-out': 'x', 'sub/': '', 'sub/empty': '', 'sub/large': large, 'sub/link': '-> ../a.txt', 'sub/ünïcode': 'ü' },
        library: { 'l.txt': 'lib' },
      },
      secrets: { word: 'sesame' },
    })
    const attributes = { ...none, filename: 'Other.Dockerfile', target: 'last', 'build-arg:GREETING': 'open', 'label:who': 'me', 'context:lib': 'local:library' }
    const { answer, error, steps, log } = await buildx.build(attributes, { type: 'moby', attrs: { name: 'made:1,example.test/made:2' } })
    assert.equal(error, undefined)
    assert.match(log, /^open sesame$/m)
    assert.ok([...steps.values()].every(({ completed, error: failed }) => completed && failed === ''))
    assert.ok(steps.has('[internal] load build context') && steps.has('[2/8] ARG GREETING=none') && steps.has('exporting to image'), [...steps.keys()].join('\n'))
    assert.deepEqual(buildx.asked, [
      { folder: 'dockerfile', excludes: '', follows: 'Other.Dockerfile, Other.Dockerfile.dockerignore' },
      { folder: 'context', excludes: '', follows: '.dockerignore' },
      { folder: 'context', excludes: 'left-out', follows: '' },
      { folder: 'library', excludes: '', follows: '.dockerignore' },
      { folder: 'library', excludes: '', follows: '' },
    ])
    const id = await host.docker('image', 'inspect', '--format', '{{.Id}}', 'made:1')
    assert.deepEqual(answer, { 'containerimage.digest': id, 'containerimage.config.digest': id, 'image.name': 'made:1,example.test/made:2' })
    assert.equal(await host.docker('image', 'inspect', '--format', '{{.Id}} {{.Config.Labels.who}}', 'example.test/made:2'), `${id} me`)
    assert.equal(await run('made:1'), 'open sesame')
    assert.equal(await run('made:1', 'sh', '-c', 'cd /all; find . | sort; wc -c < sub/large; cat sub/link sub/ünïcode /lib2/l.txt; stat -c %u a.txt'), '.\n./.dockerignore\n./a.txt\n./sub\n./sub/empty\n./sub/large\n./sub/link\n./sub/ünïcode\n700000\naülib0')

    const again = await buildx.build(attributes)
    assert.equal(again.answer['containerimage.digest'], id)
    assert.equal([...again.steps].find(([name]) => name.includes('RUN'))?.[1].cached, true)
    const fresh = await buildx.build({ ...attributes, 'no-cache': '' })
    assert.equal([...fresh.steps].find(([name]) => name.includes('RUN'))?.[1].cached, false)
  })

  it('tells a step that fails, what is wrong and what cannot be done', async () => {
    const folder = (dockerfile: string): ClientFiles => ({ folders: { dockerfile: { Dockerfile: dockerfile }, context: { 'a.txt': 'a' } } })
    await using failing = await client(folder('FROM busybox\nRUN echo before; exit 3\n'))
    const { error: failure, steps, log } = await failing.build(none)
    assert.match(failure?.message ?? '', /The command '\/bin\/sh -c echo before; exit 3' returned a non-zero code: 3 \(Dockerfile line 2\)/)
    assert.match(steps.get('[2/2] RUN echo before; exit 3')?.error ?? '', /non-zero code: 3/)
    assert.match(log, /^before$/m)
    const fails = async (files: ClientFiles, attributes: Record<string, string>, pattern: RegExp, exporter?: { type: string; attrs: Record<string, string> }): Promise<void> => {
      await using buildx = await client(files)
      const { error } = await buildx.build({ ...none, ...attributes }, exporter)
      assert.match(error?.message ?? '', pattern)
    }
    await fails(folder('FROM busybox\nFOO\n'), {}, /dockerfile parse error line 2: unknown instruction: FOO/)
    await fails(folder('FROM busybox\n'), { filename: 'None' }, /failed to read dockerfile: open None: no such file/)
    await fails(folder('# syntax=example.test/other:1\nFROM busybox\n'), {}, /frontend of the image example.test\/other:1 is not supported/)
    await fails(folder('FROM busybox\n'), { platform: 'linux/amd64,linux/arm64' }, /one platform at a time/)
    await fails(folder('FROM busybox\n'), {}, /the exporter registry is not supported/, { type: 'registry', attrs: {} })
    await fails(folder('FROM busybox\nCOPY --from=other / /\n'), { 'context:other': 'local:none' }, /no access allowed to dir/)
    // What a client must not send.
    await fails({ folders: { dockerfile: { Dockerfile: 'FROM busybox\n' }, context: { '../out': 'x' } } }, {}, /"\.\.\/out", which is not within its folder/)
    await fails({ ...folder('FROM busybox\n'), lieBytes: 5 }, {}, /Dockerfile has another size than the \d+ bytes/)
  })

  it('shows registries the credentials of the client', async () => {
    await using buildx = await client({ folders: { dockerfile: { Dockerfile: 'FROM nowhere.invalid/base\n' }, context: {} }, credentials: { 'nowhere.invalid': 'me:secret' } })
    const { error } = await buildx.build(none)
    assert.notEqual(error, undefined)
    assert.deepEqual(buildx.registries, ['nowhere.invalid'])
  })

  it('lists what builds run on and what they keep', async () => {
    await using buildx = await client({ folders: {} })
    const { record } = buildkit.control.ListWorkersResponse.decode(await buildx.call('/moby.buildkit.v1.Control/ListWorkers', Buffer.alloc(0)))
    assert.deepEqual(record.map(({ platforms }) => platforms?.map(({ os }) => os)), [['linux']])
    buildkit.control.DiskUsageResponse.decode(await buildx.call('/moby.buildkit.v1.Control/DiskUsage', Buffer.alloc(0)))
    await assert.rejects(buildx.call('/moby.buildkit.v1.Control/DiskUsage', buildkit.control.DiskUsageRequest.encode({ filter: ['nonsense=='] }).finish()), /invalid filter/)
    await assert.rejects(buildx.call('/moby.buildkit.v1.frontend.LLBBridge/Ping', Buffer.alloc(0)), /which build is meant/)
    await assert.rejects(buildx.call('/moby.buildkit.v1.Control/ListenBuildHistory', Buffer.alloc(0)), { code: 12 })
  })

  it('keeps no connection of a client that has gone', async () => {
    const folder = `/proc/${readFileSync(join(host.folder, 'skepd.pid'), 'utf8').trim()}/fd`
    const sockets = (): number => readdirSync(folder).filter((fd) => isSocket(join(folder, fd))).length
    const before = sockets()
    for (let n = 0; n < 5; n++) {
      await using buildx = await client({ folders: { dockerfile: { Dockerfile: 'FROM busybox\n' }, context: {} } })
      assert.equal((await buildx.build(none)).error, undefined)
    }
    await eventually('the connections are closed', () => Promise.resolve(sockets() <= before))
  })

  it('ends with its client', async () => {
    {
      await using buildx = await client({ folders: { dockerfile: { Dockerfile: 'FROM busybox\nRUN sleep 1000\n' }, context: {} } })
      const build = buildx.build(none)
      build.catch(() => undefined)
      await eventually('the command runs', async () => (await host.docker('ps', '-q')) !== '')
    }
    await eventually('the container of the build is gone', async () => (await host.docker('ps', '-aq')) === '')
  })
})
