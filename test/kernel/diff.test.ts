import { strict as assert } from 'node:assert'
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chainIds, digestOf } from '../../agent/image/descriptor.js'
import { applyLayer } from '../../agent/image/layer-apply.js'
import { mountsBelow, unmountAll } from '../../agent/kernel/mount.js'
import { setXattr } from '../../agent/kernel/xattr.js'
import { changesOf, layerOf } from '../../agent/snapshot/diff.js'
import { OverlaySnapshotter } from '../../agent/snapshot/overlay.js'
import { idSource } from '../../src/base/id.js'
import { nullLogger } from '../../src/base/log.js'
import { seededRng } from '../../src/base/rng.js'
import { MemoryKeyValue } from '../support/memory-key-value.js'
import { tarOf, type TarFile } from '../support/tar.js'

describe('changes of a container', () => {
  let root: string
  let snapshots: OverlaySnapshotter
  let chain: string[]

  beforeEach(async () => {
    root = mkdtempSync('/tmp/skep-diff-')
    snapshots = new OverlaySnapshotter(root, new MemoryKeyValue(), idSource(seededRng(7)), nullLogger)
    await snapshots.recover()
    chain = []
    await layer([{ name: 'etc/hosts', content: 'h' }, { name: 'etc/passwd', content: 'p' }, { name: 'opt/a/x', content: 'x' }, { name: 'opt/a/y', content: 'y' }, { name: 'var/log/old', content: 'o' }, { name: 'home/', type: 'directory' }])
    await layer([{ name: 'etc/.wh.passwd' }, { name: 'top', content: 't' }])
  })

  afterEach(() => {
    for (const { target } of mountsBelow(root)) unmountAll(target)
    rmSync(root, { recursive: true, force: true })
  })

  async function layer(files: TarFile[]): Promise<string> {
    return apply(tarOf(...files))
  }

  async function apply(tar: Buffer): Promise<string> {
    const draft = await snapshots.draft()
    const diffId = digestOf(tar)
    async function* source() {
      yield await Promise.resolve(tar)
    }
    const { bytes } = await applyLayer(source(), draft.folder, { diffId })
    const parent = chain.at(-1)
    const chainId = parent === undefined ? diffId : (chainIds([parent, diffId])[1] as string)
    await snapshots.commit([{ draft, chainId, diffId, sizeBytes: bytes, ...(parent !== undefined && { parent }) }])
    chain.push(chainId)
    return chainId
  }

  async function change(): Promise<string> {
    await snapshots.prepare('c', chain.at(-1))
    const merged = await snapshots.mount('c')
    writeFileSync(join(merged, 'etc/hosts'), 'changed')
    writeFileSync(join(merged, 'etc/passwd'), 'back again')
    mkdirSync(join(merged, 'new/deep'), { recursive: true })
    writeFileSync(join(merged, 'new/deep/file'), 'f')
    linkSync(join(merged, 'new/deep/file'), join(merged, 'new/twin'))
    symlinkSync('/etc/hosts', join(merged, 'new/link'))
    rmSync(join(merged, 'opt/a'), { recursive: true })
    mkdirSync(join(merged, 'opt/a'))
    writeFileSync(join(merged, 'opt/a/y'), 'other')
    rmSync(join(merged, 'var/log/old'))
    renameSync(join(merged, 'top'), join(merged, 'moved'))
    chmodSync(join(merged, 'home'), 0o700)
    setXattr(join(merged, 'moved'), 'user.note', 'kept')
    return merged
  }

  it('are listed as docker diff does', async () => {
    await change()
    const letters = ['C', 'A', 'D']
    assert.deepEqual((await changesOf(snapshots.view('c'))).map(({ path, kind }) => `${letters[kind]} ${path}`), [
      'C /etc',
      'C /etc/hosts',
      'A /etc/passwd',
      'C /home',
      'A /moved',
      'A /new',
      'A /new/deep',
      'A /new/deep/file',
      'A /new/link',
      'A /new/twin',
      'C /opt',
      'C /opt/a',
      'D /opt/a/x',
      'C /opt/a/y',
      'D /top',
      'C /var',
      'C /var/log',
      'D /var/log/old',
    ])
  })

  it('are none when it only read', async () => {
    await snapshots.prepare('c', chain.at(-1))
    readFileSync(join(await snapshots.mount('c'), 'etc/hosts'))
    assert.deepEqual(await changesOf(snapshots.view('c')), [])
  })

  it('become a layer that shows the same', async () => {
    const merged = await change()
    const pack = async (): Promise<Buffer> => {
      const pieces: Buffer[] = []
      for await (const piece of layerOf(snapshots.view('c').upper)) pieces.push(piece)
      return Buffer.concat(pieces)
    }
    const tar = await pack()
    assert.deepEqual(await pack(), tar)
    await snapshots.prepare('again', await apply(tar))
    const again = await snapshots.mount('again')
    const tree = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .map((entry) => `${join(entry.parentPath, entry.name).slice(folder.length)} ${entry.isFile() ? readFileSync(join(entry.parentPath, entry.name), 'utf8') : ''}`)
        .sort()
    assert.deepEqual(tree(again), tree(merged))
    assert(tree(again).length > 10)
  })
})
