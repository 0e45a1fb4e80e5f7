import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { buildkit } from '../../src/buildkit/gen/buildkit.js'
import { BuildKitClient, type BuildExporter, type ClientFiles } from '../support/buildkit-client.js'
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
    await fails(folder('FROM busybox\n'), {}, /annotations of images are not supported: annotation\.a/, { type: 'moby', attrs: { 'annotation.a': 'b' } })
    await fails(folder('FROM busybox\n'), {}, /needs a name to be pushed/, { type: 'moby', attrs: { push: 'true' } })
    await fails(folder('FROM busybox\n'), {}, /cannot send the files to the client: .*exporter 0 not found/, { type: 'local', attrs: {} })
    await fails(folder('FROM busybox\n'), {}, /cannot send the result to the client: .*exporter 0 not found/, { type: 'tar', attrs: {} })
    await fails(folder('FROM busybox\nCOPY --from=other / /\n'), { 'context:other': 'local:none' }, /no access allowed to dir/)
    // What a client must not send.
    await fails({ folders: { dockerfile: { Dockerfile: 'FROM busybox\n' }, context: { '../out': 'x' } } }, {}, /"\.\.\/out", which is not within its folder/)
    await fails({ ...folder('FROM busybox\n'), lieBytes: 5 }, {}, /Dockerfile has another size than the \d+ bytes/)
  })

  it('sends what was built into folders and archives of the client', async () => {
    const dockerfile = [
      'FROM busybox AS build', "RUN mkdir -p /out/b/ünï /out/empty && cd /out && echo one > a && ln a b/hard && ln -s ../a b/link && echo two > b/ünï/c && yes | head -c 3000000 > b-large && chmod 4750 a && mkfifo pipe",
      'FROM scratch', 'COPY --from=build /out/ /',
    ].join('\n')
    await using buildx = await client({ folders: { dockerfile: { Dockerfile: dockerfile }, context: {} }, outputs: ['files', 'archive', 'archive', 'archive'] })
    const exporters: BuildExporter[] = [{ type: 'local', attrs: {} }, { type: 'tar', attrs: {} }, { type: 'docker', attrs: { name: 'sent:1' } }, { type: 'oci', attrs: { name: 'sent:1,sent:2' } }]
    const { error, answer, steps } = await buildx.build(none, exporters)
    assert.equal(error, undefined)
    assert.ok(steps.has('exporting to client directory') && steps.has('exporting to oci image format'))
    const files = buildx.received.get(0)
    assert.deepEqual([...(files?.keys() ?? [])], ['a', 'b', 'b/hard', 'b/link', 'b/ünï', 'b/ünï/c', 'b-large', 'empty', 'pipe'])
    assert.deepEqual(['a', 'b/hard', 'b/ünï/c'].map((path) => files?.get(path)?.content), ['one\n', '', 'two\n'])
    assert.deepEqual(['b/hard', 'b/link'].map((path) => files?.get(path)?.stat.linkname), ['a', '../a'])
    assert.ok(files?.get('b-large')?.content === 'y\n'.repeat(1_500_000))
    // As Go has them: setuid, and what a folder and a pipe are.
    assert.deepEqual(['a', 'b', 'pipe'].map((path) => (files?.get(path)?.stat.mode ?? 0) >>> 0), [0x00800000 + 0o750, 0x80000000 + 0o755, 0x02000000 + 0o644])
    const list = (output: number): string[] => execFileSync('tar', ['-t', '--quoting-style=literal'], { input: buildx.archives.get(output), encoding: 'utf8' }).trim().split('\n')
    assert.deepEqual(list(1).sort(), ['a', 'b-large', 'b/', 'b/hard', 'b/link', 'b/ünï/', 'b/ünï/c', 'empty/', 'pipe'])
    assert.ok(list(2).includes('manifest.json') && !list(3).includes('manifest.json') && list(3).includes('oci-layout'))
    assert.match(answer['containerimage.digest'] ?? '', /^sha256:/)
    assert.ok(list(3).includes(`blobs/sha256/${(answer['containerimage.digest'] ?? '').slice('sha256:'.length)}`))
    // It has its names there alone, until it is loaded.
    assert.equal(await host.docker('images', '-q', 'sent'), '')
    writeFileSync(join(lab.folder, 'sent.tar'), buildx.archives.get(3) ?? '')
    assert.deepEqual((await host.docker('load', '-i', join(lab.folder, 'sent.tar'))).split('\n').sort(), ['Loaded image: sent:1', 'Loaded image: sent:2'])
    await host.docker('rmi', 'sent:1', 'sent:2')

    // The same layout as a context of another build.
    const blobs = new Map(list(3).filter((name) => /^blobs\/sha256\/./.test(name)).map((name) => [name.replace(/^blobs\/sha256\//, 'sha256:'), execFileSync('tar', ['-xO', name], { input: buildx.archives.get(3), maxBuffer: 2 ** 26 })]))
    const layout = (digest: string): Record<string, string> => ({ ...none, 'context:mine': `oci-layout://layout:latest@${digest}` })
    await using other = await client({ folders: { dockerfile: { Dockerfile: 'FROM busybox\nCOPY --from=mine /b/ünï/c /c\n' }, context: {} }, blobs })
    assert.equal((await other.build(layout(answer['containerimage.digest'] ?? ''), { type: 'moby', attrs: { name: 'of-layout' } })).error, undefined)
    assert.equal(await run('of-layout', 'cat', '/c'), 'two')
    assert.match((await other.build(layout(`sha256:${'0'.repeat(64)}`))).error?.message ?? '', /cannot read sha256:0+ of the client: .*no blob/)
    const config = answer['containerimage.config.digest'] ?? ''
    assert.match((await other.build(layout(config))).error?.message ?? '', /descriptor that cannot be/)
    const whole = blobs.get(config) ?? Buffer.alloc(0)
    for (const wrong of [Buffer.concat([whole, Buffer.from(' ')]), whole.subarray(1)]) {
      blobs.set(config, wrong)
      assert.match((await other.build(layout(answer['containerimage.digest'] ?? ''))).error?.message ?? '', /has another size than the \d+ bytes/)
    }
    blobs.set(config, Buffer.from(whole.toString().replace('"', ' ')))
    assert.match((await other.build(layout(answer['containerimage.digest'] ?? ''))).error?.message ?? '', /sha256/)
  })

  it('takes the result of a build as a context of another one', async () => {
    await using buildx = await client({ folders: { dockerfile: { Dockerfile: 'FROM busybox\nRUN echo made > /made\nENV A=b\n' }, context: {}, second: { Dockerfile: 'FROM first\nCOPY --from=first /made /copied\nCMD ["sh", "-c", "echo $A; cat /copied"]\n' } } })
    assert.equal((await buildx.build(none)).error, undefined)
    const attributes = { ...none, dockerfilekey: 'second', 'context:first': 'input:0-first' }
    const { error } = await buildx.build(attributes, { type: 'moby', attrs: { name: 'chained' } }, { '0-first': buildx.definition ?? {} })
    assert.equal(error, undefined)
    assert.equal(await run('chained'), 'b\nmade')
    const graph = buildkit.control.Op.encode({ source: { identifier: 'https://example.test/x' } }).finish()
    assert.match((await buildx.build(attributes, undefined, { '0-first': { def: [graph] } })).error?.message ?? '', /the input 0-first is a compiled graph/)
    assert.match((await buildx.build(attributes)).error?.message ?? '', /the context first is an input that is not there/)
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
    // What --add-host NAME:host-gateway becomes before it is sent.
    const gateway = await host.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', 'bridge')
    assert.equal(record[0]?.labels?.['org.mobyproject.buildkit.worker.moby.host-gateway-ip'], gateway)
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
