import { strict as assert } from 'node:assert'
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VolumeProvider } from '../../agent/engine/net/ports.js'
import { isMounted, mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { VolumeStore } from '../../agent/volume/volume-store.js'
import type { VolumesBackend } from '../../src/api/volumes/backend.js'
import { kindOf } from '../../src/base/errors.js'
import { idSource } from '../../src/base/id.js'
import { seededRng } from '../../src/base/rng.js'
import { ManualClock } from '../support/manual-clock.js'
import { MemoryKeyValue } from '../support/memory-key-value.js'

describe('volumes', () => {
  let root: string
  let kv: MemoryKeyValue
  let users: Map<string, string[]>
  let volumes: VolumeStore
  let events: string[]

  beforeEach(() => {
    root = mkdtempSync('/tmp/skep-volume-')
    kv = new MemoryKeyValue()
    users = new Map()
    events = []
    volumes = open()
  })

  afterEach(() => {
    for (const { target } of mountsBelow(root)) unmountAll(target)
    rmSync(root, { recursive: true, force: true })
  })

  const open = (): VolumeStore => {
    const store = new VolumeStore(join(root, 'volumes'), kv, idSource(seededRng(3)), new ManualClock(), { users: () => users })
    store.onEvent((event) => events.push(`${event.action} ${event.name}`))
    return store
  }

  it('serve the engine and the Engine API', () => {
    const provider: VolumeProvider = volumes
    const backend: VolumesBackend = volumes
    assert(provider && backend)
  })

  it('are made once and stay after a restart', async () => {
    const made = await volumes.create({ Name: 'data', Labels: { a: 'b' } })
    assert.deepEqual({ ...made, CreatedAt: '' }, { Name: 'data', Driver: 'local', Mountpoint: join(root, 'volumes/data/_data'), CreatedAt: '', Labels: { a: 'b' }, Scope: 'local', Options: {} })
    writeFileSync(join(made.Mountpoint as string, 'x'), '1')
    volumes = open()
    assert.deepEqual(await volumes.create({ Name: 'data' }), made)
    assert.deepEqual((await volumes.list({ usage: true })).map((one) => [one.Name, one.UsageData]), [['data', { Size: 1, RefCount: 0 }]])
    assert.deepEqual(events, ['create data'])
  })

  it('are protected while a container has them', async () => {
    await volumes.create({ Name: 'data' })
    users.set('data', ['c1', 'c2'])
    await assert.rejects(volumes.remove('data', true), (thrown: Error) => kindOf(thrown) === 'conflict' && thrown.message === 'remove data: volume is in use - [c1, c2]')
    users.clear()
    await volumes.remove('data', false)
    assert(!existsSync(join(root, 'volumes/data')))
    await assert.rejects(volumes.remove('data', false), (thrown: Error) => kindOf(thrown) === 'notFound' && thrown.message === 'get data: no such volume')
    await volumes.remove('data', true)
    await assert.rejects(volumes.inspect('data'), /get data: no such volume/)
  })

  it('without a name go with their container', async () => {
    const { name, mountpoint } = await volumes.ensure({})
    assert.match(name, /^[0-9a-f]{64}$/)
    assert(volumes.isAnonymous(await volumes.inspect(name)))
    users.set(name, ['c', 'd'])
    await volumes.removeAnonymous(name, 'c')
    assert(existsSync(mountpoint))
    users.set(name, ['c'])
    await volumes.removeAnonymous(name, 'c')
    await volumes.removeAnonymous(name, 'c')
    assert(!existsSync(mountpoint))
    await volumes.ensure({ name: 'named' })
    await volumes.removeAnonymous('named', 'c')
    assert.equal((await volumes.list({ usage: false })).length, 1)
  })

  const refusals: [string, Parameters<VolumeStore['create']>[0], RegExp][] = [
    ['a short name', { Name: 'a' }, /volume name is too short/],
    ['a name with a slash', { Name: '../etc' }, /includes invalid characters for a local volume name/],
    ['an unknown driver', { Name: 'data', Driver: 'nfs9' }, /create data: error looking up volume plugin nfs9: plugin "nfs9" not found/],
    ['an unknown option', { Name: 'data', DriverOpts: { color: 'red' } }, /invalid option: "color"/],
    ['a type without a device', { Name: 'data', DriverOpts: { type: 'tmpfs' } }, /missing required option: "device"/],
    ['a device without a type', { Name: 'data', DriverOpts: { device: '/dev/sda' } }, /missing required option: "type"/],
  ]
  for (const [what, request, message] of refusals) {
    it(`refuse ${what}`, async () => {
      await assert.rejects(volumes.create(request), message)
      assert.deepEqual(await volumes.list({ usage: false }), [])
    })
  }

  it('mount what their options say, while they are used', async () => {
    await volumes.create({ Name: 'mem', DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,noexec,mode=0700' } })
    const folder = await volumes.acquire('mem', 'c1')
    await volumes.acquire('mem', 'c1')
    await volumes.acquire('mem', 'c2')
    assert.equal(mountsBelow(folder).length, 1)
    assert(mountsBelow(folder)[0]?.options.includes('noexec'))
    await assert.rejects(volumes.remove('mem', false), /volume is in use - \[c1, c2\]/)
    await volumes.release('mem', 'c1')
    await volumes.release('mem', 'c1')
    assert(isMounted(folder))
    await volumes.release('mem', 'c2')
    assert(!isMounted(folder))
    assert.deepEqual(events, ['create mem', 'mount mem', 'mount mem', 'unmount mem', 'unmount mem'])
  })

  it('bind folders of the host, read-only when asked', async () => {
    mkdirSync(join(root, 'host'))
    writeFileSync(join(root, 'host/x'), 'from the host')
    await volumes.create({ Name: 'host', DriverOpts: { type: 'none', device: join(root, 'host'), o: 'bind,ro' } })
    const folder = await volumes.acquire('host', 'c')
    assert.equal(readFileSync(join(folder, 'x'), 'utf8'), 'from the host')
    assert.throws(() => writeFileSync(join(folder, 'y'), ''), /EROFS/)
    await volumes.create({ Name: 'gone', DriverOpts: { type: 'none', device: join(root, 'nowhere'), o: 'bind' } })
    await assert.rejects(volumes.acquire('gone', 'c'), { kind: 'internal', message: /^error while mounting volume '.*gone\/_data': failed to mount local volume: mount .*nowhere:.*_data, flags: 0x1000: no such file or directory$/ })
  })

  it('of other hosts name what the kernel lacks, and hide passwords', async () => {
    await volumes.create({ Name: 'share', DriverOpts: { type: 'cifs', device: '//127.0.0.1/share', o: 'ro,username=a,password=hush,addr=127.0.0.1' } })
    const known = /^(nodev)?\tcifs$/m.test(readFileSync('/proc/filesystems', 'utf8'))
    const why = known ? '' : 'no such device \\(the kernel of this host knows no file system "cifs": load its module\\)$'
    await assert.rejects(volumes.acquire('share', 'c'), {
      kind: 'internal',
      message: new RegExp(`^error while mounting volume '.*share/_data': failed to mount local volume: mount //127.0.0.1/share:.*, flags: 0x1, data: username=a,password=\\*{8},addr=127.0.0.1: ${why}`),
    })
    // Nobody holds it after that.
    await volumes.remove('share', false)
  })

  it('take over what the image has, once', async () => {
    const image = join(root, 'image')
    mkdirSync(join(image, 'sub'), { recursive: true })
    writeFileSync(join(image, 'sub/file'), 'content')
    chmodSync(join(image, 'sub/file'), 0o4711)
    chownSync(join(image, 'sub/file'), 5, 6)
    chmodSync(join(image, 'sub/file'), 0o4711)
    linkSync(join(image, 'sub/file'), join(image, 'twin'))
    symlinkSync('/nowhere', join(image, 'link'))
    chownSync(image, 7, 8)
    chmodSync(image, 0o1770)
    const { mountpoint } = await volumes.ensure({ name: 'data' })
    await volumes.copyUp('data', join(root, 'missing'))
    await volumes.copyUp('data', image)
    const copied = statSync(join(mountpoint, 'sub/file'))
    assert.deepEqual([copied.mode & 0o7777, copied.uid, copied.gid, copied.ino], [0o4711, 5, 6, statSync(join(mountpoint, 'twin')).ino])
    assert.equal(readlinkSync(join(mountpoint, 'link')), '/nowhere')
    assert.deepEqual([lstatSync(mountpoint).mode & 0o7777, lstatSync(mountpoint).uid, lstatSync(mountpoint).gid], [0o1770, 7, 8])
    rmSync(join(mountpoint, 'sub'), { recursive: true })
    await volumes.copyUp('data', image)
    assert(!existsSync(join(mountpoint, 'sub')))
  })

  it('are made once when asked for at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => volumes.ensure({ name: 'same' })))
    assert.equal(new Set(all.map((one) => one.mountpoint)).size, 1)
    assert.deepEqual(events, ['create same'])
  })
})
