import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { buildFolder } from '../support/build-folder.js'
import { eventually } from '../support/eventually.js'
import { printLogs, removeContainers, startLab } from './support.js'

describe('builds, by the docker client', function () {
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await startLab(1)
    host = lab.host(1)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
    await removeContainers(host)
  })
  after(async () => {
    await lab?.close()
  })

  /** A folder with these files. */
  const context = (files: Record<string, string>): string => buildFolder(lab.folder, files)
  const tryBuild = (folder: string, ...args: string[]) =>
    host.run('docker', ['-H', `unix://${host.socketPath}`, 'build', ...args, folder], { env: { DOCKER_BUILDKIT: '0' } })
  const build = async (folder: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await tryBuild(folder, ...args)
    assert.equal(code, 0, `${stdout}${stderr}`)
    return stdout
  }
  const run = (...args: string[]): Promise<string> => host.docker('run', '--rm', ...args)

  it('makes an image step by step, and says so as the classic builder does', async () => {
    const folder = context({
      Dockerfile: [
        'ARG BASE=busybox', 'FROM $BASE', 'ARG GREETING', 'ENV COLOUR=blue SIZE="very large" TARGET=/srv', 'WORKDIR $TARGET/app',
        'COPY files/ ./', 'COPY one.txt two.txt /texts/', 'RUN echo "$GREETING $COLOUR" > greeting && \\', '    # in between', '    echo more >> greeting',
        'RUN ["sh", "-c", "echo $0 exec > /exec", "as"]', 'USER nobody', 'EXPOSE 80 53/udp', 'VOLUME /data', 'LABEL a=b "c d"="e f"', 'STOPSIGNAL SIGINT',
        'HEALTHCHECK --interval=5s --retries=2 CMD true', 'ENTRYPOINT ["cat"]', 'CMD ["greeting"]',
      ].join('\n'),
      'files/inner/file': 'inner', 'one.txt': '1', 'two.txt': '2',
    })
    const out = await build(folder, '-t', 'made:1', '-t', 'made:again', '--build-arg', 'GREETING=hello')
    assert.match(out, /^Step 1\/17 : ARG BASE=busybox$/m)
    assert.match(out, /^Step 2\/17 : FROM \$BASE\n ---> [0-9a-f]{12}$/m)
    assert.match(out, /^ ---> Running in [0-9a-f]{12}$/m)
    assert.match(out, /Successfully built [0-9a-f]{12}\nSuccessfully tagged made:1\nSuccessfully tagged made:again/)
    assert.equal(await run('made:1'), 'hello blue\nmore')
    assert.equal(await run('--entrypoint', 'sh', 'made:1', '-c', 'cat inner/file /texts/one.txt /texts/two.txt /exec; pwd; id -un; echo $SIZE'), 'inner12as exec\n/srv/app\nnobody\nvery large')
    const config = JSON.parse(await host.docker('image', 'inspect', '--format', '{{json .Config}}', 'made:1')) as Record<string, unknown>
    assert.deepEqual(config['ExposedPorts'], { '53/udp': {}, '80/tcp': {} })
    assert.deepEqual(config['Labels'], { a: 'b', 'c d': 'e f' })
    assert.deepEqual(config['Healthcheck'], { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000, Retries: 2 })
    assert.deepEqual([config['StopSignal'], config['Volumes']], ['SIGINT', { '/data': {} }])
    assert.equal(await host.docker('ps', '-aq'), '')
    // The images of the steps are parts of this one: neither shown nor pruned.
    assert.doesNotMatch(await host.docker('images'), /<none>/)
    await host.docker('image', 'prune', '-f')
    assert.match(await build(folder, '--build-arg', 'GREETING=hello'), /Using cache/)
  })

  it('uses what an earlier build made until something changes', async () => {
    const files = { Dockerfile: 'FROM busybox\nARG V=1\nCOPY file /file\nRUN cat /proc/sys/kernel/random/uuid > /when; echo $V\nCMD cat /when\n', file: 'a' }
    const folder = context(files)
    await build(folder, '-t', 'cached')
    const first = await run('cached')
    assert.equal((await build(folder, '-t', 'cached')).match(/Using cache/g)?.length, 4)
    assert.equal(await run('cached'), first)
    assert.doesNotMatch(await build(folder, '--no-cache', '-t', 'fresh'), /Using cache/)
    assert.notEqual(await run('fresh'), first)
    assert.equal((await build(folder, '--build-arg', 'V=2')).match(/Using cache/g)?.length, 2)
    writeFileSync(join(folder, 'file'), 'b')
    assert.equal((await build(folder)).match(/Using cache/g)?.length, 1)
    chmodSync(join(folder, 'file'), 0o755)
    assert.equal((await build(folder)).match(/Using cache/g)?.length, 1)
  })

  it('builds the stages that the target needs and copies between them', async () => {
    const folder = context({
      Dockerfile: [
        'FROM busybox AS tools', 'RUN echo tool > /tool && chmod 750 /tool && ln -s tool /link', 'FROM busybox AS unused', 'RUN exit 9', 'FROM scratch AS files',
        'COPY --from=tools /tool /link /out/', 'FROM tools', 'COPY --from=files --chown=33:44 --chmod=640 /out/tool /final/tool', 'COPY --from=0 /tool /bin/tool',
        'COPY --from=web:1 /bin/busybox /other', 'CMD ["sh", "-c", "ls -ln /final/tool; ls -ln /bin/tool"]',
      ].join('\n'),
    })
    const out = await build(folder, '-t', 'staged')
    assert.doesNotMatch(out, /exit 9/)
    const [final, other] = (await run('staged')).split('\n').map((line) => line.split(/\s+/).slice(0, 4))
    assert.deepEqual([final?.[0], final?.[2], final?.[3]], ['-rw-r-----', '33', '44'])
    assert.deepEqual([other?.[0], other?.[2], other?.[3]], ['-rwxr-x---', '0', '0'])
    assert.match(await build(folder, '--target', 'tools', '-t', 'tools'), /Step 2\/2/)
    assert.match((await tryBuild(folder, '--target', 'none')).stderr, /failed to reach build target none/)
  })

  it('leaves out what is ignored, fits wildcards, unpacks archives and keeps folders as they are', async () => {
    const folder = context({
      Dockerfile: 'FROM busybox\nCOPY . /all/\nCOPY *.tx[t] /texts/\nADD packed.tar.gz /unpacked/\nCOPY packed.tar.gz /plain\nCOPY one.txt /tmp/\nCOPY link /followed\n',
      '.dockerignore': '# comment\nsecret*\n**/*.log\n!keep.log\n', 'one.txt': '1', 'two.txt': '2', 'other.md': 'x', secret: 's', 'deep/a.log': 'l', 'keep.log': 'k', 'pack/in': 'packed',
    })
    symlinkSync('one.txt', join(folder, 'link'))
    execFileSync('tar', ['-czf', join(folder, 'packed.tar.gz'), '-C', join(folder, 'pack'), '--owner=12', '--group=13', '--numeric-owner', 'in'])
    await build(folder, '-t', 'copied')
    const show = 'cd /all; ls -A; ls deep; ls /texts; ls -ln /unpacked/in; cat /unpacked/in; echo; head -c 2 /plain | od -An -tx1; ls -ld /tmp; ls -l /followed'
    const out = await run('copied', 'sh', '-c', show)
    assert.doesNotMatch(out, /secret|a\.log/)
    assert.match(out, /keep\.log/)
    assert.match(out, /one\.txt\ntwo\.txt\n-rw-r--r--\s+1 12\s+13\s.*\npacked\n 1f 8b\n/)
    assert.match(out, /^drwxrwxrwt .*\/tmp$/m)
    assert.match(out, /^-rw-r--r-- .*\/followed$/m)
  })

  it('keeps triggers for the builds on top', async () => {
    await build(context({ Dockerfile: 'FROM busybox\nONBUILD COPY app /app\nONBUILD RUN cat /app > /seen\n' }), '-t', 'parent')
    const out = await build(context({ Dockerfile: 'FROM parent\nCMD cat /seen\n', app: 'mine' }), '-t', 'child')
    assert.match(out, /# Executing 2 build triggers/)
    assert.equal(await run('child'), 'mine')
  })

  it('labels, prints only the id when asked, and takes the Dockerfile from elsewhere', async () => {
    const folder = context({ 'sub/Other': 'FROM busybox\nRUN echo quiet\n' })
    const id = await build(folder, '-q', '-f', join(folder, 'sub/Other'), '--label', 'who=me', '-t', 'labelled')
    assert.match(id, /^sha256:[0-9a-f]{64}\n$/)
    assert.equal(await host.docker('image', 'inspect', '--format', '{{.Config.Labels.who}} {{.Id}}', 'labelled'), `me ${id.trim()}`)
  })

  it('tells what is wrong, with the line', async () => {
    const fails = async (dockerfile: string, pattern: RegExp): Promise<void> => {
      const outcome = await tryBuild(context({ Dockerfile: dockerfile, file: 'x' }), '--force-rm')
      assert.notEqual(outcome.code, 0, dockerfile)
      assert.match(outcome.stderr, pattern)
    }
    await fails('FROM busybox\n\nFOO bar\n', /dockerfile parse error line 3: unknown instruction: FOO/)
    await fails('RUN true\n', /no build stage in current context/)
    await fails('FROM busybox\nRUN echo about; exit 3\n', /The command '\/bin\/sh -c echo about; exit 3' returned a non-zero code: 3 \(Dockerfile line 2\)/)
    await fails('FROM busybox\nCOPY none /x\n', /COPY failed: file not found in build context.*none.*line 2/)
    await fails('FROM busybox\nCOPY ../../../etc/hostname /x\n', /COPY failed: file not found/)
    await fails('FROM scratch\nRUN true\n', /RUN needs a file system/)
    await fails('FROM busybox\nRUN --mount=type=cache true\n', /target mount point is required.*line 2/)
    await fails('FROM busybox\nRUN --mount=type=secret,id=s,required=true true\n', /secret s: not found.*line 2/)
    await fails('FROM busybox\nRUN --security=insecure true\n', /RUN --security=insecure is not allowed.*line 2/)
    await fails('FROM busybox\nSTOPSIGNAL nope\n', /Invalid signal: nope/)
    assert.equal(await host.docker('ps', '-aq'), '')
  })

  it('ends with its client', async () => {
    const folder = context({ Dockerfile: 'FROM busybox\nRUN echo began; sleep 1000\n' })
    const client = host.spawn('docker', ['-H', `unix://${host.socketPath}`, 'build', folder], { env: { ...process.env, DOCKER_BUILDKIT: '0' }, stdio: ['ignore', 'pipe', 'ignore'] })
    const ended = new Promise((resolve) => client.once('close', resolve))
    await new Promise<void>((resolve) => client.stdout?.on('data', (data: Buffer) => /^began/m.test(data.toString()) && resolve()))
    client.kill('SIGKILL')
    await ended
    await eventually('the container of the build is gone', async () => (await host.docker('ps', '-aq')) === '')
  })
})
