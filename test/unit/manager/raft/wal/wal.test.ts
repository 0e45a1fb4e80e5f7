import { strict as assert } from 'node:assert'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { EntryKind, type Entry } from '../../../../../manager/raft/core/message.js'
import { realDisk } from '../../../../../manager/raft/wal/disk.js'
import { KeyRing } from '../../../../../manager/raft/wal/encryption.js'
import { Wal, type WalContent } from '../../../../../manager/raft/wal/wal.js'
import { nullLogger } from '../../../../../src/base/log.js'
import { seededRng } from '../../../../../src/base/rng.js'
import { MemoryDisk } from '../../../../sim/memory-disk.js'

const folder = '/wal'
const entry = (index: number, term = 1, bytes = 20): Entry => ({ index, term, kind: EntryKind.normal, data: new Uint8Array(bytes).fill(index) })
const range = (from: number, to: number, term = 1, bytes = 20): Entry[] => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, term, bytes))
const summary = (content: WalContent): string => content.entries.map((e) => `${e.index}/${e.term}`).join(' ')

async function openOn(disk: MemoryDisk, segmentBytes = 1 << 20) {
  return Wal.open({ disk, folder, segmentBytes, log: nullLogger })
}

describe('raft write-ahead log', () => {
  it('gives back what was appended, replaced tails and all, over many segments', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk, 300)
    await wal.append({ hardState: { term: 1, vote: 2, commit: 0 }, entries: range(1, 5) }, true)
    for (let i = 6; i <= 30; i++) await wal.append({ entries: [entry(i)] }, true)
    await wal.append({ hardState: { term: 2, vote: 3, commit: 20 }, entries: range(25, 26, 2) }, true)
    await wal.close()
    assert.ok(wal.segmentCount > 5)
    const { content } = await openOn(disk, 300)
    assert.deepEqual(content.hardState, { term: 2, vote: 3, commit: 20 })
    assert.deepEqual(content.entries, [...range(1, 24), ...range(25, 26, 2)])
  })

  it('shares one sync between appends that come together', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk)
    await wal.append({ entries: [entry(1)] }, true)
    const before = disk.syncCount
    await Promise.all(range(2, 101).map((e) => wal.append({ entries: [e] }, true)))
    assert.equal(disk.syncCount - before, 1)
    await wal.close()
    assert.equal((await openOn(disk)).content.entries.length, 101)
  })

  it('after a crash at any moment holds at least what was acknowledged, and nothing made up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(60), fc.nat(400), async (seed, crashAfter, bytes) => {
        const rng = seededRng(seed)
        const disk = new MemoryDisk()
        let operations = 0
        disk.before = () => {
          if (operations++ >= crashAfter) throw new Error('power cut')
        }
        let acknowledged = 0
        try {
          const { wal } = await openOn(disk, 2000)
          for (let at = 1; at < 200; at += 3) {
            await wal.append({ entries: range(at, at + 2, 1, bytes), hardState: { term: 1, vote: 1, commit: at } }, true)
            acknowledged = at + 2
          }
        } catch (thrown) {
          assert.match(String(thrown), /power cut/)
        }
        disk.crash(rng)
        const { wal, content } = await openOn(disk, 2000)
        assert.ok(content.entries.length >= acknowledged, `${content.entries.length} of ${acknowledged}`)
        assert.deepEqual(content.entries, range(1, content.entries.length, 1, bytes))
        assert.ok((content.hardState?.commit ?? 0) <= content.entries.length)
        // And it goes on from there.
        const next = content.entries.length + 1
        await wal.append({ entries: [entry(next, 1, bytes)] }, true)
        disk.crash(rng)
        assert.equal((await openOn(disk, 2000)).content.entries.length, next)
      }),
      { numRuns: 150 },
    )
  })

  it('cut anywhere, reads as a valid prefix', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk)
    await wal.append({ entries: range(1, 30, 1, 33) }, true)
    await wal.close()
    const file = `${folder}/${(await disk.list(folder))[0] as string}`
    for (let length = disk.sizeOf(file); length >= 0; length -= 7) {
      const copy = disk.clone()
      copy.truncate(file, length)
      const { content } = await openOn(copy)
      assert.deepEqual(content.entries, range(1, content.entries.length, 1, 33))
    }
  })

  it('refuses damage in the middle and names file, offset and remedy', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk)
    for (let i = 1; i <= 10; i++) await wal.append({ entries: [entry(i)] }, true)
    await wal.close()
    const file = `${folder}/${(await disk.list(folder))[0] as string}`
    const middle = disk.clone()
    middle.damage(file, 150)
    await assert.rejects(openOn(middle), /Raft log is damaged: bad record in \/wal\/.*\.wal at offset 1\d\d of \d+: restore .* or remove this manager/)
    // The last record cannot be told from a torn one: it is cut.
    const tail = disk.clone()
    tail.damage(file, disk.sizeOf(file) - 20)
    assert.equal((await openOn(tail)).content.entries.length, 9)
  })

  it('refuses a damaged or missing segment that is not the last', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk, 200)
    for (let i = 1; i <= 20; i++) await wal.append({ entries: [entry(i)] }, true)
    await wal.close()
    const names = await disk.list(folder)
    const second = `${folder}/${names[1] as string}`
    const short = disk.clone()
    short.truncate(second, 60)
    await assert.rejects(openOn(short), /at offset \d+ of 60/)
    const missing = disk.clone()
    await missing.remove(second)
    await assert.rejects(openOn(missing), /segments between .* are missing/)
  })

  it('releases the segments that a snapshot covers', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk, 300)
    await wal.append({ hardState: { term: 1, vote: 1, commit: 0 } }, true)
    for (let i = 1; i <= 40; i++) await wal.append({ entries: [entry(i)] }, true)
    await wal.append({ snapshot: { index: 30, term: 1 } }, true)
    const before = wal.segmentCount
    await wal.release(30)
    assert.ok(wal.segmentCount < before)
    assert.ok(wal.firstIndex <= 31)
    await wal.close()
    const { content } = await openOn(disk, 300)
    assert.deepEqual(content.hardState, { term: 1, vote: 1, commit: 0 })
    assert.deepEqual(content.marks, [{ index: 30, term: 1 }])
    assert.equal(content.entries.at(-1)?.index, 40)
    assert.ok((content.entries[0] as Entry).index <= 31)
  })

  it('a snapshot from the leader replaces a log that did not have its entry', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk)
    await wal.append({ entries: range(1, 10) }, true)
    await wal.append({ snapshot: { index: 50, term: 3 }, entries: range(51, 52, 3), hardState: { term: 3, vote: 0, commit: 50 } }, true)
    await wal.close()
    assert.equal(summary((await openOn(disk)).content), '51/3 52/3')
  })

  it('takes nothing more after a failed sync', async () => {
    const disk = new MemoryDisk()
    const { wal } = await openOn(disk)
    await wal.append({ entries: [entry(1)] }, true)
    let fail = true
    disk.before = (operation) => {
      if (operation === 'sync' && fail) throw new Error('EIO')
    }
    await assert.rejects(wal.append({ entries: [entry(2)] }, true), /EIO/)
    fail = false
    await assert.rejects(wal.append({ entries: [entry(3)] }, true), /EIO/)
  })

  it('sealed: needs its key, and hides what it holds', async () => {
    const disk = new MemoryDisk()
    const sealer = new KeyRing([{ id: 0, key: new Uint8Array(32).fill(7) }])
    const secret: Entry = { index: 1, term: 1, kind: EntryKind.normal, data: Buffer.from('a very secret value') }
    const options = { disk, folder, log: nullLogger }
    const { wal } = await Wal.open({ ...options, sealer })
    await wal.append({ entries: [secret] }, true)
    await wal.close()
    const file = await disk.open(`${folder}/${(await disk.list(folder))[0] as string}`, 'read')
    assert.ok(!Buffer.from(await file.read(0, 10_000)).includes('secret'))
    assert.equal(Buffer.from((await Wal.open({ ...options, sealer })).content.entries[0]?.data ?? []).toString(), 'a very secret value')
    await assert.rejects(Wal.open(options), /no data key/)
    await assert.rejects(Wal.open({ ...options, sealer: new KeyRing([{ id: 0, key: new Uint8Array(32) }]) }), /cannot be opened with this data key/)
    assert.throws(() => new KeyRing([{ id: 0, key: new Uint8Array(16) }]), /must be 32 bytes, not 16/)
  })

  it('seals each segment with one key, which its records name, and lets go of those of other keys', async () => {
    const disk = new MemoryDisk()
    const [old, next] = [{ id: 0, key: new Uint8Array(32).fill(1) }, { id: 7, key: new Uint8Array(32).fill(2) }]
    const ring = new KeyRing([old])
    const { wal } = await Wal.open({ disk, folder, log: nullLogger, sealer: ring })
    await wal.append({ entries: range(1, 5) }, true)
    assert.equal(wal.otherwiseSealedTo, undefined)
    ring.use([next, old])
    assert.equal(wal.otherwiseSealedTo, Infinity)
    await wal.append({ entries: range(6, 9) }, true)
    assert.deepEqual([wal.segmentCount, wal.otherwiseSealedTo], [2, 5])
    await wal.close()
    const heads: Buffer[] = []
    for (const name of await disk.list(folder)) heads.push(Buffer.from(await (await disk.open(`${folder}/${name}`, 'read')).read(0, 21)))
    // As logs were before keys had names; and what programs from then take for a segment of format 2, which they refuse.
    assert.equal(heads[0]?.[15], 1)
    assert.deepEqual([heads[1]?.[15], heads[1]?.[16], heads[1]?.readUInt32LE(17)], [2, 2, 7])

    // With both it goes on where it was, with one of them it cannot be read.
    const both = await Wal.open({ disk: disk.clone(), folder, log: nullLogger, sealer: new KeyRing([next, old]) })
    assert.deepEqual([both.content.entries, both.wal.otherwiseSealedTo], [range(1, 9), 5])
    await both.wal.append({ entries: [entry(10)] }, true)
    assert.equal(both.wal.segmentCount, 2)
    await both.wal.releaseOtherwiseSealed()
    assert.deepEqual([both.wal.segmentCount, both.wal.otherwiseSealedTo], [1, undefined])
    await assert.rejects(Wal.open({ disk, folder, log: nullLogger, sealer: new KeyRing([next]) }), { kind: 'forbidden', message: /sealed with data key 0, which/ })
    await assert.rejects(Wal.open({ disk, folder, log: nullLogger, sealer: new KeyRing([old]) }), { kind: 'forbidden', message: /sealed with data key 7, which/ })
  })

  it('works on the real file system', async () => {
    const path = await mkdtemp(join(tmpdir(), 'skep-wal-'))
    try {
      const options = { disk: realDisk, folder: join(path, 'wal'), segmentBytes: 4096, log: nullLogger }
      const { wal } = await Wal.open(options)
      for (let i = 1; i <= 50; i++) await wal.append({ entries: [entry(i, 1, 300)] }, true)
      await wal.release(30)
      await wal.close()
      const { wal: again, content } = await Wal.open(options)
      assert.equal(content.entries.at(-1)?.index, 50)
      await again.append({ entries: [entry(51)] }, true)
      await again.close()
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })
})
