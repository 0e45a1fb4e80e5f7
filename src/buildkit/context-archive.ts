import { pack, type Header as WholeHeader, type Pack } from 'tar-stream'
import { invalid, unavailable } from '../base/errors.js'
import type { FileSync, SyncEntry } from './file-sync.js'

type Header = Partial<WholeHeader> & Pick<WholeHeader, 'name'>

const tarTypes = { directory: 'directory', file: 'file', symlink: 'symlink', hardlink: 'link', pipe: 'fifo' } as const

/** Writes a tar of what comes from the client. */
export class ArchiveWriter {
  private constructor(private readonly archive: Pack) {}

  /** The archive that `write` makes, begun when it is read and no faster than that. What `write` throws is thrown to the reader. */
  static async *archive(write: (writer: ArchiveWriter) => Promise<void>): AsyncGenerator<Uint8Array, void, undefined> {
    const archive = pack()
    let failure: Error | undefined
    // A stream that fails while nobody waits for it would end the daemon.
    archive.on('error', (thrown: Error) => (failure ??= thrown))
    const fail = (thrown: unknown): void => {
      failure ??= thrown instanceof Error ? thrown : new Error(String(thrown))
      archive.destroy(failure)
    }
    write(new ArchiveWriter(archive)).then(() => archive.finalize(), fail)
    try {
      for await (const piece of archive as AsyncIterable<Uint8Array>) yield piece
    } catch (thrown) {
      throw failure ?? thrown
    } finally {
      archive.destroy()
    }
    if (failure) throw failure
  }

  /** A file whose bytes are at hand. */
  file(name: string, data: Uint8Array): Promise<void> {
    return this.whole({ name, type: 'file', mode: 0o644, size: data.length, uid: 0, gid: 0, mtime: new Date(0) }, Buffer.from(data))
  }

  /** A file of so many bytes that come. Throws `invalid` when they are others. */
  blob(name: string, size: number, data: AsyncIterable<Uint8Array>): Promise<void> {
    return this.stream({ name, type: 'file', mode: 0o644, size, uid: 0, gid: 0, mtime: new Date(0) }, data)
  }

  /** Everything of a folder of the client's, below `prefix` (empty or with a slash at its end). Files belong to root. */
  async folder(sync: FileSync, entries: readonly SyncEntry[], prefix: string): Promise<number> {
    let bytes = 0
    const files = sync.contents(entries.filter(({ kind }) => kind === 'file'))
    for (const entry of entries) {
      const header = headerOf(entry, prefix)
      if (entry.kind !== 'file') {
        await this.whole(header, Buffer.alloc(0))
        continue
      }
      const { value } = await files.next()
      if (value) await this.stream(header, value.data)
      bytes += entry.size
    }
    await files.return()
    return bytes
  }

  private whole(header: Header, data: Buffer): Promise<void> {
    return this.ended((done) => void this.archive.entry(header, data, done))
  }

  private async stream(header: Header, data: AsyncIterable<Uint8Array>): Promise<void> {
    if (header.size === 0) {
      for await (const piece of data) if (piece.length > 0) throw invalid(`${header.name} is not empty`)
      return this.whole(header, Buffer.alloc(0))
    }
    let finished: (thrown?: Error | null) => void = () => undefined
    const end = this.ended((done) => (finished = done))
    // Looked at below.
    end.catch(() => undefined)
    const entry = this.archive.entry(header, (thrown) => finished(thrown))
    // It may fail while nobody waits for it.
    entry.on('error', (thrown: Error) => finished(thrown))
    let left = header.size ?? 0
    for await (const piece of data) {
      left -= piece.length
      if (left < 0) break
      if (!entry.write(Buffer.from(piece))) await Promise.race([new Promise<void>((resolve) => entry.once('drain', resolve)), end])
    }
    if (left !== 0) throw invalid(`${header.name} has another size than the ${header.size ?? 0} bytes that the client told`)
    entry.end(null)
    await end
  }

  /** Until the callback is called, or the reader has gone. */
  private ended(begin: (done: (thrown?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(unavailable('the build takes no more of its context'))
      const { archive } = this
      archive.once('close', onClose)
      begin((thrown) => {
        archive.off('close', onClose)
        if (thrown) reject(thrown)
        else resolve()
      })
      if (archive.destroyed) onClose()
    })
  }
}

function headerOf({ path, kind, mode, size, modifiedMs, target }: SyncEntry, prefix: string): Header {
  const linkname = kind === 'symlink' ? target : kind === 'hardlink' ? `${prefix}${target}` : undefined
  return { name: `${prefix}${path}${kind === 'directory' ? '/' : ''}`, type: tarTypes[kind], mode, size, uid: 0, gid: 0, mtime: new Date(modifiedMs), ...(linkname !== undefined && { linkname }) }
}
