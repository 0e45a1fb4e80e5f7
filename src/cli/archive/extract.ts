import { chmodSync, createWriteStream, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { invalid } from '../../base/errors.js'
import { execOk } from '../../sys/exec.js'

export interface ExtractOptions {
  /** The first part of names is called this in place of what it is in the archive. */
  rename?: { from: string; to: string }
  /** Owners of the archive's, where this user may set them. */
  keepOwners: boolean
}

/**
 * Puts an archive's entries below an existing folder, and nothing outside of it: names that climb up and ways
 * through links that the archive itself brings are refused. Throws `invalid` for
 * such archives, system errors for what cannot be written.
 */
export async function extractFiles(source: Readable, folder: string, options: ExtractOptions): Promise<void> {
  const writer = new EntryWriter(folder, options)
  const archive = extract()
  const feeding = pipeline(source, archive as unknown as NodeJS.WritableStream)
  feeding.catch(() => undefined)
  try {
    for await (const entry of archive) {
      await writer.add(entry.header, entry as unknown as Readable)
      entry.resume()
    }
    await feeding
  } catch (thrown) {
    source.destroy()
    throw thrown
  }
  writer.finish()
}

class EntryWriter {
  private readonly folderTimes = new Map<string, Date>()
  /** Links that this archive brought: no entry goes through them. */
  private readonly links = new Set<string>()

  constructor(
    private readonly root: string,
    private readonly options: ExtractOptions,
  ) {}

  async add(header: Header, content: Readable): Promise<void> {
    const name = this.renamed(cleanName(header.name))
    if (name === '') return
    const path = join(this.root, name)
    this.makeParents(name, header.name)
    const mode = header.mode & 0o7777
    const present = lstatSync(path, { throwIfNoEntry: false })
    if (header.type === 'directory') {
      if (present && !present.isDirectory()) throw invalid(`cannot overwrite non-directory ${JSON.stringify(path)} with directory ${JSON.stringify(header.name)}`)
      if (!present) mkdirSync(path)
      this.own(path, header)
      chmodSync(path, mode)
      this.folderTimes.set(path, header.mtime)
      return
    }
    if (present?.isDirectory()) throw invalid(`cannot overwrite directory ${JSON.stringify(path)} with non-directory ${JSON.stringify(header.name)}`)
    if (present) rmSync(path)
    switch (header.type) {
      case 'file':
      case 'contiguous-file':
        await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
        this.own(path, header)
        chmodSync(path, mode)
        break
      case 'symlink':
        symlinkSync(header.linkname, path)
        this.links.add(path)
        this.own(path, header)
        break
      case 'link': {
        const target = this.renamed(cleanName(header.linkname))
        this.makeParents(target, header.name)
        linkSync(join(this.root, target), path)
        return
      }
      case 'fifo':
        await execOk('mkfifo', ['-m', mode.toString(8), path])
        this.own(path, header)
        break
      case 'character-device':
      case 'block-device':
        await execOk('mknod', ['-m', mode.toString(8), path, header.type === 'block-device' ? 'b' : 'c', String(header.devmajor), String(header.devminor)])
        this.own(path, header)
    }
    lutimesSync(path, header.mtime, header.mtime)
  }

  /** Times of folders, which change while files are put into them. */
  finish(): void {
    for (const [path, time] of this.folderTimes) utimesSync(path, time, time)
  }

  private renamed(name: string): string {
    const { rename } = this.options
    if (!rename) return name
    const [first = '', ...rest] = name.split('/')
    // The root itself is what is renamed when the content of a folder was asked for.
    if (rename.from === '.') return [rename.to, ...(name === '' ? [] : [name])].join('/')
    return first === rename.from ? [rename.to, ...rest].join('/') : name
  }

  private makeParents(name: string, shown: string): void {
    let at = this.root
    for (const part of name.split('/').slice(0, -1)) {
      at = join(at, part)
      if (this.links.has(at)) throw invalid(`${JSON.stringify(shown)} leads through the link ${JSON.stringify(at)}, which is of the same archive`)
      if (!lstatSync(at, { throwIfNoEntry: false })) mkdirSync(at)
    }
  }

  private own(path: string, { uid, gid }: Header): void {
    if (this.options.keepOwners && process.getuid?.() === 0) lchownSync(path, uid, gid)
  }
}

/** Without `.` and empty parts. Throws `invalid` for a name that climbs up. */
function cleanName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw invalid(`${JSON.stringify(name)} leads outside of the archive`)
  return parts.join('/')
}
