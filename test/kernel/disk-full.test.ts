import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { StateDb } from '../../agent/engine/state-db.js'
import { legacyArchive, ociLayout } from '../support/image-archive.js'
import { QuickClock } from '../support/quick-clock.js'
import { RegistryHost } from '../support/registry-host.js'
import { tarOf } from '../support/tar.js'

const megabyte = 1024 * 1024
const diskBytes = 12 * megabyte

/** The disk under the data root is full at different moments: nothing of what failed is kept, and what was there works on. */
describe('a full disk', function () {
  this.timeout(30_000)
  const signal = new AbortController().signal
  const small = { names: ['small:1'], layers: [[{ name: 'a', content: 'x' }]] }
  let host: RegistryHost

  beforeEach(async () => {
    host = await RegistryHost.open(new QuickClock(), { diskBytes })
  })
  afterEach(() => host[Symbol.asyncDispose]())

  const load = (archive: Uint8Array): Promise<void> => host.images.load(Readable.from([archive]), { quiet: true }, () => undefined, signal)
  const noSpace = /no space left on device/

  it('while an archive comes in', async () => {
    await assert.rejects(load(tarOf(...legacyArchive({ names: ['big:1'], layers: [[{ name: 'data', content: randomBytes(16 * megabyte) }]] }))), noSpace)
    host.assertEmpty()
    await load(tarOf(...legacyArchive(small)))
    assert.ok(host.images.has('small:1'))
  })

  it('while layers are unpacked', async () => {
    // Little when packed: the archive fits, its content does not.
    const layers = [[{ name: 'a', content: Buffer.alloc(6 * megabyte) }], [{ name: 'b', content: Buffer.alloc(20 * megabyte) }]]
    await assert.rejects(load(tarOf(...ociLayout('big:1', [{ layers }]))), noSpace)
    host.assertEmpty()
    await load(tarOf(...ociLayout('small:1', [small])))
    assert.ok(host.images.has('small:1'))
  })

  it('during an import and a commit, with the images that were there before', async () => {
    await load(tarOf(...legacyArchive(small)))
    const before = readdirSync(join(host.root, 'overlay')).length
    const blobs = readdirSync(join(host.root, 'content/blobs/sha256')).length
    const big = gzipSync(tarOf({ name: 'data', content: Buffer.alloc(20 * megabyte) }))
    const parentId = host.store.find('small:1').id
    await assert.rejects(host.images.import(Readable.from([big]), { repo: 'big', changes: [] }, () => undefined, signal), noSpace)
    await assert.rejects(host.images.commit({ parentId, layer: Readable.from([big]), config: {}, repo: 'big', changes: [] }, signal), noSpace)
    await assert.rejects(host.images.commit({ parentId, layer: Readable.from([randomBytes(16 * megabyte)]), config: {}, repo: 'big', changes: [] }, signal), noSpace)
    assert.deepEqual(host.store.list().map(({ id }) => id), [parentId])
    assert.equal(readdirSync(join(host.root, 'overlay')).length, before)
    assert.equal(readdirSync(join(host.root, 'content/blobs/sha256')).length, blobs)
    assert.deepEqual(readdirSync(join(host.root, 'content/ingest')), [])
    await host.images.commit({ parentId, layer: Readable.from([tarOf({ name: 'b', content: 'y' })]), config: {}, repo: 'made', changes: [] }, signal)
    assert.ok(host.images.has('made:latest'))
  })

  it('while the state database is written: what failed is refused with the reason, and the file is whole', async () => {
    const path = join(host.root, 'state/state.db')
    const db = StateDb.open(path)
    const bucket = db.bucket<string>('b')
    await bucket.put('before', 'here')
    const ballast = join(host.root, 'ballast')
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(diskBytes)), noSpace)
    // As many at once as the daemon may have under way: each is told.
    const outcomes = await Promise.allSettled([bucket.put('a', 'x'.repeat(megabyte)), bucket.put('b', 'y'), bucket.delete('before')])
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).message),
      Array(3).fill('the state database cannot be written: no space left on device'),
    )
    rmSync(ballast)
    await bucket.put('after', 'there')
    await db.close()
    const again = StateDb.open(path)
    assert.deepEqual(again.bucket('b').list(), [{ key: 'after', value: 'there' }, { key: 'before', value: 'here' }])
    await again.close()
  })
})
