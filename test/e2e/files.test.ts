import { strict as assert } from 'node:assert'
import { chownSync, linkSync, lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import type { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { printLogs, removeContainers, startLab } from './support.js'

describe('files of containers, by the docker client', function () {
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

  const folder = (name: string): string => {
    const path = join(lab.folder, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  for (const state of ['running', 'stopped'] as const) {
    it(`copies into and out of a ${state} container, with links, modes and owners`, async () => {
      await host.docker('run', '-d', '--name', 'box', '-v', 'kept:/data', 'busybox', 'sleep', '1000')
      if (state === 'stopped') await host.docker('stop', '-t', '0', 'box')
      const source = folder(`source-${state}`)
      writeFileSync(join(source, 'plain'), 'content', { mode: 0o640 })
      chownSync(join(source, 'plain'), 1234, 4321)
      linkSync(join(source, 'plain'), join(source, 'hard'))
      symlinkSync('plain', join(source, 'soft'))
      symlinkSync('/etc/passwd', join(source, 'absolute'))
      for (const target of ['/srv', '/data/inner']) {
        await host.docker('cp', source, `box:${target === '/srv' ? '/srv' : target}`)
        const back = folder(`back-${state}-${target.replaceAll('/', '-')}`)
        await host.docker('cp', '-a', `box:${target}`, `${back}/got`)
        const got = lstatSync(join(back, 'got', 'plain'))
        assert.deepEqual([got.mode & 0o777, got.nlink], [0o640, 2])
        // The client gives what it unpacks to whoever runs it: the archive tells the owners.
        const listed = await host.runOk('sh', ['-c', `docker -H unix://${host.socketPath} cp box:${target} - | tar --numeric-owner -tv`])
        assert.match(listed, /^-rw-r----- 1234\/4321 +7 .*\/hard$/m)
        assert.match(listed, /\/plain link to .*\/hard$/m)
        assert.equal(readFileSync(join(back, 'got', 'hard'), 'utf8'), 'content')
        assert.equal(readlinkSync(join(back, 'got', 'soft')), 'plain')
        assert.equal(readlinkSync(join(back, 'got', 'absolute')), '/etc/passwd')
      }
      // The volume holds it: what was copied there is no part of the container's own files.
      const kept = await host.docker('run', '--rm', '-v', 'kept:/data', 'busybox', 'cat', '/data/inner/plain')
      assert.equal(kept, 'content')
      await host.docker('rm', '-f', 'box')
      await host.docker('volume', 'rm', 'kept')
    })
  }

  it('never leaves the container, whatever its links say', async () => {
    const secret = join(folder('outside'), 'secret')
    writeFileSync(secret, 'of the host')
    const climb = '../'.repeat(20) + secret
    await host.docker('run', '--name', 'sly', 'busybox', 'sh', '-c', `ln -s ${secret} /link; ln -s ${climb} /climb; ln -s / /root-link; ln -s ${join(lab.folder, 'outside')} /dir; echo own > /own`)
    for (const path of ['/link', '/climb', '/dir/secret', `/../../..${secret}`]) {
      const outcome = await host.tryDocker('cp', '-L', `sly:${path}`, join(lab.folder, 'stolen'))
      assert.notEqual(outcome.code, 0, path)
    }
    await host.docker('cp', 'sly:/root-link/own', join(lab.folder, 'own'))
    assert.equal(readFileSync(join(lab.folder, 'own'), 'utf8'), 'own\n')
    writeFileSync(join(lab.folder, 'planted'), 'x')
    const planted = await host.tryDocker('cp', join(lab.folder, 'planted'), 'sly:/dir/planted')
    assert.notEqual(planted.code, 0)
    assert.equal(lstatSync(join(lab.folder, 'outside', 'planted'), { throwIfNoEntry: false }), undefined)
  })

  it('says what is wrong with a copy', async () => {
    await host.docker('create', '--name', 'box', '--read-only', 'busybox')
    const missing = await host.tryDocker('cp', 'box:/none', lab.folder)
    assert.match(missing.stderr, /Could not find the file \/none in container box/)
    writeFileSync(join(lab.folder, 'file'), 'x')
    assert.match((await host.tryDocker('cp', join(lab.folder, 'file'), 'box:/tmp/')).stderr, /container rootfs is marked read-only/)
    assert.match((await host.tryDocker('cp', join(lab.folder, 'file'), 'box:/none/')).stderr, /no such directory|Could not find/i)
    assert.match((await host.tryDocker('cp', 'none:/x', lab.folder)).stderr, /No such container: none/)
  })

  it('exports a container and imports it again', async () => {
    await host.docker('run', '--name', 'box', 'busybox', 'sh', '-c', 'echo made > /made; chown 7:8 /made')
    const archive = join(lab.folder, 'box.tar')
    await host.docker('export', '-o', archive, 'box')
    await host.docker('import', '-c', 'CMD ["cat", "/made"]', archive, 'imported:1')
    assert.equal(await host.docker('run', '--rm', 'imported:1'), 'made')
    assert.equal(await host.docker('run', '--rm', 'imported:1', 'sh', '-c', 'ls -ln /made | tr -s " " | cut -d" " -f3,4'), '7 8')
  })

  it('makes an image of what a container changed', async () => {
    await host.docker('run', '-d', '--name', 'box', '-e', 'COLOUR=blue', 'busybox', 'sh', '-c', 'echo new > /new; rm /etc/group; sleep 1000')
    await host.docker('exec', 'box', 'sh', '-c', 'while [ -f /etc/group ]; do :; done')
    const id = await host.docker('commit', '-m', 'a note', '-a', 'somebody', '-c', 'CMD ["cat", "/new"]', 'box', 'committed:1')
    assert.match(id, /^sha256:[0-9a-f]{64}$/)
    assert.equal(await host.docker('run', '--rm', 'committed:1'), 'new')
    assert.equal(await host.docker('run', '--rm', 'committed:1', 'sh', '-c', 'echo $COLOUR; ls /etc/group 2>&1; true'), 'blue\nls: /etc/group: No such file or directory')
    const inspected = await host.docker('image', 'inspect', '--format', '{{.Author}} {{.Comment}} {{.Parent}}', 'committed:1')
    assert.match(inspected, /^somebody a note sha256:[0-9a-f]{64}$/)
    assert.equal(await host.docker('inspect', '--format', '{{.State.Status}}', 'box'), 'running')
  })

  it('attaches by WebSocket', async () => {
    await host.docker('run', '-d', '-i', '--name', 'echo', 'busybox', 'cat')
    const socket = new WebSocket(`ws+unix://${host.socketPath}:/v1.45/containers/echo/attach/ws?stream=1&stdin=1&stdout=1&stderr=1`)
    const received = new Promise<string>((resolve, reject) => {
      socket.once('message', (data: Buffer) => resolve(data.toString()))
      socket.once('error', reject)
    })
    socket.once('open', () => socket.send('hello\n'))
    assert.equal(await received, 'hello\n')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await host.docker('rm', '-f', 'echo')
    await closed
  })
})
