import { strict as assert } from 'node:assert'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mount, unmountAll } from '../../agent/kernel/mount.js'
import { copyTree } from '../../agent/volume/copy-tree.js'

describe('copies of what an image has into a volume', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-copy-'))
    for (const name of ['image/sub', 'volume', 'host']) mkdirSync(join(folder, name), { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('stay in it when a container that has it too puts a link in the place of a folder', async () => {
    for (let n = 0; n < 200; n++) writeFileSync(join(folder, `image/sub/f${n}`), 'x')
    const copying = copyTree(join(folder, 'image'), join(folder, 'volume'))
    while (!existsSync(join(folder, 'volume/sub'))) await new Promise((resolve) => setImmediate(resolve))
    renameSync(join(folder, 'volume/sub'), join(folder, 'volume/was'))
    symlinkSync(join(folder, 'host'), join(folder, 'volume/sub'))
    // When the link was quicker than the copy, there is nothing to copy into.
    await copying.catch((thrown: unknown) => assert.match(String(thrown), /ELOOP|ENOTDIR/))
    assert.deepEqual(readdirSync(join(folder, 'host')), [])
  })

  it('leave what is there already as it is, and write through no link', async () => {
    for (const [name, text] of [['file', 'a'], ['sub/file', 'b'], ['linked', 'c'], ['new', 'd']] as const) writeFileSync(join(folder, 'image', name), text)
    writeFileSync(join(folder, 'volume/file'), 'of another container')
    for (const name of ['linked', 'sub']) symlinkSync(join(folder, 'host', name), join(folder, 'volume', name))
    await copyTree(join(folder, 'image'), join(folder, 'volume'))
    assert.deepEqual(['file', 'new'].map((name) => readFileSync(join(folder, 'volume', name), 'utf8')), ['of another container', 'd'])
    assert.deepEqual(readdirSync(join(folder, 'host')), [])
  })

  it('leave nothing behind when they fail, but what others wrote meanwhile', async () => {
    const disk = join(folder, 'volume')
    mount({ source: 'tmpfs', target: disk, type: 'tmpfs', data: 'nr_inodes=250' })
    try {
      writeFileSync(join(folder, 'image/top'), '')
      linkSync(join(folder, 'image/top'), join(folder, 'image/twin'))
      symlinkSync('top', join(folder, 'image/link'))
      for (let n = 0; n < 300; n++) {
        writeFileSync(join(folder, `image/sub/f${n}`), 'x')
        utimesSync(join(folder, `image/sub/f${n}`), 1, 1)
      }
      const sub = join(disk, 'sub')
      const whole = (): string | undefined => existsSync(sub) ? readdirSync(sub).find((name) => statSync(join(sub, name)).mtimeMs === 1000) : undefined
      const copying = copyTree(join(folder, 'image'), disk)
      while (!whole()) await new Promise((resolve) => setImmediate(resolve))
      const written = whole() as string
      writeFileSync(join(sub, written), 'of another container')
      writeFileSync(join(sub, 'other'), '')
      await assert.rejects(copying, /ENOSPC/)
      assert.deepEqual([readdirSync(disk), readdirSync(sub).sort()], [['sub'], [written, 'other']])
    } finally {
      unmountAll(disk)
    }
  })
})
