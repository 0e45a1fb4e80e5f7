import { invalid } from '../../src/base/errors.js'
import { TarType, TarError } from '../snapshot/tar/header.js'
import { shown, TarReader, type TarLimits } from '../snapshot/tar/reader.js'
import { decompressedArchive } from './compression.js'
import type { ContentStore, Ingested } from './content-store.js'
import type { Digest } from './descriptor.js'

/** An archive of images has few files; each layer in it is held to `layerLimits` when it is unpacked. */
const archiveLimits: TarLimits = {
  entriesMax: 20_000,
  contentBytesMax: 512 * 1024 ** 3,
  pathBytesMax: 4096,
  extendedHeaderBytesMax: 1024 * 1024,
}

const linksFollowedMax = 16

/**
 * The files of an archive of images (`docker save`, OCI layout), taken into the content store's waiting
 * room as they come by: a stream cannot be read twice, and its table of contents often stands at its end.
 * Dispose it: what was not committed is removed.
 */
export class ArchiveFiles implements AsyncDisposable {
  private readonly files = new Map<string, Ingested>()
  /** Old `docker save` writes a layer once and links to it. */
  private readonly links = new Map<string, string>()

  /** Reads the whole archive. Throws `invalid` with a sentence when it is damaged. */
  static async read(source: AsyncIterable<Uint8Array>, content: ContentStore, signal: AbortSignal): Promise<ArchiveFiles> {
    const archive = new ArchiveFiles()
    try {
      await archive.take(new TarReader(await decompressedArchive(source), archiveLimits), content, signal)
      return archive
    } catch (thrown) {
      await archive[Symbol.asyncDispose]()
      if (thrown instanceof TarError) throw invalid(`cannot read the image archive: ${thrown.message}`, thrown)
      throw thrown
    }
  }

  /** A file by its name in the archive; undefined where there is none. */
  get(name: string): Ingested | undefined {
    let at = cleanName(name, name)
    for (let followed = 0; followed <= linksFollowedMax; followed++) {
      const file = this.files.get(at)
      if (file) return file
      const target = this.links.get(at)
      if (target === undefined) return undefined
      at = target
    }
    throw invalid(`the image archive is damaged: ${JSON.stringify(name)} is a loop of links`)
  }

  /** A file that the archive must have. Throws `invalid`. */
  must(name: string): Ingested {
    const file = this.get(name)
    if (!file) throw invalid(`the image archive is damaged: ${JSON.stringify(name)} is missing`)
    return file
  }

  /** A blob of an OCI layout, checked against its digest. Throws `invalid`. */
  blob(digest: Digest): Ingested {
    const file = this.must(`blobs/${digest.replace(':', '/')}`)
    if (file.digest !== digest) {
      throw invalid(`the image archive is damaged: the blob ${digest} has digest ${file.digest}`)
    }
    return file
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.files.values()) await file.discard()
    this.files.clear()
  }

  private async take(reader: TarReader, content: ContentStore, signal: AbortSignal): Promise<void> {
    try {
      for (let entry = await reader.next(); entry; entry = await reader.next()) {
        signal.throwIfAborted()
        const name = cleanName(entry.name, entry.name)
        switch (entry.type) {
          case TarType.directory:
            break
          case TarType.file: {
            const file = await content.ingest(pieces(reader, signal), { size: entry.size })
            await this.files.get(name)?.discard()
            this.files.set(name, file)
            break
          }
          case TarType.symlink:
            this.links.set(name, cleanName(`${name.slice(0, name.lastIndexOf('/') + 1)}${entry.linkName}`, entry.name))
            break
          case TarType.link:
            this.links.set(name, cleanName(entry.linkName, entry.name))
            break
          case TarType.character:
          case TarType.block:
          case TarType.fifo:
            throw new TarError(`${shown(entry.name)} is a device or a pipe, which no image archive holds`)
        }
      }
      await reader.drain()
    } finally {
      await reader.close()
    }
  }
}

async function* pieces(reader: TarReader, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  for (let piece = await reader.read(); piece; piece = await reader.read()) {
    yield piece
    signal.throwIfAborted()
  }
}

/** Without `.` and empty parts, `..` resolved. Throws `TarError` for a name that leaves the archive. */
function cleanName(name: string, owner: string): string {
  if (name.startsWith('/')) throw new TarError(`${shown(owner)} leads outside of the archive`)
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (parts.pop() === undefined) throw new TarError(`${shown(owner)} leads outside of the archive`)
    } else parts.push(part)
  }
  return parts.join('/')
}
