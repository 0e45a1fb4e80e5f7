import { strict as assert } from 'node:assert'
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount, unmountAll } from '../../agent/kernel/mount.js'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { printLogs } from './support.js'

const megabyte = 1024 * 1024

describe('a disk that becomes full', function () {
  this.timeout(60_000)
  let lab: Lab
  let host: LabHost

  before(async () => {
    lab = await Lab.create({ hosts: 1 })
    host = lab.host(1)
    mkdirSync(host.dataRoot, { recursive: true })
    mount({ source: 'tmpfs', target: host.dataRoot, type: 'tmpfs', data: 'size=64m' })
    const archive = join(lab.folder, 'images.tar')
    writeFileSync(archive, await busyboxArchive([{ name: 'busybox:latest', command: ['sh'] }]))
    await host.startDaemon()
    await host.docker('load', '-q', '-i', archive)
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await printLogs(lab)
  })
  after(async () => {
    await host?.stop()
    if (host) unmountAll(host.dataRoot)
    await lab?.close()
  })

  it('makes builds fail and say so, and leaves the store as it was', async () => {
    const folder = join(lab.folder, 'context')
    mkdirSync(folder)
    const build = async (dockerfile: string): Promise<{ code: number | null; text: string }> => {
      writeFileSync(join(folder, 'Dockerfile'), dockerfile)
      const { code, stdout, stderr } = await host.run('docker', ['-H', `unix://${host.socketPath}`, 'build', '--force-rm', '-t', 'made', folder], { env: { DOCKER_BUILDKIT: '0' } })
      return { code, text: `${stdout}${stderr}` }
    }
    // The command itself finds no room.
    const command = await build('FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=100\n')
    assert.notEqual(command.code, 0)
    assert.match(command.text, /no space left on device/i)
    // What it wrote fits, its layer does not any more.
    const layer = await build('FROM busybox\nRUN dd if=/dev/urandom of=/big bs=1M count=30\n')
    assert.notEqual(layer.code, 0)
    assert.match(layer.text, /no space left on device/i)
    // Nor does a context that is larger than the disk.
    writeFileSync(join(folder, 'huge'), Buffer.alloc(80 * 1024 * 1024, 1))
    const context = await build('FROM busybox\nCOPY huge /\n')
    assert.notEqual(context.code, 0)
    assert.match(context.text, /no space left on device/i)
    writeFileSync(join(folder, 'huge'), '')

    assert.equal(await host.docker('ps', '-aq'), '')
    await eventually('nothing of the builds is left', () => readdirSync(join(host.dataRoot, 'builds')).length === 0)
    const small = await build('FROM busybox\nRUN echo fits > /small\n')
    assert.equal(small.code, 0, small.text)
    await host.restart()
    assert.equal(await host.docker('run', '--rm', '--network', 'none', 'made', 'cat', '/small'), 'fits')
    assert.equal((await host.docker('images', '-q')).split('\n').length, 2)
  })

  it('holds up a manager no longer than it is full', async () => {
    await host.docker('swarm', 'init', '--advertise-addr', host.ipv4)
    const create = ['service', 'create', '--detach', '--network', 'host', '--replicas', '2']
    await host.docker(...create, '--name', 'before', 'busybox', 'sleep', '1000')
    const replicas = (): Promise<string> => host.docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}')
    await eventually('the service runs', async () => (await replicas()) === 'before 2/2')
    const ballast = join(host.dataRoot, 'ballast')
    const fill = (): void => assert.throws(() => writeFileSync(ballast, Buffer.alloc(80 * megabyte)), /ENOSPC/)
    fill()
    // The log still has room, what a container needs to start has none.
    truncateSync(ballast, statSync(ballast).size - 64 * 1024)
    await host.tryDocker(...create, '--name', 'tight', 'busybox', 'sleep', '1000')
    fill()
    // More than is left of the last page of the manager's log.
    const refused = await host.tryDocker(...create, '--name', 'during', '--label', `big=${'x'.repeat(10_000)}`, 'busybox', 'sleep', '1000')
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /no space left on device/)
    const killed = await host.docker('ps', '-q', '--no-trunc', '--filter', 'label=com.docker.swarm.service.name=before')
    await host.docker('kill', ...killed.split('\n'))
    rmSync(ballast)
    await eventually('the manager leads again', async () => (await replicas()) !== '')
    const made = (await host.docker('service', 'ls', '-q', '--filter', 'name=tight')) !== ''
    await host.docker(...create, '--name', 'after', 'busybox', 'sleep', '1000')
    const wanted = ['after 2/2', 'before 2/2', ...(made ? ['tight 2/2'] : [])]
    await eventually('all services are whole', async () => (await replicas()).split('\n').sort().join() === wanted.join())
    const now = await host.docker('ps', '-q', '--no-trunc', '--filter', 'label=com.docker.swarm.service.name=before')
    assert.deepEqual(now.split('\n').filter((id) => killed.includes(id)), [])
  })
})
