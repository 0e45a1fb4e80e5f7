import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { readInRoot } from '../engine/files/rootfs-path.js'
import { decompressedArchive } from '../image/compression.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { HeldFolder, type Tree } from '../snapshot/held-folder.js'
import { byteString, type ByteString } from '../snapshot/paths.js'
import { TarError, TarType } from '../snapshot/tar/header.js'
import { TarReader } from '../snapshot/tar/reader.js'
import { ContextIndex } from './context-index.js'
import { contextLimits, removeBelow, type BuildFiles } from './file-work.js'
import { IgnoreRules } from './path-pattern.js'

const archiveName = 'context.tar'
const dockerfileBytesMax = 4 * 1024 * 1024
const spoolWriteBytes = 1024 * 1024
/** Text files that are wanted before anything is unpacked are kept while the archive comes in, up to this. */
const keptFilesBytesMax = 8 * 1024 * 1024

/**
 * What the client sent: the files that COPY and ADD take from. The archive goes to disk as it is, with an index of what
 * is in it; it is unpacked when a step needs files, which a build found in the cache never does.
 */
export class BuildContext implements AsyncDisposable {
  private unpacking: Promise<Tree> | undefined
  private tree: Tree | undefined
  /** Left out by `.dockerignore`. */
  private removed: ByteString[] = []

  private constructor(
    private readonly folder: string,
    readonly index: ContextIndex,
    /** Further trees in the same archive, by name: the folders below `prefix`, which the main one is without. */
    readonly named: ReadonlyMap<string, ContextIndex>,
    private readonly prefix: string | undefined,
    private readonly work: Pick<BuildFiles, 'unpackContext'>,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Takes an archive in, compressed or not. Gives the text of the files named in `wanted` too. Throws `invalid` for a
   * damaged archive.
   */
  static async receive(archive: AsyncIterable<Uint8Array>, folder: string, { wanted, prefix, work }: ReceiveOptions, signal: AbortSignal): Promise<Received> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const index = new ContextIndex()
    const names = new Set(wanted.map((name) => byteString(name)))
    const files = new Map<string, string>()
    const slice = new TimeSlice()
    const spool = await open(join(folder, archiveName), 'wx', 0o600)
    try {
      const reader = new TarReader(spooled(await decompressedArchive(archive), spool), contextLimits)
      let keptBytes = 0
      for (let entry = await reader.next(); entry; entry = await reader.next()) {
        signal.throwIfAborted()
        const name = entry.name.replace(/^(\.?\/)+/, '')
        const keep = entry.type === TarType.file && names.has(name) && entry.size <= dockerfileBytesMax && (keptBytes += entry.size) <= keptFilesBytesMax
        if (entry.type === TarType.file && names.has(name) && entry.size > dockerfileBytesMax) throw invalid(`${entry.name} has more than ${dockerfileBytesMax} bytes`)
        const kept: Buffer[] = []
        const hash = createHash('sha256')
        for (let piece = await reader.read(); piece; piece = await reader.read()) {
          hash.update(piece)
          if (keep) kept.push(Buffer.from(piece))
          signal.throwIfAborted()
          const pause = slice.pause()
          if (pause) await pause
        }
        if (keep) files.set(Buffer.from(name, 'latin1').toString('utf8'), Buffer.concat(kept).toString('utf8'))
        index.add(entry, entry.type === TarType.file ? hash.digest('binary') : '')
        const pause = slice.pause()
        if (pause) await pause
      }
      await reader.drain()
      const named = prefix === undefined ? new Map<string, ContextIndex>() : index.takeFolders(byteString(prefix))
      const context = new BuildContext(folder, index, named, prefix, work, signal)
      // A link to a file, say: rare enough to unpack for.
      for (const name of wanted) {
        if (files.has(name) || !isFile(index, name)) continue
        await context.open()
        files.set(name, readInRoot(context.filesFolder(), name))
      }
      return { context, files }
    } catch (thrown) {
      await removeTree(folder)
      if (thrown instanceof TarError) throw invalid(`cannot unpack the build context: ${thrown.message}`, thrown)
      throw thrown
    } finally {
      await spool.close()
    }
  }

  /** Leaves out what the rules of a `.dockerignore` name: Docker's client does it itself, others may not. */
  async ignore(rules: string): Promise<void> {
    if (rules.trim() === '') return
    const lines = rules.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
    const ignored = new IgnoreRules(lines)
    const removed = await this.index.removeIgnored((path) => ignored.ignores(path))
    if (this.tree) await removeBelow(this.filesFolder(), removed, this.signal)
    else this.removed = removed
  }

  /** The files; unpacked at the first call. */
  async open(): Promise<Tree> {
    this.unpacking ??= this.unpack()
    this.tree = await this.unpacking
    return this.tree
  }

  /** The folder of the files, or of a named context's, once they are unpacked. */
  filesFolder(name?: string): string {
    if (name === undefined) return join(this.folder, 'files')
    const folder = join(this.folder, 'named', name)
    if (this.tree && !lstatSync(folder).isDirectory()) throw invalid(`the context ${name} is no folder`)
    return folder
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unpacking?.catch(() => undefined)
    this.tree?.root[Symbol.dispose]()
    await removeTree(this.folder)
  }

  private async unpack(): Promise<Tree> {
    const { folder, prefix, removed } = this
    const files = this.filesFolder()
    const job = { archive: join(folder, archiveName), folder: files, removed, ...(prefix !== undefined && { aside: { name: prefix, folder: join(folder, 'named') } }) }
    try {
      await this.work.unpackContext(job, this.signal)
    } catch (thrown) {
      if (thrown instanceof TarError) throw invalid(`cannot unpack the build context: ${thrown.message}`, thrown)
      throw thrown
    }
    return { root: HeldFolder.open(files), covers: new Map() }
  }
}

/** How an archive is taken in. */
interface ReceiveOptions {
  /** Files whose text is asked for. */
  wanted: readonly string[]
  /** The folder of the archive whose folders are named contexts. */
  prefix?: string
  work: Pick<BuildFiles, 'unpackContext'>
}

interface Received {
  context: BuildContext
  files: ReadonlyMap<string, string>
}

function isFile(index: ContextIndex, name: string): boolean {
  try {
    return index.find(name).length === 1 && !index.isFolder(byteString(name))
  } catch {
    return false
  }
}

/** Writes what passes through to a file, in large pieces. */
async function* spooled(data: AsyncIterable<Uint8Array>, file: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  let pending: Uint8Array[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    const whole = pending.length === 1 ? (pending[0] as Uint8Array) : Buffer.concat(pending)
    pending = []
    bytes = 0
    for (let at = 0; at < whole.length; ) at += (await file.write(whole, at)).bytesWritten
  }
  for await (const piece of data) {
    pending.push(piece)
    bytes += piece.length
    if (bytes >= spoolWriteBytes) await flush()
    yield piece
  }
  if (bytes > 0) await flush()
}
