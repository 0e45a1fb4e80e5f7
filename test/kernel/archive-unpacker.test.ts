import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackArchiveHere } from '../../agent/image/archive-unpacker.js'
import { TarType } from '../../agent/snapshot/tar/header.js'
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
})
