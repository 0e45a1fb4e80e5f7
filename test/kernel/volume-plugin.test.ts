import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { VolumePlugins, type ManagedDrivers } from '../../agent/volume/volume-plugins.js'
import { VolumeStore } from '../../agent/volume/volume-store.js'
import { conflict, kindOf } from '../../src/base/errors.js'
import { idSource } from '../../src/base/id.js'
import { seededRng } from '../../src/base/rng.js'
import { systemClock } from '../../src/sys/system-clock.js'
import { ManualClock } from '../support/manual-clock.js'
import { MemoryKeyValue } from '../support/memory-key-value.js'

/** A volume plugin as anybody may write one: folders, served over a unix socket. */
class FolderPlugin {
  readonly calls: string[] = []
  readonly volumes = new Map<string, { mountpoint: string; users: Set<string>; options: Record<string, string> }>()
  implements: string[] = ['VolumeDriver']
  /** False: the connection ends without an answer. */
  answersScope = true
  private readonly server: Server
  constructor(private readonly folder: string) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const answer = this.answer(request.url ?? '', (text === '' ? {} : JSON.parse(text)) as { Name?: string; ID?: string; Opts?: Record<string, string> })
        if (!answer) {
          request.socket.destroy()
          return
        }
        response.writeHead('Err' in answer && answer['Err'] !== '' ? 500 : 200, { 'Content-Type': 'application/vnd.docker.plugins.v1.2+json' })
        response.end(JSON.stringify(answer))
      })
    })
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => this.server.listen(path, resolve))
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
  }

  private answer(path: string, { Name = '', ID = '', Opts = {} }: { Name?: string; ID?: string; Opts?: Record<string, string> }): Record<string, unknown> | null {
    this.calls.push(`${path} ${Name}${ID && ` ${ID}`}`)
    const volume = this.volumes.get(Name)
    const shown = (name: string) => ({ Name: name, Mountpoint: this.volumes.get(name)?.mountpoint, CreatedAt: '2026-01-02T03:04:05Z', Status: { options: this.volumes.get(name)?.options } })
    switch (path) {
      case '/Plugin.Activate':
        return { Implements: this.implements }
      case '/VolumeDriver.Capabilities':
        return this.answersScope ? { Capabilities: { Scope: 'global' } } : null
      case '/VolumeDriver.Create':
        if ('fail' in Opts) return { Err: 'the storage is full' }
        mkdirSync(join(this.folder, Name), { recursive: true })
        this.volumes.set(Name, { mountpoint: join(this.folder, Name), users: new Set(), options: Opts })
        return { Err: '' }
      case '/VolumeDriver.List':
        return { Volumes: [...this.volumes.keys()].map(shown), Err: '' }
      case '/VolumeDriver.Get':
        return volume ? { Volume: shown(Name), Err: '' } : { Err: 'no such volume' }
      case '/VolumeDriver.Path':
        return { Mountpoint: volume?.mountpoint ?? '', Err: '' }
      case '/VolumeDriver.Mount':
        volume?.users.add(ID)
        return { Mountpoint: volume?.mountpoint, Err: '' }
      case '/VolumeDriver.Unmount':
        volume?.users.delete(ID)
        return { Err: '' }
      case '/VolumeDriver.Remove':
        this.volumes.delete(Name)
        return { Err: '' }
      default:
        return { Err: `${path}?` }
    }
  }
}

describe('volume plugins', () => {
  let root: string
  let plugin: FolderPlugin
  let kv: MemoryKeyValue
  let users: Map<string, string[]>
  let volumes: VolumeStore

  beforeEach(async () => {
    root = mkdtempSync('/tmp/skep-volume-plugin-')
    for (const name of ['sockets', 'specs', 'content']) mkdirSync(join(root, name))
    plugin = new FolderPlugin(join(root, 'content'))
    await plugin.listen(join(root, 'sockets/folders.sock'))
    kv = new MemoryKeyValue()
    users = new Map()
    volumes = open()
  })
  afterEach(() => {
    plugin.close()
    rmSync(root, { recursive: true, force: true })
  })
  const open = (): VolumeStore =>
    new VolumeStore(join(root, 'volumes'), kv, idSource(seededRng(3)), new ManualClock(), { users: () => users }, new VolumePlugins(systemClock, { sockets: [join(root, 'sockets')], specs: [join(root, 'specs')] }))

  it('make, mount, show and remove volumes', async () => {
    const made = await volumes.create({ Name: 'data', Driver: 'folders', DriverOpts: { tier: 'gold' }, Labels: { a: 'b' } })
    assert.deepEqual({ ...made, CreatedAt: '' }, { Name: 'data', Driver: 'folders', Mountpoint: join(root, 'content/data'), CreatedAt: '', Labels: { a: 'b' }, Scope: 'global', Options: { tier: 'gold' }, Status: { options: { tier: 'gold' } } })
    assert.equal(await volumes.acquire('data', 'c1'), join(root, 'content/data'))
    await volumes.acquire('data', 'c2')
    assert.deepEqual([...(plugin.volumes.get('data')?.users ?? [])], ['c1', 'c2'])
    await assert.rejects(volumes.remove('data', false), /volume is in use - \[c1, c2\]/)
    // Another daemon lets go of what the one before it mounted.
    volumes = open()
    await volumes.release('data', 'c1')
    await volumes.release('data', 'c2')
    await volumes.release('data', 'c2')
    assert.deepEqual([...(plugin.volumes.get('data')?.users ?? [])], [])
    await volumes.remove('data', false)
    assert.equal(plugin.volumes.size, 0)
    await assert.rejects(volumes.inspect('data'), { kind: 'notFound' })
    assert.deepEqual(plugin.calls.filter((call) => call.startsWith('/VolumeDriver.Unmount')), ['/VolumeDriver.Unmount data c1', '/VolumeDriver.Unmount data c2'])
  })

  it('show volumes that were made elsewhere, and let them be used', async () => {
    plugin.volumes.set('shared', { mountpoint: join(root, 'content'), users: new Set(), options: {} })
    assert.deepEqual((await volumes.list({ usage: false })).map(({ Name, Driver, Scope }) => [Name, Driver, Scope]), [['shared', 'folders', 'global']])
    assert.equal((await volumes.inspect('shared')).CreatedAt, '2026-01-02T03:04:05.000000000Z')
    assert.equal((await volumes.ensure({ name: 'shared' })).driver, 'folders')
    await assert.rejects(volumes.create({ Name: 'shared', Driver: 'local' }), /create shared: conflict: volume name must be unique/)
    assert.equal(await volumes.acquire('shared', 'c'), join(root, 'content'))
    await volumes.release('shared', 'c')
  })

  it('are asked for their scope again when they did not answer', async () => {
    plugin.answersScope = false
    await volumes.create({ Name: 'data', Driver: 'folders' })
    assert.equal((await volumes.inspect('data')).Scope, 'local')
    plugin.answersScope = true
    assert.equal((await volumes.inspect('data')).Scope, 'global')
    plugin.answersScope = false
    assert.equal((await volumes.inspect('data')).Scope, 'global')
  })

  it('that refuse, are gone or are something else are told by name', async () => {
    await assert.rejects(volumes.create({ Name: 'data', Driver: 'folders', DriverOpts: { fail: '' } }), /VolumeDriver.Create: the storage is full/)
    assert.deepEqual(await volumes.list({ usage: false }), [])
    await volumes.create({ Name: 'data', Driver: 'folders' })
    plugin.close()
    await assert.rejects(volumes.acquire('data', 'c'), (thrown: Error) => kindOf(thrown) === 'unavailable' && /plugin folders does not answer/.test(thrown.message))
    await assert.rejects(volumes.create({ Name: 'other', Driver: 'none9' }), /create other: error looking up volume plugin none9: plugin "none9" not found/)
    // A dead plugin keeps nobody from the rest.
    await volumes.create({ Name: 'mine' })
    assert.deepEqual((await volumes.list({ usage: true })).map(({ Name }) => Name), ['data', 'mine'])
    const network = new FolderPlugin(root)
    network.implements = ['NetworkDriver']
    await network.listen(join(root, 'net.sock'))
    writeFileSync(join(root, 'specs/net.spec'), `unix://${join(root, 'net.sock')}`)
    await assert.rejects(volumes.create({ Name: 'x1', Driver: 'net' }), /plugin "net" is no volume driver/)
    network.close()
  })

  it('that the daemon runs itself are known by their configuration, see files elsewhere, and may be off', async () => {
    const own = { name: 'team/folders:latest', socketPath: join(root, 'sockets/folders.sock'), timeoutSeconds: 0, hostPath: (path: string) => join('/propagated', path) }
    let state: 'on' | 'off' | 'gone' = 'on'
    const managed: ManagedDrivers = {
      volumeDrivers: () => (state === 'on' ? [own] : []),
      volumeDriver: (ref) => {
        if (ref !== own.name && ref !== 'team/folders') return undefined
        if (state === 'off') throw conflict(`plugin ${ref} found but disabled`)
        return state === 'on' ? own : undefined
      },
    }
    volumes = new VolumeStore(join(root, 'volumes'), kv, idSource(seededRng(3)), new ManualClock(), { users: () => users }, new VolumePlugins(systemClock, { sockets: [], specs: [] }, managed))
    const made = await volumes.create({ Name: 'data', Driver: 'team/folders' })
    assert.deepEqual([made.Driver, made.Mountpoint], [own.name, join('/propagated', root, 'content/data')])
    assert.equal((await volumes.create({ Name: 'data', Driver: 'team/folders' })).Driver, own.name)
    assert.equal(await volumes.acquire('data', 'c'), join('/propagated', root, 'content/data'))
    assert.deepEqual([volumes.usesDriver(own.name), volumes.holdsDriver(own.name), volumes.usesDriver('folders')], [true, true, false])
    assert.deepEqual([await volumes.driverNames({ own: true }), await volumes.driverNames({ own: false })], [['local', own.name], ['local']])
    assert.ok(!plugin.calls.some((call) => call.startsWith('/Plugin.Activate')))
    state = 'off'
    await assert.rejects(volumes.create({ Name: 'other', Driver: own.name }), { kind: 'conflict', message: `create other: error looking up volume plugin ${own.name}: plugin ${own.name} found but disabled` })
    assert.deepEqual((await volumes.list({ usage: false })).map(({ Name, Driver }) => [Name, Driver]), [['data', own.name]])
    // What was mounted went with the plugin.
    await volumes.release('data', 'c')
    assert.equal(volumes.holdsDriver(own.name), false)
    state = 'gone'
    await assert.rejects(volumes.remove('data', false), { kind: 'notFound' })
    await volumes.remove('data', true)
    assert.equal(volumes.usesDriver(own.name), false)
  })

  it('that the daemon runs itself cannot have it speak to another socket by a link', async () => {
    const link = join(root, 'link.sock')
    symlinkSync(join(root, 'sockets/folders.sock'), link)
    const own = { name: 'own:1', socketPath: link, timeoutSeconds: 0, hostPath: (path: string) => path }
    const found = new VolumePlugins(systemClock, { sockets: [], specs: [] }, { volumeDrivers: () => [own], volumeDriver: () => own })
    await assert.rejects((await found.find('own:1')).create('data', {}), { kind: 'unavailable', message: /plugin own:1 does not answer: .*link.sock is not a socket/ })
    assert.deepEqual(plugin.calls, [])
  })

  it('are found by descriptions of their address', async () => {
    const second = new FolderPlugin(join(root, 'content'))
    mkdirSync(join(root, 'elsewhere'))
    await second.listen(join(root, 'elsewhere/s'))
    writeFileSync(join(root, 'specs/described.json'), JSON.stringify({ Name: 'described', Addr: `unix://${join(root, 'elsewhere/s')}` }))
    await volumes.create({ Name: 'data', Driver: 'described' })
    assert(existsSync(join(root, 'content/data')))
    writeFileSync(join(root, 'specs/broken.json'), '{"Addr": 5}')
    await assert.rejects(volumes.create({ Name: 'x1', Driver: 'broken' }), /the description of plugin broken in .*broken.json cannot be used: "Addr" must be a string/)
    second.close()
  })
})
