import { strict as assert } from 'node:assert'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { refuseIrregular, writeArchiveFile } from '../../../../src/cli/streams/archive-file.js'

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
})

async function* cutOff(): AsyncGenerator<Buffer> {
  yield Buffer.from('half')
  await Promise.reject(new Error('cut off'))
}
