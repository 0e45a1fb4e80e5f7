import { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { TarError } from '../snapshot/tar/header.js'
import { decompressZstd } from './zstd.js'

export const Compression = { none: 'none', gzip: 'gzip', zstd: 'zstd', bzip2: 'bzip2', xz: 'xz' } as const
export type Compression = (typeof Compression)[keyof typeof Compression]

const magics: [Compression, number[]][] = [
  [Compression.gzip, [0x1f, 0x8b, 0x08]],
  [Compression.zstd, [0x28, 0xb5, 0x2f, 0xfd]],
  [Compression.bzip2, [0x42, 0x5a, 0x68]],
  [Compression.xz, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
]

/** By its first bytes (6 are enough); anything unknown counts as not compressed. */
export function detectCompression(head: Uint8Array): Compression {
  for (const [compression, magic] of magics) if (magic.every((byte, i) => head[i] === byte)) return compression
  return Compression.none
}

/** Large pieces: fewer turns through the thread pool. */
const pieceBytes = 256 * 1024

/**
 * The plain bytes of a stream that may be compressed, told by its first bytes. Throws `TarError` for a
 * compression that cannot be read, and for damaged data.
 */
export async function decompressed(source: AsyncIterable<Uint8Array>): Promise<{ compression: Compression; data: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  let ended = false
  while (head.length < 6 && !ended) {
    const { done, value } = await iterator.next()
    if (done) ended = true
    else head = head.length === 0 ? value : Buffer.concat([head, value])
  }
  const whole = resumed(head, ended, iterator)
  const compression = detectCompression(head)
  switch (compression) {
    case Compression.none:
      return { compression, data: whole }
    case Compression.gzip:
      return { compression, data: gunzipped(whole) }
    case Compression.zstd:
      return { compression, data: decompressZstd(whole) }
    case Compression.bzip2:
    case Compression.xz:
      await iterator.return?.()
      throw new TarError(`the archive is compressed with ${compression}, which is not read here: pack it with gzip or zstd`)
  }
}

async function* resumed(head: Uint8Array, ended: boolean, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head
    while (!ended) {
      const { done, value } = await iterator.next()
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: pieceBytes })
  // The iteration below reports the failure; without a callback the pipeline would throw it away unseen.
  pipeline(Readable.from(source, { objectMode: false, highWaterMark: pieceBytes }), gunzip, () => undefined)
  try {
    for await (const piece of gunzip) yield piece as Buffer
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    if (code === 'Z_BUF_ERROR') throw new TarError('the gzip data is cut off')
    if (code.startsWith('Z_')) throw new TarError(`the gzip data is damaged (${(thrown as Error).message})`)
    throw thrown
  } finally {
    gunzip.destroy()
  }
}
