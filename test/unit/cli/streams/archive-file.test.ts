import { strict as assert } from 'node:assert'
import { pbkdf2 } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { refuseIrregular, writeArchiveFile } from '../../../../src/cli/streams/archive-file.js'

const hashed = promisify(pbkdf2)
/** How many calls Node.js makes at once beside its main thread; further ones wait. */
const poolThreads = 4

describe('a file that an archive is written to', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'skep-archive-file-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is new or a file: nothing else is replaced', () => {
    refuseIrregular(join(folder, 'new.tar'), 'failed to save image')
    assert.throws(() => refuseIrregular(folder, 'failed to save image'), { kind: 'invalid', message: `failed to save image: "${folder}" is a directory` })
    assert.throws(() => refuseIrregular('/dev/null', 'failed to save image'), { kind: 'invalid', message: /^failed to save image: invalid output path: "\/dev\/null" must be/ })
  })

  it('is whole or not there', async () => {
    const path = join(folder, 'image.tar')
    await assert.rejects(writeArchiveFile(path, Readable.from(cutOff())), /cut off/)
    assert.deepEqual(readdirSync(folder), [])
    await writeArchiveFile(path, Readable.from([Buffer.from('all')]))
    assert.equal(readFileSync(path, 'utf8'), 'all')
    assert.deepEqual(readdirSync(folder), ['image.tar'])
  })

  it('is not there either when all the threads that files are opened by had something to do', async () => {
    const busy = Array.from({ length: 4 * poolThreads }, () => hashed('a', 'b', 10_000, 64, 'sha512'))
    await assert.rejects(writeArchiveFile(join(folder, 'image.tar'), Readable.from(cutOff())), /cut off/)
    await Promise.all(busy)
    // What else was to be opened waited before this.
    await readdir(folder)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('is read no further when it cannot be written', async () => {
    const archive = Readable.from([Buffer.from('all')])
    await assert.rejects(writeArchiveFile(join(folder, 'none', 'image.tar'), archive), { code: 'ENOENT' })
    assert.equal(archive.destroyed, true)
  })
})

async function* cutOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('half')
  await Promise.reject(new Error('cut off'))
}
