import { errnoOf, StatusError } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { SnapshotMeta } from '../core/message.js'
import type { Disk, DiskFile } from './disk.js'
import type { Sealer, SealingKey } from './encryption.js'
import { decodeRecord, encodeRecord, recordHeaderBytes, recordKey, recordKeyBytes, RecordKind, recordLength, type FileRecord } from './record.js'

/**
 * A snapshot file: `<index>-<term>.snap`, both 16 hexadecimal digits. Records as the log has them: a
 * header (JSON: format, meta, extra), chunks of the state machine, and an end with the length of all
 * chunks, without which the file is not whole.
 */
export interface SnapshotHeader {
  readonly meta: SnapshotMeta
  /** What the owner keeps beside the state machine; JSON values only. */
  readonly extra: unknown
}

const formatVersion = 1
/** Chunks are cut to this length: reading holds one in memory at a time. */
const snapshotChunkBytes = 256 * 1024
/** Writing pauses for the disk and for other work after this much. */
const writeBytes = 1024 * 1024

const hex16 = (value: number): string => value.toString(16).padStart(16, '0')
const pattern = /^([0-9a-f]{16})-([0-9a-f]{16})\.snap$/
const nameOf = (meta: { index: number; term: number }): string => `${hex16(meta.index)}-${hex16(meta.term)}.snap`

export interface SnapshotStoreOptions {
  readonly disk: Disk
  readonly folder: string
  readonly sealer?: Sealer
  readonly log: Logger
}

/** A snapshot that is written and not yet in place. */
export interface IncomingSnapshot {
  readonly header: SnapshotHeader
  readonly file: string
}

/** The folder of snapshot files. */
export class SnapshotStore {
  private counter = 0
  /** What is being written, and the key it is sealed with. */
  private readonly writing = new Map<string, number | undefined>()
  constructor(private readonly options: SnapshotStoreOptions) {}

  /** Removes what a crash left half written. */
  async open(): Promise<void> {
    const { disk, folder } = this.options
    await disk.makeFolder(folder)
    for (const name of await disk.list(folder)) if (name.startsWith('.tmp-')) await disk.remove(`${folder}/${name}`)
  }

  /** The snapshots in place, newest first. */
  async list(): Promise<{ index: number; term: number }[]> {
    const names = (await this.options.disk.list(this.options.folder)).map((name) => pattern.exec(name))
    const found = names.filter((match) => match !== null).map((match) => ({ index: parseInt(match[1] as string, 16), term: parseInt(match[2] as string, 16) }))
    return found.sort((a, b) => b.index - a.index || b.term - a.term)
  }

  /** Writes a snapshot beside the others, synced, under a temporary name. `commit` puts it in place. */
  async write(header: SnapshotHeader, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<IncomingSnapshot> {
    const { disk, folder } = this.options
    const file = `.tmp-${this.counter++}-${nameOf(header.meta)}`
    // One file, one key: another one may be the current one before it is written.
    const key = this.options.sealer?.current
    this.writing.set(file, key?.id)
    try {
      const handle = await disk.open(`${folder}/${file}`, 'create')
      try {
        await this.writeRecords(handle, header, chunks, key)
        await handle.sync()
      } catch (thrown) {
        await handle.close()
        await disk.remove(`${folder}/${file}`)
        throw thrown
      }
      await handle.close()
    } finally {
      this.writing.delete(file)
    }
    return { header, file }
  }

  private async writeRecords(handle: DiskFile, header: SnapshotHeader, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, key: SealingKey | undefined): Promise<void> {
    const name = nameOf(header.meta)
    let position = 0
    let total = 0
    let waiting: Buffer[] = []
    let waitingBytes = 0
    const flush = async (): Promise<void> => {
      const data = Buffer.concat(waiting)
      waiting = []
      waitingBytes = 0
      await handle.write(position - data.length, data)
    }
    const put = (kind: RecordKind, payload: Uint8Array): void => {
      const record = encodeRecord(kind, payload, { file: name, position, synced: 0 }, key)
      position += record.length
      waiting.push(record)
      waitingBytes += record.length
    }
    put(RecordKind.header, Buffer.from(JSON.stringify({ format: formatVersion, ...header })))
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += snapshotChunkBytes) put(RecordKind.chunk, chunk.subarray(at, at + snapshotChunkBytes))
      total += chunk.length
      if (waitingBytes >= writeBytes) await flush()
    }
    const end = Buffer.alloc(8)
    end.writeBigUInt64LE(BigInt(total))
    put(RecordKind.end, end)
    await flush()
  }

  /** Puts a written snapshot in place; after that it survives a crash. */
  async commit(incoming: IncomingSnapshot): Promise<void> {
    const { disk, folder } = this.options
    await disk.rename(`${folder}/${incoming.file}`, `${folder}/${nameOf(incoming.header.meta)}`)
  }

  /** Drops a written snapshot that is not wanted. */
  discard(incoming: IncomingSnapshot): Promise<void> {
    return this.options.disk.remove(`${this.options.folder}/${incoming.file}`)
  }

  /**
   * Opens a snapshot for reading. `chunks` may be read once; `close` must be called. Reading goes on
   * when the file is pruned meanwhile.
   */
  async read(at: { index: number; term: number }): Promise<{ header: SnapshotHeader; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
    const { disk, folder } = this.options
    const name = nameOf(at)
    const handle = await disk.open(`${folder}/${name}`, 'read')
    try {
      const reader = new RecordReader(handle, name, `${folder}/${name}`, this.options.sealer)
      const first = await reader.next()
      if (first.kind !== RecordKind.header) throw reader.damaged('it does not start with a header')
      const { format, meta, extra } = JSON.parse(Buffer.from(first.payload).toString()) as { format: number } & SnapshotHeader
      if (format !== formatVersion) throw reader.damaged(`it has format ${format}, this program reads ${formatVersion}`)
      return { header: { meta, extra }, chunks: chunksOf(reader), close: () => handle.close() }
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
  }

  /** Reads a snapshot through. Throws `internal` naming file and offset when it is damaged. */
  async verify(at: { index: number; term: number }): Promise<SnapshotHeader> {
    const snapshot = await this.read(at)
    try {
      for await (const chunk of snapshot.chunks) void chunk
    } finally {
      await snapshot.close()
    }
    return snapshot.header
  }

  /**
   * What another key than the current one sealed: snapshots in place, and `coming` ones that are being written or
   * wait to be put in place.
   */
  async otherwiseSealed(): Promise<{ inPlace: { index: number; term: number }[]; coming: boolean }> {
    const keyId = this.options.sealer?.current.id
    const inPlace: { index: number; term: number }[] = []
    for (const one of await this.list()) if ((await this.keyOf(nameOf(one))) !== keyId) inPlace.push(one)
    let coming = [...this.writing.values()].some((id) => id !== keyId)
    for (const name of await this.options.disk.list(this.options.folder)) {
      if (name.startsWith('.tmp-') && !this.writing.has(name)) coming ||= (await this.keyOf(name, keyId)) !== keyId
    }
    return { inPlace, coming }
  }

  /** What a file is sealed with; `gone` when there is no such file any more. */
  private async keyOf(name: string, gone?: number): Promise<number | undefined> {
    let handle: DiskFile
    try {
      handle = await this.options.disk.open(`${this.options.folder}/${name}`, 'read')
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return gone
      throw thrown
    }
    try {
      const head = await handle.read(0, recordKeyBytes)
      return recordKey(Buffer.from(head.buffer, head.byteOffset, head.byteLength))
    } finally {
      await handle.close()
    }
  }

  /** Removes snapshots. */
  async remove(all: readonly { index: number; term: number }[]): Promise<void> {
    const { disk, folder } = this.options
    for (const one of all) await disk.remove(`${folder}/${nameOf(one)}`)
    await disk.syncFolder(folder)
  }

  /** Keeps the newest `keep` snapshots. Gives the index of the oldest one kept, 0 for none. */
  async prune(keep: number): Promise<number> {
    const { disk, folder } = this.options
    const all = await this.list()
    for (const old of all.slice(keep)) await disk.remove(`${folder}/${nameOf(old)}`)
    if (all.length > keep) await disk.syncFolder(folder)
    return all.slice(0, keep).at(-1)?.index ?? 0
  }
}

async function* chunksOf(reader: RecordReader): AsyncGenerator<Uint8Array> {
  let total = 0
  for (;;) {
    const record = await reader.next()
    if (record.kind === RecordKind.end) {
      const expected = Number(Buffer.from(record.payload).readBigUInt64LE())
      if (expected !== total) throw reader.damaged(`it holds ${total} bytes instead of ${expected}`)
      return
    }
    if (record.kind !== RecordKind.chunk) throw reader.damaged(`it holds a record of kind ${record.kind}`)
    total += record.payload.length
    yield record.payload
  }
}

class RecordReader {
  private position = 0
  constructor(
    private readonly handle: DiskFile,
    private readonly name: string,
    private readonly path: string,
    private readonly sealer: Sealer | undefined,
  ) {}

  async next(): Promise<FileRecord> {
    const header = await this.fetch(recordHeaderBytes)
    const length = recordLength(header)
    if (length === undefined) throw this.damaged('a bad record')
    const data = await this.fetch(length)
    // The seal is tied to the position in the file: the record is decoded as if the file were in memory.
    const record = decodeRecord(data, 0, this.name, this.sealer, this.position)
    if (!record) throw this.damaged('a bad record')
    this.position += record.end
    return record
  }

  private async fetch(length: number): Promise<Buffer> {
    const bytes = await this.handle.read(this.position, length)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  damaged(why: string): StatusError {
    return new StatusError('internal', `the Raft snapshot ${this.path} is damaged at offset ${this.position} (${why}): remove the file to fall back to the one before, or let this manager join again`)
  }
}
