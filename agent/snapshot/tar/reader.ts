import { blockBytes, decodeHeader, decodePax, isZeroBlock, TarError, TarType, type RawHeader, type TarEntry } from './header.js'

/** What a reader accepts; everything over is refused with a sentence. */
export interface TarLimits {
  /** Entries in the archive. */
  entriesMax: number
  /** Bytes of content, all files together. */
  contentBytesMax: number
  /** Bytes of a name or of a link's target. */
  pathBytesMax: number
  /** Bytes of one PAX or long-name header. */
  extendedHeaderBytesMax: number
}

/** Room for every image there is, and an end to those made to fill a disk. */
export const layerLimits: TarLimits = {
  entriesMax: 5_000_000,
  contentBytesMax: 256 * 1024 ** 3,
  pathBytesMax: 4096,
  extendedHeaderBytesMax: 1024 * 1024,
}

/** A name, a link's target, a PAX header of its own and a global one: writers need no more before an entry. */
const headersInRowMax = 16

const emptyXattrs: ReadonlyMap<string, Buffer> = new Map()
const noRecords: ReadonlyMap<string, Buffer> = new Map()
const xattrPrefix = 'SCHILY.xattr.'

/**
 * Reads a tar stream entry by entry, holding one chunk of the source and one header at a time. It is
 * ours because layers need what general readers do not give: names and extended attributes as bytes, and
 * a limit on each header before it is read into memory.
 *
 * Call `next` for an entry, then `read` until undefined for its content (what is left is skipped).
 */
export class TarReader {
  private readonly source: AsyncIterator<Uint8Array>
  private chunk: Buffer = Buffer.alloc(0)
  private at = 0
  private position = 0
  private contentLeft = 0
  private paddingLeft = 0
  private entries = 0
  private contentBytes = 0
  private ended = false
  private globals: Map<string, Buffer> | undefined
  /** Of all that is in `globals`. */
  private globalBytes = 0

  constructor(
    source: AsyncIterable<Uint8Array>,
    private readonly limits: TarLimits = layerLimits,
  ) {
    this.source = source[Symbol.asyncIterator]()
  }

  /** The next entry, or undefined at the end of the archive. Throws `TarError`. */
  async next(): Promise<TarEntry | undefined> {
    await this.skipRest()
    let records: ReadonlyMap<string, Buffer> = noRecords
    let longName: string | undefined
    let longLink: string | undefined
    for (let headers = 0; ; headers++) {
      if (headers > headersInRowMax) throw new TarError(`more than ${headersInRowMax} tar headers belong to one entry`)
      const start = this.position
      const block = this.ended ? undefined : await this.take(blockBytes, true)
      if (!block || isZeroBlock(block)) {
        this.ended = true
        if (records.size > 0 || longName !== undefined) throw new TarError('the tar archive is cut off')
        return undefined
      }
      const raw = decodeHeader(block, start)
      if (raw.type !== undefined) return this.entry(raw, records, longName, longLink)
      switch (raw.flag) {
        case 'x':
          records = decodePax(await this.extended(raw))
          break
        case 'g':
          this.globals = this.withGlobals(await this.extended(raw))
          break
        case 'L':
          longName = untilZero(await this.extended(raw))
          break
        case 'K':
          longLink = untilZero(await this.extended(raw))
          break
        default:
          throw new TarError(`${shown(raw.name)} is of a kind that layers cannot hold (tar type ${JSON.stringify(raw.flag)})`)
      }
    }
  }

  /** The next piece of the current entry's content, valid until the next call; undefined at its end. */
  async read(): Promise<Buffer | undefined> {
    if (this.contentLeft === 0) return undefined
    if (this.at === this.chunk.length && !(await this.pull())) throw new TarError('the tar archive is cut off')
    const piece = this.chunk.subarray(this.at, Math.min(this.chunk.length, this.at + this.contentLeft))
    this.advance(piece.length)
    this.contentLeft -= piece.length
    return piece
  }

  /** The whole content of the current entry. Throws `TarError` when it takes more than `bytesMax`. */
  async readAll(bytesMax: number, name: string): Promise<Buffer> {
    if (this.contentLeft > bytesMax) throw new TarError(`${shown(name)} is larger than ${bytesMax} bytes`)
    const pieces: Buffer[] = []
    for (let piece = await this.read(); piece; piece = await this.read()) pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces)
  }

  /** Reads the source to its end: a digest covers what stands behind the archive too. */
  async drain(): Promise<void> {
    this.at = this.chunk.length
    let trailing = 0
    while (await this.pull()) {
      trailing += this.chunk.length
      this.at = this.chunk.length
      if (trailing > this.limits.contentBytesMax) throw new TarError('the tar archive is followed by too much data')
    }
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.source.return?.()
  }

  /** They hold for the rest of the archive, so their sum is what is limited. */
  private withGlobals(data: Buffer): Map<string, Buffer> {
    const all = this.globals ?? new Map<string, Buffer>()
    // A record of its own: a part would keep the whole header in memory.
    for (const [key, value] of decodePax(data)) {
      const before = all.get(key)
      this.globalBytes += value.length - (before ? before.length : -key.length)
      all.set(key, Buffer.from(value))
    }
    const max = this.limits.extendedHeaderBytesMax
    if (this.globalBytes > max) throw new TarError(`global tar headers of more than ${max} bytes`)
    return all
  }

  private entry(
    raw: RawHeader,
    records: ReadonlyMap<string, Buffer>,
    longName: string | undefined,
    longLink: string | undefined,
  ): TarEntry {
    const record = (key: string): Buffer | undefined => {
      const found = records.get(key) ?? this.globals?.get(key)
      return found?.length === 0 ? undefined : found
    }
    const plain = records.size === 0 && this.globals === undefined
    const type = raw.type as TarType
    const entry: TarEntry = {
      name: plain ? (longName ?? raw.name) : (record('path')?.toString('latin1') ?? longName ?? raw.name),
      linkName: plain ? (longLink ?? raw.linkName) : (record('linkpath')?.toString('latin1') ?? longLink ?? raw.linkName),
      type,
      mode: raw.mode,
      uid: plain ? raw.uid : number(record('uid'), raw.uid),
      gid: plain ? raw.gid : number(record('gid'), raw.gid),
      size: plain ? raw.size : number(record('size'), raw.size),
      mtimeSeconds: clampTime(plain ? raw.mtimeSeconds : number(record('mtime'), raw.mtimeSeconds)),
      device: raw.device,
      xattrs: plain ? emptyXattrs : xattrsOf(records),
    }
    if (!plain) for (const key of records.keys()) if (key.startsWith('GNU.sparse.')) throw sparse(entry.name)
    this.admit(entry)
    return entry
  }

  /** Holds the entry against the limits and readies its content. */
  private admit(entry: TarEntry): void {
    const { limits } = this
    if (++this.entries > limits.entriesMax) throw new TarError(`the archive has more than ${limits.entriesMax} entries`)
    if (entry.name.length > limits.pathBytesMax || entry.linkName.length > limits.pathBytesMax) {
      throw new TarError(`a path of more than ${limits.pathBytesMax} bytes: ${shown(entry.name.slice(0, 60))}...`)
    }
    if (entry.name.includes('\0') || entry.linkName.includes('\0')) throw new TarError(`${shown(entry.name)}: a path with a zero byte`)
    if (entry.size < 0 || !Number.isSafeInteger(entry.size)) throw new TarError(`${shown(entry.name)} has an impossible size`)
    if (![entry.uid, entry.gid].every((id) => Number.isSafeInteger(id) && id >= 0 && id <= 0xffff_fffe)) {
      throw new TarError(`${shown(entry.name)} has an impossible owner`)
    }
    // Links and folders carry a size in archives of some writers, but never content.
    if (entry.type !== TarType.file) entry.size = 0
    this.contentBytes += entry.size
    if (this.contentBytes > limits.contentBytesMax) {
      throw new TarError(`${shown(entry.name)}: the content takes more than ${limits.contentBytesMax} bytes`)
    }
    this.contentLeft = entry.size
    this.paddingLeft = padding(entry.size)
  }

  private async extended(raw: RawHeader): Promise<Buffer> {
    const max = this.limits.extendedHeaderBytesMax
    if (raw.size < 0 || raw.size > max) throw new TarError(`a tar header of ${raw.size} bytes (at most ${max} are read)`)
    const data = Buffer.from((await this.take(raw.size, false)) ?? [])
    await this.skip(padding(raw.size))
    return data
  }

  private async skipRest(): Promise<void> {
    if (this.contentLeft > 0) await this.skip(this.contentLeft)
    if (this.paddingLeft > 0) await this.skip(this.paddingLeft)
    this.contentLeft = 0
    this.paddingLeft = 0
  }

  private async skip(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; ) {
      if (this.at === this.chunk.length && !(await this.pull())) throw new TarError('the tar archive is cut off')
      const step = Math.min(left, this.chunk.length - this.at)
      this.advance(step)
      left -= step
    }
  }

  /** The next `bytes` bytes in one piece; undefined at the end of the source when `endAllowed`. */
  private async take(bytes: number, endAllowed: boolean): Promise<Buffer | undefined> {
    if (this.chunk.length - this.at >= bytes) {
      const piece = this.chunk.subarray(this.at, this.at + bytes)
      this.advance(bytes)
      return piece
    }
    const whole = Buffer.alloc(bytes)
    for (let filled = 0; filled < bytes; ) {
      if (this.at === this.chunk.length && !(await this.pull())) {
        if (endAllowed && filled === 0) return undefined
        throw new TarError(this.position < blockBytes ? 'not a tar archive' : 'the tar archive is cut off')
      }
      const step = this.chunk.copy(whole, filled, this.at, Math.min(this.chunk.length, this.at + bytes - filled))
      this.advance(step)
      filled += step
    }
    return whole
  }

  private advance(bytes: number): void {
    this.at += bytes
    this.position += bytes
  }

  private async pull(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.source.next()
      if (done) return false
      if (value.length === 0) continue
      this.chunk = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      this.at = 0
      return true
    }
  }
}

function padding(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes
}

function number(record: Buffer | undefined, otherwise: number): number {
  if (record === undefined) return otherwise
  const value = Number(record.toString('latin1'))
  if (!Number.isFinite(value)) throw new TarError(`damaged tar header: ${shown(record.toString('latin1', 0, 40))} is not a number`)
  return value
}

/** File systems end at some year; times beyond it are taken as that, as the kernel does. */
function clampTime(seconds: number): number {
  return Math.min(Math.max(seconds, 0), 2 ** 34 - 1)
}

function xattrsOf(records: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> {
  let found: Map<string, Buffer> | undefined
  for (const [key, value] of records) {
    if (key.startsWith(xattrPrefix)) (found ??= new Map()).set(key.slice(xattrPrefix.length), value)
  }
  return found ?? emptyXattrs
}

function untilZero(data: Buffer): string {
  const end = data.indexOf(0)
  return data.toString('latin1', 0, end < 0 ? data.length : end)
}

function sparse(name: string): TarError {
  return new TarError(`${shown(name)} is a sparse file in GNU's format, which layers cannot hold: pack it without --sparse`)
}

/** A name for messages: quoted, as text. */
export function shown(name: string): string {
  return JSON.stringify(Buffer.from(name, 'latin1').toString('utf8'))
}
