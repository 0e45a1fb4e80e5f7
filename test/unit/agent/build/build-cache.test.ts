import { strict as assert } from 'node:assert'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BuildCache, type CacheFolder } from '../../../../agent/build/build-cache.js'
import { idSource } from '../../../../src/base/id.js'
import { seededRng } from '../../../../src/base/rng.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { MemoryKeyValue } from '../../../support/memory-key-value.js'

describe('what builds keep', () => {
  const signal = new AbortController().signal
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, mode: 0o755 }
  const all = { matches: () => true }
  let folder: string
  let store: MemoryKeyValue
  let cache: BuildCache
  const open = (): Promise<BuildCache> => BuildCache.open(folder, store, idSource(seededRng(7)), new ManualClock())

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skep-cache-'))
    store = new MemoryKeyValue()
    cache = await open()
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('stays while a step uses it, and is made anew for one that comes while it is pruned', async () => {
    const first = await cache.acquire('key', 'shared', owner, signal)
    writeFileSync(join(first.path, 'kept'), 'x')
    assert.deepEqual((await cache.prune(all)).ids, [])
    first.release()
    // Asked for at every moment of the removal.
    const pruned = cache.prune(all)
    const used = []
    for (let turn = 0; turn < 50; turn++) {
      used.push(await cache.acquire('key', 'shared', owner, signal))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await pruned
    const last = used.at(-1)
    assert.ok(last && existsSync(last.path))
    writeFileSync(join(last.path, 'new'), 'y')
    for (const one of used) one.release()
    assert.deepEqual((await cache.list()).map(({ Type: type, InUse: inUse }) => [type, inUse]), [['exec.cachemount', false]])
    // Its record is there for the next daemon too.
    cache = await open()
    assert.equal((await cache.list()).length, 1)
    assert.equal((await cache.prune(all)).ids.length, 1)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('goes to one step after another when it is locked, also past one that gave up waiting', async () => {
    const first = await cache.acquire('key', 'locked', owner, signal)
    const impatient = new AbortController()
    const second = cache.acquire('key', 'locked', owner, impatient.signal)
    impatient.abort(new Error('cancelled'))
    await assert.rejects(second, /cancelled/)
    let third: CacheFolder | undefined
    const taking = cache.acquire('key', 'locked', owner, signal).then((taken) => (third = taken))
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(third, undefined)
    first.release()
    ;(await taking).release()
    assert.equal((await cache.prune(all)).ids.length, 1)
  })

  it('holds a download while it is copied', async () => {
    const url = 'http://example.test/file'
    const from = cache.temporary()
    writeFileSync(from, 'content')
    {
      using _held = cache.hold(url)
      const path = await cache.keepDownload(from, { url, digest: 'd', bytes: 7 })
      assert.deepEqual((await cache.prune(all)).ids, [])
      assert.ok(existsSync(path))
    }
    assert.equal((await cache.prune(all)).ids.length, 1)
    assert.equal(cache.download(url), undefined)
  })
})
