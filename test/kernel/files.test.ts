import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mountsBelow } from '../../agent/kernel/mount.js'
import { encodeHeader, endOfArchive, paddingFor, tarEntry } from '../../agent/snapshot/tar/writer.js'
import { TarType, type TarEntry } from '../../agent/snapshot/tar/header.js'
import { TarReader } from '../../agent/snapshot/tar/reader.js'
import { eventually } from '../support/eventually.js'
import { engineForSuite, type EngineHost } from '../support/engine-host.js'

describe('files of containers on the real kernel', function () {
  this.timeout(60_000)
  let folder: string
  let host: EngineHost
  engineForSuite((opened) => ({ folder, host } = opened))

  const never = new AbortController().signal
  const options = { keepKinds: false, ownedByUser: false }

  const container = async (name: string, command: string[], start: boolean, more: object = {}): Promise<string> => {
    const { Id: id = '' } = await host.engine.create(name, { Image: 'busybox', Cmd: command, ...more, HostConfig: { NetworkMode: 'none', ...('HostConfig' in more ? (more.HostConfig as object) : {}) } })
    if (start) await host.engine.start(id)
    return id
  }
  const linkOf = (fd: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  }
  const until = async (condition: () => Promise<unknown>): Promise<void> => {
    await eventually('the container has set up', async () => (await condition().catch(() => undefined)) !== undefined)
  }
  const remove = (ref: string): Promise<void> => host.engine.remove(ref, { force: true, volumes: true, link: false })

  async function* archive(...entries: (Partial<TarEntry> & { name: string; content?: string })[]): AsyncGenerator<Buffer> {
    for (const { content = '', ...entry } of entries) {
      const data = Buffer.from(content)
      yield await Promise.resolve(encodeHeader(tarEntry({ ...entry, size: data.length })))
      yield Buffer.concat([data, paddingFor(data.length)])
    }
    yield endOfArchive()
  }
  const read = async (ref: string, path: string): Promise<Map<string, { entry: TarEntry; text: string }>> => {
    const found = new Map<string, { entry: TarEntry; text: string }>()
    const reader = new TarReader((await host.engine.readArchive(ref, path)).chunks)
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      found.set(entry.name, { entry, text: (await reader.readAll(1_000_000, entry.name)).toString() })
    }
    await reader.drain()
    return found
  }

  it('have the name files of the last start while it does not run, and empty ones before the first', async () => {
    await container('named', ['true'], false, { Hostname: 'called' })
    assert.equal((await read('named', '/etc/hostname')).get('hostname')?.text, '')
    await host.engine.start('named')
    await host.engine.wait('named', 'not-running', () => undefined, never)
    assert.equal((await read('named', '/etc/hostname')).get('hostname')?.text, 'called\n')
    const below = await read('named', '/etc')
    assert.equal(below.get('etc/hostname')?.text, 'called\n')
    assert.match(below.get('etc/hosts')?.text ?? '', /localhost/)
    assert.equal(below.has('etc/passwd'), true)
    await remove('named')
  })

  it('refuses archives that lead outside, and leaves the container able to start', async () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'of the host')
    await container('target', ['sh', '-c', 'cat /in/file'], false)
    await host.engine.writeArchive('target', '/', archive({ name: 'in/', type: TarType.directory }, { name: 'in/file', content: 'text' }), options, never)
    const hostile: (Partial<TarEntry> & { name: string; content?: string })[][] = [
      [{ name: '../out', content: 'x' }],
      [{ name: 'a/../../../../../../../../../../tmp/out', content: 'x' }],
      [{ name: 'link', type: TarType.link, linkName: `../../../../../../../../../..${secret}` }],
      [{ name: 'up', type: TarType.symlink, linkName: '../../../../../../../../../../..' }, { name: `up${secret}`, content: 'x' }],
    ]
    for (const entries of hostile) {
      await assert.rejects(host.engine.writeArchive('target', '/in', archive(...entries), options, never), { kind: 'invalid' }, entries.at(-1)?.name)
    }
    await host.engine.writeArchive('target', '/in', archive({ name: 'absolute', type: TarType.symlink, linkName: folder }, { name: 'absolute/planted', content: 'x' }), options, never)
    assert.equal(readFileSync(secret, 'utf8'), 'of the host')
    assert.ok(!existsSync(join(folder, 'planted')))
    assert.deepEqual(mountsBelow(join(folder, 'data/layers')), [])
    await host.engine.start('target')
    await host.engine.wait('target', 'not-running', () => undefined, never)
    assert.equal((await host.engine.inspect('target', { size: false })).State?.ExitCode, 0)
    await remove('target')
  })

  it('shows what a running container sees: volumes and memory file systems too', async () => {
    const bound = join(folder, 'bound')
    mkdirSync(bound)
    writeFileSync(join(bound, 'file'), 'bound')
    const HostConfig = { Tmpfs: { '/scratch': '' }, Binds: [`${bound}:/bound`, 'kept:/kept'] }
    await container('seen', ['sh', '-c', 'echo -n own > /own; echo -n t > /scratch/t; echo -n k > /kept/k; touch /ready; sleep 1000'], true, { HostConfig })
    await until(() => host.engine.statPath('seen', '/ready'))
    assert.equal((await read('seen', '/scratch')).get('scratch/t')?.text, 't')
    assert.equal((await read('seen', '/bound/file')).get('file')?.text, 'bound')
    await host.engine.writeArchive('seen', '/scratch', archive({ name: 'put', content: 'there' }), options, never)
    assert.equal((await read('seen', '/scratch/put')).get('put')?.text, 'there')
    await host.engine.stop('seen', { timeoutSeconds: 0 })
    assert.equal((await read('seen', '/kept')).get('kept/k')?.text, 'k')
    assert.equal((await read('seen', '/bound/.')).get('./file')?.text, 'bound')
    assert.equal((await read('seen', '/own')).get('own')?.text, 'own')
    await assert.rejects(host.engine.statPath('seen', '/scratch/t'), /Could not find the file \/scratch\/t in container seen/)
    await remove('seen')
  })

  it('takes large archives in on another thread, and lets the container run until they have come', async () => {
    let asked = 0
    const { context } = host.engine
    const here = context.archives
    context.archives = { unpackArchive: (signal, around) => (asked++, here.unpackArchive(signal, around)) }
    await container('large', ['sh', '-c', 'while true; do echo x >> /alive; sleep 0.05; done'], true)
    const grown = async (): Promise<number> => Number((await host.engine.statPath('large', '/alive').catch(() => ({ size: 0 }))).size)
    async function* slow(): AsyncGenerator<Buffer> {
      yield* archive({ name: 'f0', content: 'first' })
      // Its processes go on while the rest is on its way.
      const before = await grown()
      await eventually('the container runs', async () => (await grown()) > before)
    }
    await host.engine.writeArchive('large', '/', slow(), options, never)
    assert.equal(asked, 0)
    const files = Array.from({ length: 400 }, (_, n) => ({ name: `many/f${n}`, content: `${n}`.repeat(500) }))
    await host.engine.writeArchive('large', '/', archive({ name: 'many/', type: TarType.directory }, ...files), options, never)
    assert.equal(asked, 1)
    const found = await read('large', '/many')
    assert.equal(found.size, 401)
    assert.equal(found.get('many/f399')?.text, '399'.repeat(500))
    assert.deepEqual(readdirSync(context.paths.container(host.engine.find('large').id)).filter((name) => name.startsWith('archive')), [])
    context.archives = here
    await remove('large')
  })

  it('mounts no part of a volume that was exchanged for a link out of it before the runtime mounted it', async () => {
    const outside = join(folder, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'file'), 'of the host')
    const { context } = host.engine
    const { mountpoint: volume } = await context.volumes.ensure({ name: 'parts' })
    for (const name of ['part', 'as-file']) mkdirSync(join(volume, name))
    writeFileSync(join(volume, 'part/file'), 'of the volume')
    writeFileSync(join(volume, 'as-file/file'), 'alone')
    symlinkSync('/part', join(volume, 'link'))
    const part = (Target: string, Subpath: string): object => ({ Type: 'volume', Source: 'parts', Target, VolumeOptions: { Subpath } })
    const Mounts = [part('/part', 'part'), part('/linked', 'link'), part('/file', 'as-file/file')]
    await container('partial', ['sleep', '1000'], false, { HostConfig: { Mounts } })
    const text = async (path: string): Promise<string | undefined> => [...(await read('partial', path)).values()].at(-1)?.text
    const texts = async (): Promise<unknown[]> => Promise.all(['/part/file', '/linked/file', '/file'].map(text))
    assert.deepEqual(await texts(), ['of the volume', 'of the volume', 'alone'])
    const create = context.conmon.create.bind(context.conmon)
    context.conmon.create = (request) => {
      renameSync(join(volume, 'part'), join(volume, 'moved'))
      symlinkSync(outside, join(volume, 'part'))
      return create(request)
    }
    try {
      await assert.rejects(host.engine.start('partial'), /what was to be mounted at \/(part|linked) was exchanged/)
    } finally {
      context.conmon.create = create
    }
    // What lies there now is no part of the volume, as the container sees it.
    await assert.rejects(host.engine.start('partial'), /cannot access path .*part: no such file or directory/)
    rmSync(join(volume, 'part'))
    renameSync(join(volume, 'moved'), join(volume, 'part'))
    await host.engine.start('partial')
    assert.deepEqual(await texts(), ['of the volume', 'of the volume', 'alone'])
    assert.equal(readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(volume)).length, 0, 'nothing stays open')
    await remove('partial')
  })

  it('is not led astray by a container that exchanges folders for links meanwhile', async () => {
    const secret = join(folder, 'guarded')
    mkdirSync(secret)
    writeFileSync(join(secret, 'file'), 'of the host')
    const script = `mkdir -p /a/real; echo -n inside > /a/real/file; busybox ln -s real /a/swap; touch /ready; while true; do busybox ln -sfn real /a/swap; busybox ln -sfn ${secret} /a/swap; done`
    await container('racer', ['sh', '-c', script], true)
    await until(() => host.engine.statPath('racer', '/ready'))
    const seen = { inside: 0, missing: 0 }
    for (let round = 0; round < 200 && (round < 60 || seen.inside === 0 || seen.missing === 0); round++) {
      const found = await read('racer', '/a/swap/file').catch(() => undefined)
      seen[found ? 'inside' : 'missing']++
      assert.notEqual(found?.get('file')?.text, 'of the host')
      await host.engine.writeArchive('racer', '/a/swap', archive({ name: 'file', content: 'overwritten' }), options, never).catch(() => undefined)
    }
    assert.equal(readFileSync(join(secret, 'file'), 'utf8'), 'of the host')
    // Both came up, so the exchange took place.
    assert.ok(seen.inside > 0 && seen.missing > 0, JSON.stringify(seen))
    assert.equal((await host.engine.inspect('racer', { size: false })).State?.Status, 'running')
    await remove('racer')
  })

  it('tells kinds, modes and targets as Go has them', async () => {
    await container('kinds', ['true'], false)
    const entries = [
      { name: 'd/', type: TarType.directory, mode: 0o1777 },
      { name: 'd/s', content: 'x', mode: 0o4755 },
      { name: 'd/l', type: TarType.symlink, linkName: 'e/../s' },
      { name: 'd/dangling', type: TarType.symlink, linkName: '../none' },
      { name: 'd/fifo', type: TarType.fifo, mode: 0o600 },
    ]
    await host.engine.writeArchive('kinds', '/', archive(...entries), options, never)
    const stat = async (path: string): Promise<[string, string]> => {
      const { mode, linkTarget } = await host.engine.statPath('kinds', path)
      return [mode.toString(16), linkTarget]
    }
    assert.deepEqual(await stat('/d'), ['801001ff', ''])
    assert.deepEqual(await stat('/d/s'), ['8001ed', ''])
    assert.deepEqual(await stat('/d/dangling'), ['80001ff', '/none'])
    assert.deepEqual(await stat('/d/fifo'), ['2000180', ''])
    await assert.rejects(host.engine.writeArchive('kinds', '/d/s', archive(), options, never), /extraction point is not a directory/)
    const keeping = { keepKinds: true, ownedByUser: false }
    await assert.rejects(host.engine.writeArchive('kinds', '/', archive({ name: 'd', content: 'x' }), keeping, never), /cannot overwrite directory "d" with non-directory/)
    await remove('kinds')
  })

  it('leaves nothing of its own making among the changes of a container', async () => {
    const id = await container('plain', ['sh', '-c', 'echo x > /x'], true)
    await host.engine.wait(id, 'not-running', () => undefined, never)
    assert.deepEqual(await host.engine.changes(id), [{ Path: '/x', Kind: 1 }])
    await remove('plain')
  })
})
