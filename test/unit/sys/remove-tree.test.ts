import { strict as assert } from 'node:assert'
import { closeSync, constants, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '../../../src/sys/remove-tree.js'

describe('removing a tree', () => {
  let root: string
  beforeEach(() => (root = mkdtempSync('/tmp/skep-remove-')))
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('takes everything in it, links without what they point to, and files', async () => {
    const tree = join(root, 'tree')
    mkdirSync(join(tree, 'a/b/c'), { recursive: true })
    for (let i = 0; i < 100; i++) writeFileSync(join(tree, `a/b/f${i}`), 'x')
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0xfe])]), 'x')
    mkdirSync(join(root, 'kept'))
    writeFileSync(join(root, 'kept/file'), 'x')
    symlinkSync(join(root, 'kept'), join(tree, 'a/link'))
    symlinkSync(join(root, 'kept'), join(root, 'link'))
    await removeTree(tree)
    await removeTree(tree)
    await removeTree(join(root, 'link'))
    assert.deepEqual([existsSync(tree), existsSync(join(root, 'link')), existsSync(join(root, 'kept/file'))], [false, false, true])
    await removeTree(join(root, 'kept/file'))
    assert(!existsSync(join(root, 'kept/file')))
  })

  it('takes folders deeper than any path, with files beside them', async () => {
    const tree = join(root, 'deep')
    mkdirSync(tree)
    const below = 'below'.padEnd(40, '-')
    let fd = openSync(tree, constants.O_DIRECTORY)
    for (let depth = 0; depth < 200; depth++) {
      const here = `/proc/self/fd/${fd}`
      for (const name of [below, 'beside']) mkdirSync(`${here}/${name}`)
      writeFileSync(`${here}/file`, 'x')
      const next = openSync(`${here}/${below}`, constants.O_DIRECTORY)
      closeSync(fd)
      fd = next
    }
    closeSync(fd)
    await removeTree(tree)
    assert(!existsSync(tree))
    assert.equal(readdirSync('/proc/self/fd').filter((one) => existsSync(`/proc/self/fd/${one}`) && readlinkSync(`/proc/self/fd/${one}`).startsWith(root)).length, 0, 'nothing stays open')
  })

  it('follows no link that takes the place of a folder meanwhile', async () => {
    const tree = join(root, 'tree')
    mkdirSync(join(root, 'kept'))
    for (let i = 0; i < 40; i++) writeFileSync(join(root, `kept/f${i}`), 'x')
    // In the order in which they are read, the second is swapped while the first is emptied.
    for (const name of ['a', 'b']) {
      mkdirSync(join(tree, name), { recursive: true })
      for (let i = 0; i < 200; i++) writeFileSync(join(tree, name, `f${i}`), 'x')
    }
    const [first = '', second = ''] = readdirSync(tree)
    const removal = removeTree(tree)
    // A few files go in each turn of the event loop.
    while (readdirSync(join(tree, first)).length === 200) await new Promise((resolve) => setImmediate(resolve))
    renameSync(join(tree, second), join(root, 'was'))
    symlinkSync(join(root, 'kept'), join(tree, second))
    await assert.rejects(removal)
    assert.equal(readdirSync(join(root, 'kept')).length, 40)
  })
})
