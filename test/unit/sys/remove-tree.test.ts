import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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
})
