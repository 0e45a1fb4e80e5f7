import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackArchiveHere } from '../../agent/image/archive-unpacker.js'
import { TimeSlice } from '../../agent/kernel/time-slice.js'
import { TarType, type TarEntry } from '../../agent/snapshot/tar/header.js'
import { tarEntry } from '../../agent/snapshot/tar/writer.js'
import { SharedTree } from '../../agent/snapshot/tree-paths.js'
import { TreeWriter, WhiteoutMode } from '../../agent/snapshot/tree-writer.js'
import { tarOf } from '../support/tar.js'

describe('archives for containers', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'skep-archive-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const unpack = (archive: Uint8Array): Promise<void> =>
    unpackArchiveHere.unpackArchive(new AbortController().signal, (unpackThis) => unpackThis({ archive, folder: join(folder, 'root'), keepKinds: true }))

  it('keep folders and files apart where links in the container lead, never where they lead on the host', async () => {
    mkdirSync(join(folder, 'root/real'), { recursive: true })
    mkdirSync(join(folder, 'host/x'), { recursive: true })
    symlinkSync(join(folder, 'host'), join(folder, 'root/out'))
    symlinkSync('/real', join(folder, 'root/in'))
    await unpack(tarOf({ name: 'out/x', content: 'a file' }))
    assert.equal(readFileSync(join(folder, 'root', folder, 'host/x'), 'utf8'), 'a file')
    mkdirSync(join(folder, 'root/real/y'))
    writeFileSync(join(folder, 'root/real/z'), '')
    await assert.rejects(unpack(tarOf({ name: 'in/y', content: '' })), /cannot overwrite directory "in\/y" with non-directory/)
    await assert.rejects(unpack(tarOf({ name: 'in/z/', type: TarType.directory })), /cannot overwrite non-directory "in\/z\/?" with directory/)
  })

  it('are not led out of a volume by another container that puts links in the place of folders meanwhile', async () => {
    for (const name of ['root', 'host/below']) mkdirSync(join(folder, name), { recursive: true })
    const root = join(folder, 'root')
    const swap = (name: string): void => {
      renameSync(join(root, name), join(root, `${name}-was`))
      symlinkSync(join(folder, 'host'), join(root, name))
    }
    utimesSync(join(folder, 'host'), 1, 1)
    const linkOf = (fd: string): string | undefined => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        // That of the list itself.
        return undefined
      }
    }
    const none = (): Promise<undefined> => Promise.resolve(undefined)
    const file = (name: string): TarEntry => tarEntry({ name })
    {
      using paths = new SharedTree(root)
      const writer = new TreeWriter(paths, WhiteoutMode.plain)
      await writer.add(tarEntry({ name: 'a', type: TarType.directory, mtimeSeconds: 2 }), none)
      swap('a')
      await writer.add(file('a/first'), none)
      await writer.finish(new TimeSlice())
      assert.ok(existsSync(join(root, 'a-was/first')), 'into the folder that was looked at')
      await writer.add(file('b/one'), none)
      // More than are held open at once.
      for (let n = 0; n < 40; n++) await writer.add(file(`c/${n}/file`), none)
      swap('b')
      await assert.rejects(writer.add(file('b/two'), none), /"b" is no folder any more/)
    }
    assert.deepEqual([readdirSync(join(folder, 'host')), statSync(join(folder, 'host')).mtimeMs], [['below'], 1000])
    assert.equal(readdirSync('/proc/self/fd').filter((fd) => (linkOf(fd) ?? '').startsWith(folder)).length, 0, 'nothing stays open')
  })
})
