import { strict as assert } from 'node:assert'
import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HeldFolder } from '../../../../agent/snapshot/held-folder.js'
import { packPlace } from '../../../../agent/snapshot/pack.js'
import { TarReader } from '../../../../agent/snapshot/tar/reader.js'

describe('packing a place', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'skep-pack-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('gives many small files in few pieces, and large ones as they are', async () => {
    const contents = new Map<string, Buffer>()
    const sizes = [...Array.from({ length: 300 }, (_, n) => n * 7), 65_536, 70_000, 128 * 1024, 300_001, 0, 512]
    sizes.forEach((size, n) => contents.set(`f${String(n).padStart(3, '0')}`, Buffer.alloc(size, `${n} of ${size};`)))
    for (const [name, content] of contents) writeFileSync(join(folder, name), content)
    mkdirSync(join(folder, 'empty'))
    symlinkSync('f000', join(folder, 'link'))
    using root = HeldFolder.open(folder)
    const place = { path: '/', stat: lstatSync(folder, { bigint: true }), folder: root, [Symbol.dispose]: () => undefined }
    const given: Buffer[] = []
    for await (const piece of packPlace({ root, covers: new Map() }, place, '')) given.push(piece)
    const total = given.reduce((sum, piece) => sum + piece.length, 0)
    assert.equal(total % 512, 0)
    assert.ok(given.length <= 2 * Math.ceil(total / (64 * 1024)), `${given.length} pieces of ${total} bytes`)
    const reader = new TarReader((async function* () { yield* await Promise.resolve(given) })())
    const found = new Map<string, Buffer>()
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      const pieces: Buffer[] = []
      for (let piece = await reader.read(); piece; piece = await reader.read()) pieces.push(Buffer.from(piece))
      found.set(entry.name, Buffer.concat(pieces))
    }
    assert.deepEqual([...found.keys()].sort(), [...contents.keys(), 'empty/', 'link'].sort())
    for (const [name, content] of contents) assert.ok(found.get(name)?.equals(content), name)
  })
})
