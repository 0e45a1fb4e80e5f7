import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { invalid, notFound } from '../../src/base/errors.js'
import type { IdSource } from '../../src/base/id.js'
import { syncFolder } from '../../src/sys/atomic-file.js'
import { hexOf, isDigest, type Digest } from './descriptor.js'

/** Gathered before each write: fewer turns through the thread pool. */
const writeBytes = 1024 * 1024
const readBytes = 1024 * 1024

/** What a blob must be; what is left out is not checked. */
export interface Expected {
  digest?: Digest
  size?: number
  /** More than this is refused while it comes in. */
  bytesMax?: number
}

/** A blob that came in whole and is not part of the store yet. */
export interface Ingested {
  readonly digest: Digest
  readonly size: number
  /** Where its bytes are until `commit`. */
  readonly path: string
  /** Makes its bytes durable; `commit` does it too when it was not done. */
  sync(): Promise<void>
  /** Puts it into the store. */
  commit(): Promise<void>
  /** Removes it; after `commit` it does nothing. */
  discard(): Promise<void>
}

/**
 * Blobs by the digest of their bytes: `<root>/blobs/sha256/<hex>`. A blob appears there by a rename when all
 * of it is on disk and its digest was checked, so what is there is whole.
 */
export class ContentStore {
  private readonly blobs: string
  private readonly incoming: string
  private readonly present = new Map<Digest, number>()
  /** Removals under way: a blob that comes back meanwhile waits for them. */
  private readonly leaving = new Map<Digest, Promise<void>>()

  constructor(
    root: string,
    private readonly ids: IdSource,
  ) {
    this.blobs = join(root, 'blobs', 'sha256')
    this.incoming = join(root, 'ingest')
  }

  /** Makes the folders, drops what came in only in part, and looks what is there. Call it once, first. */
  async recover(): Promise<void> {
    await mkdir(this.blobs, { recursive: true, mode: 0o700 })
    await rm(this.incoming, { recursive: true, force: true })
    await mkdir(this.incoming, { mode: 0o700 })
    for (const name of await readdir(this.blobs)) {
      const digest = `sha256:${name}`
      if (isDigest(digest)) this.present.set(digest, (await stat(join(this.blobs, name))).size)
    }
  }

  has(digest: Digest): boolean {
    return this.present.has(digest)
  }

  /** Bytes of a blob. Throws `notFound`. */
  size(digest: Digest): number {
    const size = this.present.get(digest)
    if (size === undefined) throw notFound(`content ${digest} is not in the store`)
    return size
  }

  /** Bytes that the disk of the store has left for programs. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.incoming)
    return bavail * bsize
  }

  digests(): Digest[] {
    return [...this.present.keys()]
  }

  path(digest: Digest): string {
    return join(this.blobs, hexOf(digest))
  }

  /** A blob's bytes as a stream. Throws `notFound`. */
  read(digest: Digest): Readable {
    this.size(digest)
    return readBlob(this.path(digest))
  }

  /** A small blob as a whole. Throws `notFound`, and `invalid` for one of more than `bytesMax`. */
  async readAll(digest: Digest, bytesMax: number): Promise<Buffer> {
    const size = this.size(digest)
    if (size > bytesMax) throw invalid(`content ${digest} has ${size} bytes, more than the ${bytesMax} that are read`)
    return readFile(this.path(digest))
  }

  /**
   * Takes a blob in. Throws `invalid` when it is not what is expected; nothing of it is kept then, nor when
   * the source fails.
   */
  async ingest(source: AsyncIterable<Uint8Array>, expected: Expected = {}): Promise<Ingested> {
    const path = join(this.incoming, this.ids.hexId().slice(0, 24))
    const file = await open(path, 'wx', 0o600)
    try {
      const { digest, size } = await writeHashed(file, source, Math.min(expected.bytesMax ?? Infinity, expected.size ?? Infinity))
      if (expected.size !== undefined && size !== expected.size) {
        throw invalid(`content is damaged: ${size} bytes instead of ${expected.size} for ${expected.digest ?? 'a blob'}`)
      }
      if (expected.digest !== undefined && digest !== expected.digest) {
        throw invalid(`content is damaged: its digest is ${digest}, expected ${expected.digest}`)
      }
      return new IngestedFile(this, path, digest, size)
    } catch (thrown) {
      await rm(path, { force: true })
      throw thrown
    } finally {
      await file.close()
    }
  }

  /** Takes a small blob in and puts it into the store. */
  async write(data: Uint8Array): Promise<Digest> {
    const ingested = await this.ingest(single(data))
    await ingested.commit()
    return ingested.digest
  }

  /** Removes a blob; one that is not there is as good. */
  async delete(digest: Digest): Promise<void> {
    if (!this.present.delete(digest)) return
    const removal = rm(this.path(digest), { force: true }).finally(() => this.leaving.delete(digest))
    this.leaving.set(digest, removal)
    await removal
  }

  /** For `Ingested` only: moves a whole and durable file into its place. */
  async adopt(path: string, digest: Digest, size: number): Promise<void> {
    await this.leaving.get(digest)
    await rename(path, this.path(digest))
    this.present.set(digest, size)
    await syncFolder(this.blobs)
  }
}

class IngestedFile implements Ingested {
  private synced: Promise<void> | undefined
  private done = false

  constructor(
    private readonly store: ContentStore,
    readonly path: string,
    readonly digest: Digest,
    readonly size: number,
  ) {}

  sync(): Promise<void> {
    this.synced ??= syncFile(this.path)
    return this.synced
  }

  async commit(): Promise<void> {
    if (this.done) return
    await this.sync()
    this.done = true
    await this.store.adopt(this.path, this.digest, this.size)
  }

  async discard(): Promise<void> {
    if (this.done) return
    this.done = true
    await rm(this.path, { force: true })
  }
}

/** A blob's bytes, in large pieces. */
export function readBlob(path: string): Readable {
  return createReadStream(path, { highWaterMark: readBytes })
}

/** On a descriptor of its own: archives of many files would hold too many open otherwise. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function writeHashed(file: FileHandle, source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<{ digest: Digest; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  const flush = async (): Promise<void> => {
    const pieces = pending
    pending = []
    const total = pendingBytes
    pendingBytes = 0
    if (total === 0) return
    const { bytesWritten } = await file.writev(pieces)
    if (bytesWritten === total) return
    // A write that took only a part, as on a nearly full disk: the rest in plain steps, which report why.
    const rest = Buffer.concat(pieces).subarray(bytesWritten)
    for (let at = 0; at < rest.length; ) at += (await file.write(rest, at)).bytesWritten
  }
  for await (const piece of source) {
    size += piece.length
    if (size > bytesMax) throw invalid(`content is damaged or too large: more than ${bytesMax} bytes`)
    hash.update(piece)
    pending.push(piece)
    pendingBytes += piece.length
    if (pendingBytes >= writeBytes) await flush()
  }
  await flush()
  return { digest: `sha256:${hash.digest('hex')}`, size }
}

async function* single(data: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(data)
}
