import { strict as assert } from 'node:assert'
import { pack } from 'tar-stream'
import { pluginBundle } from '../../../../agent/plugin/bundle.js'
import { LineLimit } from '../../../../agent/plugin/line-limit.js'
import { OutputLines } from '../../../../agent/plugin/output-lines.js'
import { splitPluginArchive } from '../../../../agent/plugin/plugin-archive.js'
import { parsePluginConfig } from '../../../../agent/plugin/plugin-config.js'
import { contentKeys, type PluginRecord } from '../../../../agent/plugin/plugin-record.js'
import { PluginStore } from '../../../../agent/plugin/plugin-store.js'
import { initialSettings } from '../../../../agent/plugin/settings.js'
import { TarReader } from '../../../../agent/snapshot/tar/reader.js'
import { MemoryKeyValue } from '../../../support/memory-key-value.js'
import { volumePluginConfig } from '../../../support/volume-plugin.js'
import { ManualClock } from '../../../support/manual-clock.js'

function record(id: string, name: string, over: Record<string, unknown> = {}): PluginRecord {
  const config = parsePluginConfig(Buffer.from(JSON.stringify(volumePluginConfig(over))))
  const digest = (letter: string): string => `sha256:${letter.repeat(64)}`
  const layers = [{ mediaType: '', digest: digest('1'), size: 1, diffId: digest('2') }]
  const content = { manifest: { mediaType: '', digest: digest('3'), size: 1 }, config: digest('4'), layers, chainId: digest('2') }
  return { id, name, reference: name, enabled: false, timeoutSeconds: 0, config, settings: initialSettings(config), content, rootfs: `plugin-${id}` }
}

describe('stored plugins', () => {
  it('are found by name, tag, id and its beginning, by the next daemon too', async () => {
    const kv = new MemoryKeyValue()
    const store = new PluginStore(kv)
    const a = record(`ab${'0'.repeat(62)}`, 'me/folders:latest')
    const b = record(`ac${'0'.repeat(62)}`, 'ab12:1')
    await store.save(a)
    await store.save(b)
    for (const ref of ['me/folders', 'me/folders:latest', 'docker.io/me/folders', a.id, 'ab0']) assert.equal(store.find(ref).id, a.id, ref)
    assert.equal(store.find('ab12:1').id, b.id)
    assert.throws(() => store.find('a'), /multiple plugins found for "a"/)
    for (const ref of ['me/folders:2', 'NO', `me/folders@sha256:${'1'.repeat(64)}`, 'f'.repeat(64)]) assert.throws(() => store.find(ref), { kind: 'notFound', message: `plugin ${JSON.stringify(ref)} not found` })
    assert.throws(() => store.checkFree('me/folders:latest'), { kind: 'conflict', message: 'plugin me/folders:latest already exists' })
    await store.delete(b.id)
    assert.deepEqual(new PluginStore(kv).all(), [a])
    assert.deepEqual(store.contentKeys(), contentKeys(a.content))
  })
})

describe('bundles of plugins', () => {
  const places = { rootfs: '/r', sockets: '/s', propagated: '/p', cgroupPath: '/c', host: { arch: 'x64', kernel: '6.1', cpus: 1, memoryBytes: 1, seccomp: true, capabilities: ['CAP_SYS_ADMIN', 'CAP_CHOWN'] } }

  it('have what was granted and nothing else', () => {
    const spec = pluginBundle(record('a'.repeat(64), 'a:1'), places)
    assert.deepEqual([spec.process.args, spec.process.cwd, spec.process.env.slice(1), spec.root], [['/usr/bin/perl', '/folders.pl'], '/tmp', ['DEBUG=0', 'FAIL=', 'FIXED=yes'], { path: '/r', readonly: false }])
    assert.deepEqual(spec.process.capabilities?.bounding, ['CAP_CHOWN', 'CAP_SYS_ADMIN'])
    assert.equal(spec.linux.seccomp, undefined)
    assert.equal(spec.linux.rootfsPropagation, 'rshared')
    assert.deepEqual(spec.linux.namespaces.map(({ type }) => type), ['mount', 'pid', 'ipc', 'uts', 'cgroup'])
    assert.deepEqual(spec.linux.devices?.map(({ path }) => path), ['/dev/zero'])
    assert.ok(!spec.linux.resources.devices?.some(({ allow, type, access }) => allow && type === undefined && access === 'rwm'))
    const added = spec.mounts.slice(-5).map(({ source, destination, options }) => [source, destination, options?.join()])
    assert.deepEqual(added, [
      ['/p', '/mnt/volumes', 'rbind,rw,rshared'],
      ['/usr/share', '/host', 'rbind,ro'],
      ['/s', '/run/docker/plugins', 'rbind,rw,rprivate'],
      ['/etc/hosts', '/etc/hosts', 'rbind,ro'],
      ['/etc/resolv.conf', '/etc/resolv.conf', 'rbind,ro'],
    ])
  })

  it('follow the rest of the configuration', () => {
    const over = { network: { type: '' }, ipcHost: true, pidHost: true, propagatedMount: '', linux: { allowAllDevices: true }, mounts: [{ name: 'dev', source: '/dev/shm', destination: '/dev/shm', type: 'bind', options: ['rbind'] }] }
    const spec = pluginBundle(record('a'.repeat(64), 'a:1', over), places)
    assert.deepEqual(spec.linux.namespaces.map(({ type }) => type), ['mount', 'network', 'uts', 'cgroup'])
    assert.equal(spec.linux.rootfsPropagation, undefined)
    assert.ok(spec.linux.resources.devices?.some(({ allow, type, access }) => allow && type === undefined && access === 'rwm'))
    // What the plugin mounts there takes the place of what every container has.
    assert.deepEqual(spec.mounts.filter(({ destination }) => destination === '/dev/shm').map(({ source }) => source), ['/dev/shm'])
    assert.deepEqual(spec.mounts.at(-1)?.destination, '/run/docker/plugins')
    const unset = record('a'.repeat(64), 'a:1', { mounts: [{ name: 'data', destination: '/d' }] })
    assert.throws(() => pluginBundle(unset, places), /mount data: the source of the plugin is not set/)
  })
})

describe('archives of plugins', () => {
  interface Entry {
    name: string
    type?: 'file' | 'directory' | 'link'
    linkname?: string
    content?: string
  }
  async function split(entries: Entry[]): Promise<{ layer: string[]; config: () => Buffer }> {
    const archive = pack()
    for (const { content = '', ...entry } of entries) archive.entry({ type: 'file', ...entry }, content)
    archive.finalize()
    const parts = splitPluginArchive(archive as unknown as AsyncIterable<Uint8Array>)
    const reader = new TarReader(parts.layer)
    const layer: string[] = []
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      layer.push(`${entry.type} ${entry.name}${entry.linkName === '' ? '' : ` > ${entry.linkName}`} ${(await reader.readAll(1000, entry.name)).toString()}`.trim())
    }
    return { layer, config: () => parts.config() }
  }

  it('give the root file system as a layer and the configuration beside it', async () => {
    const { layer, config } = await split([
      { name: './', type: 'directory' },
      { name: './rootfs/', type: 'directory' },
      { name: './rootfs/bin/sh', content: 'program' },
      { name: 'config.json', content: '{"a":1}' },
      { name: 'rootfs/bin/ash', type: 'link', linkname: 'rootfs/bin/sh' },
      { name: 'rootfs2/x', content: 'not ours' },
      { name: 'README', content: 'not ours' },
    ])
    assert.deepEqual(layer, ['directory ./', 'file bin/sh program', 'link bin/ash > bin/sh'])
    assert.equal(config().toString(), '{"a":1}')
  })

  it('without one of the two are refused', async () => {
    await assert.rejects(split([{ name: 'config.json', content: '{}' }]), /no rootfs found/)
    const { config } = await split([{ name: 'rootfs/', type: 'directory' }])
    assert.throws(config, /config not found/)
    await assert.rejects(split([{ name: 'config.json', content: 'x'.repeat(4 * 1024 * 1024 + 1) }]), /config.json" is larger than 4194304 bytes/)
  })
})

describe('the output of plugins', () => {
  it('is told line by line, each stream for itself, long lines in parts', () => {
    const told: string[] = []
    const lines = new OutputLines((stream, line) => told.push(`${stream} ${line}`))
    lines.add('stdout', Buffer.from('a\nb'))
    lines.add('stderr', Buffer.from('e\n\n'))
    lines.add('stdout', Buffer.from('c\n'))
    lines.add('stdout', Buffer.from('x'.repeat(5000)))
    assert.deepEqual(told.map((line) => line.slice(0, 12)), ['stdout a', 'stderr e', 'stdout bc', 'stdout xxxxx'])
    lines.end()
    assert.equal(told.at(-1), `stdout ${'x'.repeat(904)}`)
  })

  it('is told up to a limit in each period, and how much was left out', async () => {
    const clock = new ManualClock()
    const leftOut: number[] = []
    const limit = new LineLimit(clock, (count) => leftOut.push(count))
    const allowed = (lines: number): number => Array.from({ length: lines }, () => limit.allows()).filter(Boolean).length
    assert.deepEqual([allowed(1_000), clock.pendingTimers], [1_000, 0])
    assert.equal(allowed(500), 0)
    await clock.advance(10_000)
    assert.deepEqual([leftOut, clock.pendingTimers], [[500], 0])
    assert.equal(allowed(1_001), 1_000)
    limit.end()
    assert.deepEqual([leftOut, clock.pendingTimers], [[500, 1], 0])
  })
})
