import { strict as assert } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { asLayer, decompressed, decompressedArchive, detectCompression } from '../../../../agent/image/compression.js'
import { portableZstd } from '../../../../agent/image/zstd.js'

/** `printf 'hello hello hello hello hello hello\n' | zstd`, with its checksum. */
const hello = Buffer.from('KLUv/QRYbQAAOGhlbGxvIAoBALlLEWsfCGc=', 'base64')

async function* pieces(data: Uint8Array, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += bytes) yield Promise.resolve(data.subarray(at, at + bytes))
}
async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of source) all.push(Buffer.from(piece))
  return Buffer.concat(all)
}
const plain = async (data: Uint8Array, bytes = data.length): Promise<Buffer> => gather((await decompressed(pieces(data, bytes))).data)

describe('compressed streams', () => {
  it('are told by their first bytes', () => {
    assert.equal(detectCompression(gzipSync('x')), 'gzip')
    assert.equal(detectCompression(hello), 'zstd')
    assert.equal(detectCompression(Buffer.from('BZh91AY')), 'bzip2')
    assert.equal(detectCompression(Buffer.from('x')), 'none')
    assert.equal(detectCompression(Buffer.alloc(0)), 'none')
  })

  it('come out whole, whatever the pieces', async () => {
    const data = randomBytes(300_000)
    for (const bytes of [1 << 20, 4096, 5]) assert.deepEqual(await plain(gzipSync(data.subarray(0, bytes === 5 ? 500 : undefined)), bytes), data.subarray(0, bytes === 5 ? 500 : undefined))
    assert.deepEqual(await plain(data.subarray(0, 3), 1), data.subarray(0, 3))
    assert.deepEqual(await plain(Buffer.concat([gzipSync('one'), gzipSync('two')])), Buffer.from('onetwo'))
    for (const bytes of [hello.length, 1]) assert.equal((await plain(hello, bytes)).toString(), 'hello hello hello hello hello hello\n')
  })

  it('of zstd may have many frames, and others to skip', async () => {
    const skipped = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from('abc')])
    assert.equal((await gather(portableZstd(pieces(Buffer.concat([hello, skipped, hello]), 7)))).toString(), 'hello hello hello hello hello hello\n'.repeat(2))
  })

  it('are refused when they are damaged or cut off', async () => {
    const zipped = gzipSync('x'.repeat(1000))
    await assert.rejects(plain(zipped.subarray(0, 20)), /the gzip data is cut off/)
    const flipped = Buffer.from(zipped)
    flipped[flipped.length - 6]! ^= 1
    await assert.rejects(plain(flipped), /the gzip data is damaged/)
    await assert.rejects(gather(portableZstd(pieces(hello.subarray(0, 15), 4))), /the zstd data is cut off/)
    await assert.rejects(gather(portableZstd(pieces(Buffer.concat([hello, Buffer.from('garbage')]), 4))), /the zstd data is damaged/)
    await assert.rejects(plain(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])), /compressed with xz, which a layer cannot be/)
  })

  for (const program of ['bzip2', 'xz']) {
    const archive = async (data: Uint8Array, bytes = 4096): Promise<Buffer> => gather(await decompressedArchive(pieces(data, bytes)))

    it(`of ${program} become a layer only as far as the disk has room for it twice`, async () => {
      const packed = execFileSync(program, ['-c'], { input: Buffer.alloc(1_000_000), maxBuffer: 1e8 })
      const layer = async (freeBytes: number): Promise<Buffer> => gather(await asLayer(pieces(packed, 5000), () => Promise.resolve(freeBytes)))
      assert.equal((await layer(2_300_000)).length, 1_000_000)
      await assert.rejects(layer(2_100_000), { kind: 'internal', message: /^no space left on device: what (bzip2|xz) packed has more than 945000 bytes unpacked/ })
    })

    it(`of ${program} are read in archives of users, and come out of a layer`, async () => {
      const data = Buffer.concat([randomBytes(300_000), Buffer.alloc(1_000_000)])
      const packed = execFileSync(program, ['-c'], { input: data, maxBuffer: 1e8 })
      assert.deepEqual(await archive(packed), data)
      assert.deepEqual(await gather(await asLayer(pieces(packed, 5000), () => Promise.resolve(1e9))), data)
      assert.deepEqual(await archive(Buffer.concat([packed, packed]), 1 << 20), Buffer.concat([data, data]))
      await assert.rejects(archive(packed.subarray(0, 1000)), new RegExp(`the ${program} data is damaged or cut off`))
      const flipped = Buffer.from(packed)
      flipped[packed.length >> 1]! ^= 0xff
      await assert.rejects(archive(flipped), new RegExp(`the ${program} data is damaged or cut off`))
    })

    it(`of ${program} end when nobody wants more, or their source fails`, async () => {
      const bomb = execFileSync(program, ['-c'], { input: Buffer.alloc(30_000_000), maxBuffer: 1e9 })
      let bytes = 0
      for await (const piece of await decompressedArchive(pieces(bomb, 100))) if ((bytes += piece.length) > 1_000_000) break
      assert.ok(bytes < 10_000_000)
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield* pieces(bomb.subarray(0, 40), 10)
        throw await Promise.resolve(new Error('the client went away'))
      }
      await assert.rejects(gather(await decompressedArchive(failing())), /the client went away/)
    })
  }

  it('of layers are kept as they came when registries know them', async () => {
    const zipped = gzipSync('x'.repeat(1000))
    for (const data of [zipped, hello, Buffer.from('plain')]) assert.deepEqual(await gather(await asLayer(pieces(data, 3), () => Promise.reject(new Error('not asked for')))), data)
  })

  it('of zstd that want more memory than zstd itself allows are refused', async () => {
    // A frame header with a window of 2^41 bytes, the largest that the format can say.
    await assert.rejects(gather(portableZstd(pieces(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0]), 9))), /a window of more than 134217728 bytes/)
  })
})
