import { strict as assert } from 'node:assert'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ContentStore } from '../../../../agent/image/content-store.js'
import { chainIds, digestOf, formatPlatform, parsePlatform, platformFit } from '../../../../agent/image/descriptor.js'
import { idSource } from '../../../../src/base/id.js'
import { seededRng } from '../../../../src/base/rng.js'

async function* of(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Promise.resolve(Buffer.from(piece))
}

describe('the content store', () => {
  let root: string
  let store: ContentStore

  beforeEach(async () => {
    root = mkdtempSync('/tmp/skep-content-')
    store = new ContentStore(root, idSource(seededRng(1)))
    await store.recover()
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const files = (): string[][] => [readdirSync(join(root, 'ingest')), readdirSync(join(root, 'blobs/sha256'))]

  it('keeps blobs by their digest', async () => {
    const blob = await store.ingest(of('hel', 'lo'), { digest: digestOf('hello'), size: 5 })
    assert(!store.has(blob.digest))
    await blob.commit()
    await blob.commit()
    await blob.discard()
    assert.deepEqual([store.size(digestOf('hello')), (await store.readAll(blob.digest, 10)).toString(), files()], [5, 'hello', [[], [digestOf('hello').slice(7)]]])
    await assert.rejects(store.readAll(blob.digest, 4), /more than the 4 that are read/)
    await store.delete(blob.digest)
    await store.delete(blob.digest)
    assert.deepEqual([store.has(blob.digest), files()], [false, [[], []]])
    assert.throws(() => store.read(blob.digest), /is not in the store/)
  })

  it('takes in nothing that is not what it should be', async () => {
    await assert.rejects(store.ingest(of('hello'), { digest: digestOf('other') }), /content is damaged: its digest is sha256:2cf24d.*expected/)
    await assert.rejects(store.ingest(of('hello'), { size: 6 }), /5 bytes instead of 6/)
    await assert.rejects(store.ingest(of('hello', 'x'), { size: 5 }), /more than 5 bytes/)
    await assert.rejects(store.ingest(of('hello'), { bytesMax: 4 }), /more than 4 bytes/)
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('he'))
      throw new Error('the line broke')
    }
    await assert.rejects(store.ingest(broken()), /the line broke/)
    await (await store.ingest(of('dropped'))).discard()
    assert.deepEqual(files(), [[], []])
  })

  it('finds its blobs after a restart, and drops what came in half', async () => {
    await store.write(Buffer.from('kept'))
    await store.ingest(of('half'))
    writeFileSync(join(root, 'ingest/other'), 'x')
    const again = new ContentStore(root, idSource(seededRng(2)))
    await again.recover()
    assert.deepEqual([again.digests(), again.size(digestOf('kept')), files()[0]], [[digestOf('kept')], 4, []])
  })

  it('keeps a blob that comes back while it is being removed', async () => {
    const digest = await store.write(Buffer.from('x'))
    const blob = await store.ingest(of('x'))
    await Promise.all([store.delete(digest), blob.commit()])
    assert.equal((await store.readAll(digest, 1)).toString(), 'x')
  })
})

describe('descriptors', () => {
  it('chain layers by what is below them', () => {
    const [a, b] = [digestOf('a'), digestOf('b')]
    assert.deepEqual(chainIds([a, b]), [a, digestOf(`${a} ${b}`)])
    assert.deepEqual(chainIds([]), [])
  })

  it('read and compare platforms', () => {
    const host = { os: 'linux', architecture: 'amd64' }
    assert.deepEqual(['linux', 'linux/x86_64', 'linux/aarch64', 'linux/arm/v6'].map((text) => formatPlatform(parsePlatform(text, host))), ['linux/amd64', 'linux/amd64', 'linux/arm64/v8', 'linux/arm/v6'])
    for (const bad of ['', 'linux/', 'a/b/c/d', 'li nux/amd64']) assert.throws(() => parsePlatform(bad, host), /invalid platform/)
    const arm = (variant?: string) => ({ os: 'linux', architecture: 'arm', ...(variant !== undefined && { variant }) })
    assert.deepEqual([platformFit(arm('v7'), arm('v7')), platformFit(arm('v7'), arm('v6')), platformFit(arm('v6'), arm('v7')), platformFit(arm('v7'), arm()), platformFit(host, arm())], [2, 1, 0, 1, 0])
    assert.equal(platformFit({ os: 'linux', architecture: 'arm64', variant: 'v8' }, { os: 'linux', architecture: 'arm64' }), 2)
  })
})
