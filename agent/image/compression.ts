import { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ErrorKind, internal, StatusError } from '../../src/base/errors.js'
import { filtered, FilterError, NoProgramError, type Filter } from '../../src/sys/exec.js'
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

/** What reads the compressions that only users' archives have: as dockerd does, by the programs of the host. */
const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' }
const programs: Record<'bzip2' | 'xz', Filter> = {
  bzip2: { program: 'bzip2', args: ['-dcq'], env: environment },
  // The largest window of any of its presets is 64 MiB.
  xz: { program: 'xz', args: ['-dcq', '--format=xz', '--memlimit-decompress=128MiB'], env: environment },
}

/**
 * The plain bytes of a layer that may be compressed, told by its first bytes. Throws `TarError` for a compression that
 * layers do not have, and for damaged data.
 */
export async function decompressed(source: AsyncIterable<Uint8Array>): Promise<{ compression: Compression; data: AsyncIterable<Uint8Array> }> {
  const { compression, whole, close } = await peeked(source)
  if (compression === Compression.bzip2 || compression === Compression.xz) {
    await close()
    throw new TarError(`the archive is compressed with ${compression}, which a layer cannot be: pack it with gzip or zstd`)
  }
  return { compression, data: plain(compression, whole) }
}

/**
 * The plain bytes of an archive that a user made, with any compression that `tar` knows. Throws `TarError` for damaged
 * data, `unsupported` when the host lacks the program for a compression.
 */
export async function decompressedArchive(source: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { compression, whole } = await peeked(source)
  return plain(compression, whole)
}

/**
 * A user's archive as it can become a layer: what layers cannot be compressed with comes out plain, all else as it is. A small
 * archive can come out as large as it likes: throws `internal` past half of `freeBytes`, since the layer lies on the disk twice,
 * as an archive and unpacked.
 */
export async function asLayer(source: AsyncIterable<Uint8Array>, freeBytes: () => Promise<number>): Promise<AsyncIterable<Uint8Array>> {
  const { compression, whole } = await peeked(source)
  return compression === Compression.bzip2 || compression === Compression.xz ? roomFor(plain(compression, whole), compression, freeBytes) : whole
}

/** Of the free space, what a layer may take, archive and files together: others write to the disk too. */
const shareOfFree = 0.9

async function* roomFor(data: AsyncIterable<Uint8Array>, compression: Compression, freeBytes: () => Promise<number>): AsyncGenerator<Uint8Array, void, undefined> {
  const free = await freeBytes()
  const bytesMax = Math.floor((free * shareOfFree) / 2)
  let bytes = 0
  for await (const piece of data) {
    bytes += piece.length
    if (bytes > bytesMax) {
      const room = `the disk has ${free} bytes free, and a layer takes its size twice`
      throw internal(`no space left on device: what ${compression} packed has more than ${bytesMax} bytes unpacked; ${room}`)
    }
    yield piece
  }
}

function plain(compression: Compression, whole: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  switch (compression) {
    case Compression.none:
      return whole
    case Compression.gzip:
      return gunzipped(whole)
    case Compression.zstd:
      return decompressZstd(whole)
    case Compression.bzip2:
    case Compression.xz:
      return byProgram(compression, whole)
  }
}

async function* byProgram(compression: 'bzip2' | 'xz', whole: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* filtered(programs[compression], whole)
  } catch (cause) {
    if (cause instanceof FilterError) throw new TarError(`the ${compression} data is damaged or cut off (${cause.message})`)
    if (!(cause instanceof NoProgramError)) throw cause
    const need = `an archive compressed with ${compression} needs the program ${compression} on the host of the daemon`
    throw new StatusError(ErrorKind.unsupported, `${need}: install it there, or pack the archive with gzip or zstd`, { cause })
  }
}

/** What a stream begins with, and all of it; `close` lets go of one of which nothing is wanted. */
async function peeked(source: AsyncIterable<Uint8Array>): Promise<{ compression: Compression; whole: AsyncIterable<Uint8Array>; close: () => Promise<unknown> }> {
  const iterator = source[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  let ended = false
  while (head.length < 6 && !ended) {
    const { done, value } = await iterator.next()
    if (done) ended = true
    else head = head.length === 0 ? value : Buffer.concat([head, value])
  }
  return { compression: detectCompression(head), whole: resumed(head, ended, iterator), close: async () => iterator.return?.() }
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
