import { strict as assert } from 'node:assert'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chainIds, digestOf } from '../../agent/image/descriptor.js'
import { applyLayer } from '../../agent/image/layer-apply.js'
import { getXattr } from '../../agent/kernel/xattr.js'
import { mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { OverlaySnapshotter } from '../../agent/snapshot/overlay.js'
import { TarType } from '../../agent/snapshot/tar/header.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import { MemoryKeyValue } from '../support/memory-key-value.js'
import { tarOf, type TarFile } from '../support/tar.js'

async function* whole(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield Promise.resolve(data)
}

describe('snapshots on overlayfs', () => {
  let root: string
  let store: MemoryKeyValue
  let snapshots: OverlaySnapshotter

  const open = async (): Promise<OverlaySnapshotter> => {
    const opened = new OverlaySnapshotter(root, store, idSource(seededRng(Number(process.hrtime.bigint() % 2n ** 31n))), nullLogger)
    await opened.recover()
    return opened
  }

  beforeEach(async () => {
    root = mkdtempSync('/tmp/skep-snapshot-')
    store = new MemoryKeyValue()
    snapshots = await open()
  })

  afterEach(() => {
    for (const { target } of mountsBelow(root)) unmountAll(target)
    rmSync(root, { recursive: true, force: true })
  })

  /** Unpacks archives on top of one another; gives the chain ids. */
  const layers = async (...archives: TarFile[][]): Promise<string[]> => {
    const tars = archives.map((files) => tarOf(...files))
    const chain = chainIds(tars.map(digestOf))
    for (const [i, tar] of tars.entries()) {
      const draft = await snapshots.draft()
      const applied = await applyLayer(whole(gzipSync(tar)), draft.folder, { diffId: digestOf(tar) })
      const parent = chain[i - 1]
      await snapshots.commit([{ draft, chainId: chain[i] as string, diffId: applied.diffId, sizeBytes: applied.bytes, ...(parent && { parent }) }])
    }
    return chain
  }

  const refused = async (message: RegExp, ...files: TarFile[]): Promise<void> => {
    const draft = await snapshots.draft()
    await assert.rejects(applyLayer(whole(tarOf(...files)), draft.folder), message)
    await draft.discard()
    assert.deepEqual(readdirSync(root), ['empty'])
  }

  it('unpacks every kind of entry with its attributes', async () => {
    const capability = Buffer.from([1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    const [id] = await layers([
      { name: './', type: TarType.directory, mode: 0o750, uid: 5 },
      { name: 'bin/', type: TarType.directory, mode: 0o1777, uid: 1, gid: 2, mtimeSeconds: 1_000_000 },
      { name: 'bin/su', content: 'elf', mode: 0o4755, uid: 7, gid: 8, mtimeSeconds: 1_234_567 },
      { name: 'bin/ping', content: 'elf', mode: 0o755, xattrs: new Map([['security.capability', capability], ['trusted.overlay.redirect', Buffer.from('/x')]]) },
      { name: 'bin/sh', type: TarType.link, linkName: 'bin/su' },
      { name: 'lib', type: TarType.symlink, linkName: '/usr/lib', uid: 9, mtimeSeconds: 77 },
      { name: 'dev/null', type: TarType.character, mode: 0o666, device: { major: 1, minor: 3 } },
      { name: 'run/pipe', type: TarType.fifo, mode: 0o622, uid: 3 },
      { name: 'caf\xc3\xa9-\xff', content: 'bytes' },
      { name: 'big', content: 'b'.repeat(700_000) },
    ])
    const { folder, sizeBytes } = snapshots.layer(id as string)
    const stat = (name: string) => lstatSync(join(folder, name))
    assert.equal(sizeBytes, 3 + 3 + 5 + 700_000)
    assert.deepEqual([stat('.').mode & 0o7777, stat('.').uid], [0o750, 5])
    assert.deepEqual([stat('bin').mode & 0o7777, stat('bin').uid, stat('bin').gid, stat('bin').mtimeMs], [0o1777, 1, 2, 1e9])
    assert.deepEqual([stat('bin/su').mode & 0o7777, stat('bin/su').uid, stat('bin/su').gid, stat('bin/su').mtimeMs], [0o4755, 7, 8, 1_234_567_000])
    assert.equal(stat('bin/su').ino, stat('bin/sh').ino)
    assert.deepEqual(getXattr(join(folder, 'bin/ping'), 'security.capability'), capability)
    assert.equal(getXattr(join(folder, 'bin/ping'), 'trusted.overlay.redirect'), undefined)
    assert.deepEqual([readlinkSync(join(folder, 'lib')), stat('lib').uid, stat('lib').mtimeMs], ['/usr/lib', 9, 77_000])
    assert.deepEqual([stat('dev/null').isCharacterDevice(), stat('dev/null').rdev, stat('dev/null').mode & 0o7777], [true, 0x103, 0o666])
    assert.deepEqual([stat('run/pipe').isFIFO(), stat('run/pipe').mode & 0o7777, stat('run/pipe').uid], [true, 0o622, 3])
    assert.equal(readFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('caf\xc3\xa9-\xff', 'latin1')]), 'utf8'), 'bytes')
    assert.equal(readFileSync(join(folder, 'big'), 'utf8'), 'b'.repeat(700_000))
  })

  it('hides what upper layers take away', async () => {
    const [, , top] = await layers(
      [
        { name: 'etc/gone', content: '1' },
        { name: 'etc/kept', content: '1' },
        { name: 'opt/a/old', content: '1' },
        { name: 'var/cache/old', content: '1' },
        { name: 'srv/site/old', content: '1' },
        { name: 'usr/old', content: '1' },
      ],
      [
        { name: 'etc/.wh.gone' },
        { name: 'opt/a/.wh..wh..opq' },
        { name: 'opt/a/new', content: '2' },
        { name: 'var/.wh.cache' },
        { name: 'var/cache/', type: TarType.directory },
        { name: 'var/cache/new', content: '2' },
        { name: 'srv/.wh.site' },
        { name: 'srv/site/new', content: '2' },
        { name: 'usr/', type: TarType.directory },
        { name: 'usr/new', content: '2' },
        { name: '.wh.usr' },
      ],
      [{ name: 'etc/gone/again', content: '3' }],
    )
    await snapshots.prepare('c', top)
    const merged = await snapshots.mount('c')
    assert.deepEqual(readdirSync(join(merged, 'etc')).sort(), ['gone', 'kept'])
    assert.deepEqual(readdirSync(join(merged, 'etc/gone')), ['again'])
    for (const folder of ['opt/a', 'var/cache', 'srv/site', 'usr']) assert.deepEqual(readdirSync(join(merged, folder)), ['new'], folder)
  })

  it('lets a later entry replace an earlier one', async () => {
    const [id] = await layers([
      { name: 'a/b/c', content: '1' },
      { name: 'a', content: 'now a file' },
      { name: 'f', content: '1' },
      { name: 'f/', type: TarType.directory },
      { name: 'f/g', content: '2' },
      { name: 'l', type: TarType.symlink, linkName: 'f/g' },
      { name: 'l', content: 'not through the link' },
    ])
    const { folder } = snapshots.layer(id as string)
    assert.equal(readFileSync(join(folder, 'a'), 'utf8'), 'now a file')
    assert.equal(readFileSync(join(folder, 'f/g'), 'utf8'), '2')
    assert.equal(readFileSync(join(folder, 'l'), 'utf8'), 'not through the link')
  })

  it('follows links of the image inside the image only', async () => {
    const [id] = await layers([
      { name: 'usr/lib/', type: TarType.directory },
      { name: 'lib', type: TarType.symlink, linkName: 'usr/lib' },
      { name: 'lib/inside', content: '1' },
      { name: 'abs', type: TarType.symlink, linkName: '/tmp' },
      { name: 'abs/skep-escape-test', content: '1' },
    ])
    const { folder } = snapshots.layer(id as string)
    assert.equal(readFileSync(join(folder, 'usr/lib/inside'), 'utf8'), '1')
    assert.equal(readFileSync(join(folder, 'tmp/skep-escape-test'), 'utf8'), '1')
    assert(!existsSync('/tmp/skep-escape-test'))
  })

  const damaged: [string, RegExp, TarFile[]][] = [
    ['a traversing name', /"..\/..\/etc\/cron.d\/x" leads outside/, [{ name: '../../etc/cron.d/x', content: 'x' }]],
    ['a name that climbs in the middle', /leads outside/, [{ name: 'a/../../x', content: 'x' }]],
    ['an absolute name', /"\/etc\/passwd" is an absolute name/, [{ name: '/etc/passwd', content: 'x' }]],
    ['a path through a link that climbs out', /"out\/x" leads outside/, [{ name: 'out', type: TarType.symlink, linkName: '../../..' }, { name: 'out/x', content: 'x' }]],
    ['a loop of links', /too many levels of symbolic links/, [{ name: 'a', type: TarType.symlink, linkName: 'b' }, { name: 'b', type: TarType.symlink, linkName: 'a' }, { name: 'a/x' }]],
    ['a hard link that climbs out', /"h" leads outside/, [{ name: 'h', type: TarType.link, linkName: '../../etc/passwd' }]],
    ['a hard link to a file of the host', /points to "\/etc\/passwd", which this layer does not have/, [{ name: 'h', type: TarType.link, linkName: '/etc/passwd' }]],
    ['a hard link through a link to a file of the host', /does not have/, [{ name: 'e', type: TarType.symlink, linkName: '/etc' }, { name: 'h', type: TarType.link, linkName: 'e/passwd' }]],
    ['a folder that became a link, and a file through it', /"d\/x" leads outside/, [{ name: 'd/', type: TarType.directory }, { name: 'd/f', content: '1' }, { name: 'd', type: TarType.symlink, linkName: '../..' }, { name: 'd/x', content: 'x' }]],
    ['a hard link through a folder that became a link', /leads outside|does not have/, [{ name: 'd/', type: TarType.directory }, { name: 'd', type: TarType.symlink, linkName: '../../../etc' }, { name: 'h', type: TarType.link, linkName: 'd/passwd' }]],
    ['a mark of an empty folder through a link that climbs out', /leads outside/, [{ name: 'e', type: TarType.symlink, linkName: '../..' }, { name: 'e/.wh..wh..opq' }]],
    ['a whiteout through a link that climbs out', /leads outside/, [{ name: 'e', type: TarType.symlink, linkName: '../..' }, { name: 'e/.wh.x' }]],
    ['an attribute that the kernel does not take', /is no extended attribute that it can have/, [{ name: 'f', content: 'x', xattrs: new Map([['security.capability', Buffer.from('x')]]) }]],
    ['a whiteout of the folder above', /is a whiteout of nothing/, [{ name: 'a/.wh...' }]],
    ['a name longer than the file system takes', /the path is too long/, [{ name: 'n'.repeat(300), content: 'x' }]],
  ]
  for (const [what, message, files] of damaged) it(`refuses ${what} and leaves nothing`, () => refused(message, { name: 'first', content: '1' }, ...files))

  it('refuses a layer whose digest is another, and a cut off one', async () => {
    const draft = await snapshots.draft()
    const tar = tarOf({ name: 'a', content: 'x'.repeat(10_000) })
    await assert.rejects(applyLayer(whole(tar), draft.folder, { diffId: digestOf('other') }), /a layer is damaged: its content has digest/)
    const zipped = gzipSync(tar)
    await assert.rejects(applyLayer(whole(zipped.subarray(0, zipped.length - 20)), draft.folder), /the gzip data is cut off/)
    zipped[zipped.length - 20]! ^= 0xff
    await assert.rejects(applyLayer(whole(zipped), draft.folder), /the gzip data is damaged/)
  })

  it('keeps what a container writes, tells its size, and removes it', async () => {
    const [id] = await layers([{ name: 'a', content: 'lower' }])
    await snapshots.prepare('c', id)
    await snapshots.prepare('c', id)
    const merged = await snapshots.mount('c')
    assert.equal(await snapshots.mount('c'), merged)
    writeFileSync(join(merged, 'b'), 'upper')
    assert.equal(await snapshots.usage('c'), 5)
    snapshots.unmount('c')
    snapshots.unmount('c')
    assert.deepEqual(readdirSync(merged), [])
    assert.equal(readFileSync(join(await snapshots.mount('c'), 'b'), 'utf8'), 'upper')
    await assert.rejects(snapshots.removeLayer(id as string), /is used by container c/)
    await snapshots.removeWritable('c')
    await snapshots.removeWritable('c')
    await snapshots.removeLayer(id as string)
    assert.deepEqual(readdirSync(root), ['empty'])
    assert.deepEqual(mountsBelow(root), [])
  })

  it('has nothing mounted as soon as it is told so, and mounts it again at once', async () => {
    const [base] = await layers([{ name: 'file', content: 'x' }])
    await snapshots.prepare('c', base)
    for (let round = 0; round < 20; round++) {
      writeFileSync(join(await snapshots.mount('c'), `file-${round}`), 'y')
      snapshots.unmount('c')
      assert.deepEqual(mountsBelow(root), [])
      snapshots.unmount('c')
    }
    assert.equal(readdirSync(await snapshots.mount('c')).length, 21)
    await snapshots.removeWritable('c')
    assert.deepEqual(mountsBelow(root), [])
  })

  it('mounts an ephemeral layer again, and one on nothing', async () => {
    await snapshots.prepare('e', undefined, { ephemeral: true })
    await writeFile(join(await snapshots.mount('e'), 'x'), '1')
    snapshots.unmount('e')
    assert(existsSync(join(await snapshots.mount('e'), 'x')))
  })

  it('stacks more layers than one page of options holds', async () => {
    const chain = await layers(...Array.from({ length: 125 }, (_, i): TarFile[] => [{ name: `f${i}`, content: String(i) }]))
    await snapshots.prepare('deep', chain.at(-1))
    const before = process.cwd()
    assert.equal(readdirSync(await snapshots.mount('deep')).length, 125)
    assert.equal(process.cwd(), before)
    await assert.rejects(layers(...Array.from({ length: 126 }, (_, i): TarFile[] => [{ name: `f${i}`, content: String(i) }])).then((ids) => snapshots.prepare('deeper', ids.at(-1))), /max depth exceeded/)
  }).timeout(60_000)

  it('knows its layers and mounts after a restart, and removes what was left half done', async () => {
    const [id] = await layers([{ name: 'a', content: '1' }])
    await snapshots.prepare('c', id)
    const merged = await snapshots.mount('c')
    const draft = await snapshots.draft()
    await mkdir(join(draft.folder, 'half'))
    const again = await open()
    assert(again.has(id as string))
    assert.equal(await again.mount('c'), merged)
    assert.equal(mountsBelow(merged).length, 1)
    assert(!existsSync(draft.folder))
    assert.equal(statSync(join(merged, 'a')).size, 1)
  })

  it('does not hold up the event loop while it unpacks', async () => {
    const files: TarFile[] = Array.from({ length: 4000 }, (_, i): TarFile => ({ name: `d${i % 50}/f${i}`, content: 'x'.repeat(3000) }))
    const draft = await snapshots.draft()
    const tar = tarOf(...files, { name: 'large', content: 'y'.repeat(20_000_000) })
    // Bounds on time tell more of the machine than of the unpacker: count the turns that others get.
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await applyLayer(whole(gzipSync(tar, { level: 1 })), draft.folder, { diffId: digestOf(tar) })
    clearInterval(timer)
    assert(turns >= 20, `others had ${turns} turns while 32 MB were unpacked`)
  })
})

