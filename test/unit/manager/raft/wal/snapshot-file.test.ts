import { strict as assert } from 'node:assert'
import { KeyRing } from '../../../../../manager/raft/wal/encryption.js'
import { SnapshotStore } from '../../../../../manager/raft/wal/snapshot-file.js'
import { nullLogger } from '../../../../../src/base/log.js'
import { seededRng } from '../../../../../src/base/rng.js'
import { MemoryDisk } from '../../../../sim/memory-disk.js'

const meta = (index: number) => ({ index, term: 2, conf: { voters: [1, 2], learners: [] } })

async function storeOn(disk: MemoryDisk, key?: number): Promise<SnapshotStore> {
  const store = new SnapshotStore({ disk, folder: '/snap', log: nullLogger, ...(key === undefined ? {} : { sealer: new KeyRing([{ id: 1, key: new Uint8Array(32).fill(key) }]) }) })
  await store.open()
  return store
}

async function contentOf(store: SnapshotStore, index: number): Promise<Buffer> {
  const snapshot = await store.read({ index, term: 2 })
  const parts: Uint8Array[] = []
  for await (const chunk of snapshot.chunks) parts.push(chunk)
  await snapshot.close()
  return Buffer.concat(parts)
}

describe('raft snapshot files', () => {
  const big = Buffer.alloc(3_000_000, 'snapshot ')

  it('streams out what was streamed in, sealed or not', async () => {
    for (const key of [undefined, 9]) {
      const store = await storeOn(new MemoryDisk(), key)
      await store.commit(await store.write({ meta: meta(10), extra: { members: ['a'] } }, [big.subarray(0, 1_500_000), big.subarray(1_500_000)]))
      assert.ok((await contentOf(store, 10)).equals(big))
      assert.deepEqual(await store.verify({ index: 10, term: 2 }), { meta: meta(10), extra: { members: ['a'] } })
    }
  })

  it('a crash before it is in place leaves nothing behind', async () => {
    const disk = new MemoryDisk()
    await (await storeOn(disk)).write({ meta: meta(10), extra: null }, [big])
    disk.crash(seededRng(1))
    const store = await storeOn(disk)
    assert.deepEqual(await store.list(), [])
    assert.deepEqual(await disk.list('/snap'), [])
  })

  it('in place it survives a crash, and an older one is kept beside it', async () => {
    const disk = new MemoryDisk()
    const store = await storeOn(disk)
    for (const index of [10, 20, 30]) await store.commit(await store.write({ meta: meta(index), extra: null }, [big]))
    assert.equal(await store.prune(2), 20)
    disk.crash(seededRng(2))
    assert.deepEqual((await store.list()).map((s) => s.index), [30, 20])
    assert.ok((await contentOf(store, 30)).equals(big))
  })

  it('names file and offset when it is damaged or cut short', async () => {
    const disk = new MemoryDisk()
    const store = await storeOn(disk)
    await store.commit(await store.write({ meta: meta(10), extra: null }, [big]))
    const file = `/snap/${(await disk.list('/snap'))[0] as string}`
    const flipped = disk.clone()
    flipped.damage(file, 1_000_000)
    await assert.rejects((await storeOn(flipped)).verify({ index: 10, term: 2 }), /\.snap is damaged at offset \d+ .*fall back to the one before/)
    const short = disk.clone()
    short.truncate(file, disk.sizeOf(file) - 24)
    await assert.rejects((await storeOn(short)).verify({ index: 10, term: 2 }), /is damaged at offset/)
  })

  it('one that is under way keeps its key, and is told of until it is in place or gone', async () => {
    const [old, next] = [{ id: 1, key: new Uint8Array(32).fill(1) }, { id: 2, key: new Uint8Array(32).fill(2) }]
    const ring = new KeyRing([old])
    const disk = new MemoryDisk()
    const store = new SnapshotStore({ disk, folder: '/snap', log: nullLogger, sealer: ring })
    await store.commit(await store.write({ meta: meta(5), extra: null }, [big]))
    let goOn: () => void = () => undefined
    const slow = async function* () {
      yield big
      await new Promise<void>((resolve) => (goOn = resolve))
      yield big
    }
    const writing = store.write({ meta: meta(10), extra: null }, slow())
    assert.deepEqual(await store.otherwiseSealed(), { inPlace: [], coming: false })
    ring.use([next, old])
    const five = { index: 5, term: 2 }
    assert.deepEqual(await store.otherwiseSealed(), { inPlace: [five], coming: true })
    goOn()
    const written = await writing
    assert.deepEqual(await store.otherwiseSealed(), { inPlace: [five], coming: true })
    await store.commit(written)
    assert.deepEqual(await store.otherwiseSealed(), { inPlace: [{ index: 10, term: 2 }, five], coming: false })
    await store.remove([five])
    await new SnapshotStore({ disk, folder: '/snap', log: nullLogger, sealer: new KeyRing([old]) }).verify({ index: 10, term: 2 })
    await store.commit(await store.write({ meta: meta(10), extra: null }, [big]))
    assert.deepEqual(await store.otherwiseSealed(), { inPlace: [], coming: false })
  })

  it('a failing source leaves no file', async () => {
    const disk = new MemoryDisk()
    const store = await storeOn(disk)
    const failing = async function* () {
      yield big
      throw new Error('gone')
    }
    await assert.rejects(store.write({ meta: meta(10), extra: null }, failing()), /gone/)
    assert.deepEqual(await disk.list('/snap'), [])
  })
})
