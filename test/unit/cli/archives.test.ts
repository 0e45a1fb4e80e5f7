import { strict as assert } from 'node:assert'
import { linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { TarType } from '../../../agent/snapshot/tar/header.js'
import { extractFiles } from '../../../src/cli/archive/extract.js'
import { packFiles } from '../../../src/cli/archive/pack.js'
import { tarOf, type TarFile } from '../../support/tar.js'

describe('archives of the command line', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-archive-'))
    for (const name of ['from', 'to']) mkdirSync(join(folder, name))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const to = (...parts: string[]): string => join(folder, 'to', ...parts)
  const extract = (files: TarFile[], rename?: { from: string; to: string }): Promise<void> =>
    extractFiles(Readable.from([tarOf(...files)]), to(), { keepOwners: false, ...(rename && { rename }) })

  it('bring a folder over with its links, modes and times', async () => {
    const from = join(folder, 'from')
    mkdirSync(join(from, 'sub'), { mode: 0o750 })
    writeFileSync(join(from, 'sub/one'), 'one', { mode: 0o640 })
    writeFileSync(join(from, 'empty'), '')
    linkSync(join(from, 'sub/one'), join(from, 'hard'))
    symlinkSync('/nowhere', join(from, 'link'))
    utimesSync(join(from, 'sub'), 1_000_000, 1_000_000)
    await extractFiles(packFiles({ path: from, name: 'named' }), to(), { keepOwners: true })
    assert.deepEqual(readdirSync(to('named')).sort(), ['empty', 'hard', 'link', 'sub'])
    assert.equal(readFileSync(to('named/sub/one'), 'utf8'), 'one')
    assert.equal(lstatSync(to('named/hard')).ino, lstatSync(to('named/sub/one')).ino)
    assert.equal(readlinkSync(to('named/link')), '/nowhere')
    assert.deepEqual([lstatSync(to('named/sub')).mode & 0o777, lstatSync(to('named/sub/one')).mode & 0o777], [0o750, 0o640])
    assert.equal(lstatSync(to('named/sub')).mtimeMs, 1e9)
  })

  it('rename what was asked for, and replace files', async () => {
    writeFileSync(to('new'), 'old')
    await extract([{ name: 'old', content: 'fresh' }], { from: 'old', to: 'new' })
    assert.deepEqual([readdirSync(to()), readFileSync(to('new'), 'utf8')], [['new'], 'fresh'])
    await extract([{ name: './', type: TarType.directory, mode: 0o755 }, { name: './a/b', content: 'x' }], { from: '.', to: 'content' })
    assert.equal(readFileSync(to('content/a/b'), 'utf8'), 'x')
    await assert.rejects(extract([{ name: 'new', type: TarType.directory }]), /cannot overwrite non-directory/)
    await assert.rejects(extract([{ name: 'content', content: 'x' }]), /cannot overwrite directory/)
  })

  it('put nothing outside of their folder', async () => {
    for (const name of ['../out', 'a/../../out']) await assert.rejects(extract([{ name, content: 'x' }]), /leads outside of the archive/)
    await assert.rejects(extract([{ name: 'h', type: TarType.link, linkName: '../from' }]), /leads outside of the archive/)
    await assert.rejects(extract([{ name: 'l', type: TarType.symlink, linkName: folder }, { name: 'l/out', content: 'x' }]), /leads through the link/)
    await assert.rejects(extract([{ name: 'm', type: TarType.symlink, linkName: folder }, { name: 'h', type: TarType.link, linkName: 'm/from' }]), /leads through the link/)
    // The name itself may be a link: it is replaced, not followed.
    await extract([{ name: 'n', type: TarType.symlink, linkName: join(folder, 'out') }, { name: 'n', content: 'x' }])
    assert.ok(lstatSync(to('n')).isFile())
    assert.deepEqual(readdirSync(folder).sort(), ['from', 'to'])
    await extract([{ name: '/abs/file', content: 'x' }])
    assert.equal(readFileSync(to('abs/file'), 'utf8'), 'x')
  })

  it('fail with what they are cut off by', async () => {
    const whole = tarOf({ name: 'a', content: 'x'.repeat(2000) })
    await assert.rejects(extractFiles(Readable.from([whole.subarray(0, 900)]), to(), { keepOwners: false }), /Unexpected end|closed|premature/i)
    await assert.rejects(extractFiles(packFiles({ path: join(folder, 'gone'), name: 'gone' }), to(), { keepOwners: false }), /ENOENT/)
  })
})
