import dockerignore from '@balena/dockerignore'
import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pack, type Header, type Pack } from 'tar-stream'
import { errnoOf, invalid } from '../../base/errors.js'

/** A folder of the local file system as a part of what is sent. */
export interface ContextPart {
  folder: string
  /** The folder of the archive that it becomes; '' for the root. */
  prefix: string
  /** The text of a `.dockerignore`. */
  ignore: string
  /** Sent whatever is ignored: paths within the folder. */
  always: readonly string[]
}

/** What an entry says of itself. */
type EntryHeader = Partial<Header> & Pick<Header, 'name'>

/** Files smaller than this are read at once. */
const inlineBytesMax = 1024 * 1024

/**
 * The archive of a build's context: folders without what their rules leave out, and files that stand nowhere. Everything
 * belongs to root there, as Docker's clients send it, so that the same files make the same image for everybody.
 * `sent` hears how many bytes of files went.
 */
export function contextArchive(parts: readonly ContextPart[], files: ReadonlyMap<string, string>, sent: (bytes: number) => void = () => undefined): Readable {
  const archive = pack()
  const fill = async (): Promise<void> => {
    for (const [name, text] of files) await put(archive, { name, mode: 0o600, mtime: new Date(0), type: 'file' }, text)
    for (const part of parts) await new Walk(archive, part, sent).folder('')
  }
  fill().then(
    () => archive.finalize(),
    (thrown: unknown) => archive.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))),
  )
  return Readable.from(archive as unknown as AsyncIterable<Uint8Array>, { objectMode: false })
}

/** The lines of a `.dockerignore` that mean something. */
function rulesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
}

class Walk {
  private readonly ignored: { ignores(path: string): boolean }
  /** Folders that are ignored may hold what is not. */
  private readonly exceptions: boolean

  constructor(
    private readonly archive: Pack,
    private readonly part: ContextPart,
    private readonly sent: (bytes: number) => void,
  ) {
    const rules = rulesOf(part.ignore)
    this.exceptions = rules.some((rule) => rule.startsWith('!'))
    this.ignored = dockerignore.default().add([...rules])
  }

  async folder(path: string): Promise<void> {
    const { folder, prefix, always } = this.part
    const full = join(folder, path)
    if (path === '' && prefix !== '') await put(this.archive, { ...common(lstatSync(full), `${prefix}/`), type: 'directory' })
    for (const name of readdirSync(full).sort()) {
      const below = path === '' ? name : `${path}/${name}`
      const stat = lstatSync(join(full, name), { throwIfNoEntry: false })
      if (!stat) continue
      const wanted = always.includes(below) || !this.ignored.ignores(below)
      const leads = always.some((one) => one.startsWith(`${below}/`))
      if (stat.isDirectory()) {
        if (wanted) await put(this.archive, { ...common(stat, this.named(`${below}/`)), type: 'directory' })
        if (wanted || leads || this.exceptions) await this.folder(below)
      } else if (wanted) await this.leaf(below, join(full, name), stat)
    }
  }

  private async leaf(path: string, full: string, stat: Stats): Promise<void> {
    const header = common(stat, this.named(path))
    if (stat.isSymbolicLink()) return put(this.archive, { ...header, type: 'symlink', linkname: readlinkSync(full) })
    if (stat.isFIFO()) return put(this.archive, { ...header, type: 'fifo' })
    // Sockets are nothing that an archive holds; devices are nothing for an image.
    if (!stat.isFile()) return
    this.sent(stat.size)
    try {
      if (stat.size <= inlineBytesMax) await put(this.archive, { ...header, type: 'file' }, readFileSync(full))
      else await putLarge(this.archive, full, { ...header, type: 'file', size: stat.size })
    } catch (thrown) {
      if (errnoOf(thrown) === 'EACCES') throw invalid(`no permission to read from '${full}'`, thrown)
      throw thrown
    }
  }

  private named(path: string): string {
    return this.part.prefix === '' ? path : `${this.part.prefix}/${path}`
  }
}

function common(stat: Stats, name: string): EntryHeader {
  return { name, mode: stat.mode & 0o7777, uid: 0, gid: 0, mtime: stat.mtime }
}

function put(archive: Pack, header: EntryHeader, content: string | Buffer = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, content, (thrown) => (thrown ? reject(thrown) : resolve()))
    if (archive.destroyed) resolve()
  })
}

function putLarge(archive: Pack, path: string, header: EntryHeader & { size: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry(header, (thrown) => (thrown ? reject(thrown) : resolve()))
    const source = createReadStream(path, { end: header.size - 1, highWaterMark: inlineBytesMax })
    source.once('error', (thrown) => archive.destroy(thrown))
    source.pipe(entry as unknown as NodeJS.WritableStream)
  })
}
