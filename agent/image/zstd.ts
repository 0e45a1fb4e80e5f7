import { Readable, type Duplex } from 'node:stream'
import * as zlib from 'node:zlib'
import { Decompress } from 'fzstd'
import { TarError } from '../snapshot/tar/header.js'

/** The window that `zstd` itself accepts unless told otherwise: what a decoder has to hold in memory. */
const zstdWindowBytesMax = 128 * 1024 * 1024
/** No block holds more (RFC 8878, 3.1.1.2.4). */
const blockBytesMax = 128 * 1024

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50

/**
 * Decompresses a zstd stream of any number of frames (RFC 8878): with Node.js's own decoder where it has
 * one, else block by block in JavaScript. Throws `TarError` for damaged data.
 */
export function decompressZstd(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const create: unknown = (zlib as Record<string, unknown>)['createZstdDecompress']
  return typeof create === 'function' ? nativeZstd(source, create as () => Duplex) : portableZstd(source)
}

async function* nativeZstd(source: AsyncIterable<Uint8Array>, create: () => Duplex): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* Readable.from(source, { objectMode: false }).compose(create())
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    if (code.startsWith('ZSTD_') || code.startsWith('Z_')) throw damaged((thrown as Error).message)
    throw thrown
  }
}

/** The decoder in JavaScript; exported because Node.js releases with one of their own would leave it untested. */
export async function* portableZstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const input = new ByteQueue(source)
  for (;;) {
    const magic = await input.take(4, true)
    if (!magic) return
    const number = magic.readUInt32LE(0)
    if ((number & 0xfffffff0) >>> 0 === skippableMagic) {
      await input.skip((await input.must(4)).readUInt32LE(0))
    } else if (number === frameMagic) {
      yield* frame(magic, input)
    } else {
      throw damaged('a frame does not start with its mark')
    }
  }
}

async function* frame(magic: Buffer, input: ByteQueue): AsyncGenerator<Uint8Array, void, undefined> {
  const descriptor = await input.must(1)
  const flags = descriptor[0] as number
  const singleSegment = (flags & 0x20) !== 0
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][flags >> 6] as number
  const dictionaryIdBytes = [0, 1, 2, 4][flags & 3] as number
  const rest = await input.must((singleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes)
  if (windowBytes(rest, singleSegment, dictionaryIdBytes, contentSizeBytes) > BigInt(zstdWindowBytesMax)) {
    throw damaged(`a window of more than ${zstdWindowBytesMax} bytes`)
  }
  const out: Uint8Array[] = []
  const decoder = new Decompress((piece) => void (piece.length > 0 && out.push(piece)))
  const push = (data: Uint8Array, final: boolean): void => {
    try {
      decoder.push(data, final)
    } catch (thrown) {
      throw damaged(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
  push(Buffer.concat([magic, descriptor, rest]), false)
  for (let last = false; !last; ) {
    const header = await input.must(3)
    const bits = header.readUIntLE(0, 3)
    last = (bits & 1) === 1
    const size = bits >> 3
    if (size > blockBytesMax) throw damaged('a block is too large')
    const body = await input.must(((bits >> 1) & 3) === 1 ? 1 : size)
    const checksum = last && (flags & 4) !== 0 ? await input.must(4) : Buffer.alloc(0)
    push(Buffer.concat([header, body, checksum]), last)
    // The decoder goes on using what it gave for its window, but not past the next piece.
    for (const piece of out.splice(0)) yield Uint8Array.from(piece)
  }
}

function windowBytes(rest: Buffer, singleSegment: boolean, dictionaryIdBytes: number, contentSizeBytes: number): bigint {
  if (!singleSegment) {
    const byte = rest[0] as number
    const base = 1n << BigInt(10 + (byte >> 3))
    return base + (base / 8n) * BigInt(byte & 7)
  }
  if (contentSizeBytes === 8) return rest.readBigUInt64LE(dictionaryIdBytes)
  return BigInt(rest.readUIntLE(dictionaryIdBytes, contentSizeBytes))
}

function damaged(why: string): TarError {
  return new TarError(`the zstd data is damaged (${why})`)
}

/** Bytes of a stream in pieces of the sizes asked for. */
class ByteQueue {
  private readonly iterator: AsyncIterator<Uint8Array>
  private chunk = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]()
  }

  async must(bytes: number): Promise<Buffer> {
    return (await this.take(bytes, false)) as Buffer
  }

  async take(bytes: number, endAllowed: boolean): Promise<Buffer | undefined> {
    const pieces: Buffer[] = []
    let missing = bytes
    while (missing > 0) {
      if (this.chunk.length === 0 && !(await this.pull())) {
        if (endAllowed && missing === bytes) return undefined
        throw new TarError('the zstd data is cut off')
      }
      const piece = this.chunk.subarray(0, missing)
      this.chunk = this.chunk.subarray(piece.length)
      missing -= piece.length
      pieces.push(piece)
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }

  async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; ) left -= ((await this.must(Math.min(left, 64 * 1024))) as Buffer).length
  }

  private async pull(): Promise<boolean> {
    const { done, value } = await this.iterator.next()
    if (done) return false
    this.chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength) as typeof this.chunk
    return true
  }
}
