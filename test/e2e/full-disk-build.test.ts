import { strict as assert } from 'node:assert'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount, unmountAll } from '../../agent/kernel/mount.js'
import { Lab } from '../lab/lab.js'
import type { LabHost } from '../lab/lab-host.js'
import { busyboxArchive } from '../support/busybox-image.js'
import { eventually } from '../support/eventually.js'
import { printLogs } from './support.js'

describe('builds on a disk that becomes full', function () {
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

  it('fail and say so, and leave the store as it was', async () => {
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
})
