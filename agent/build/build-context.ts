import dockerignore from '@balena/dockerignore'
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { invalid } from '../../src/base/errors.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { readInRoot } from '../engine/rootfs-path.js'
import { decompressed } from '../image/compression.js'
import { readBlob } from '../image/content-store.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { HeldFolder, type Tree } from '../snapshot/held-folder.js'
import { byteString } from '../snapshot/paths.js'
import { TarError, TarType } from '../snapshot/tar/header.js'
import { layerLimits, TarReader } from '../snapshot/tar/reader.js'
import { TreeWriter, WhiteoutMode } from '../snapshot/tree-writer.js'
import { ContextIndex } from './context-index.js'

/** Room for large projects, and an end to those made to fill a disk. */
const contextLimits = { ...layerLimits, entriesMax: 1_000_000, contentBytesMax: 32 * 1024 ** 3 }
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

  private constructor(
    private readonly folder: string,
    readonly index: ContextIndex,
    /** Further trees in the same archive, by name: the folders below `prefix`, which the main one is without. */
    readonly named: ReadonlyMap<string, ContextIndex>,
    private readonly prefix: string | undefined,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Takes an archive in, compressed or not. Gives the text of the files named in `wanted` too. `prefix` is the folder of
   * the archive whose folders are named contexts. Throws `invalid` for a damaged archive.
   */
  static async receive(archive: AsyncIterable<Uint8Array>, folder: string, { wanted, prefix }: { wanted: readonly string[]; prefix?: string }, signal: AbortSignal): Promise<Received> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const index = new ContextIndex()
    const names = new Set(wanted.map((name) => byteString(name)))
    const files = new Map<string, string>()
    const slice = new TimeSlice()
    const spool = await open(join(folder, 'context.tar'), 'wx', 0o600)
    try {
      const reader = new TarReader(spooled((await decompressed(archive)).data, spool), contextLimits)
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
      const context = new BuildContext(folder, index, named, prefix, signal)
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
    const ignored = dockerignore.default().add(lines)
    await this.index.removeIgnored((path) => ignored.ignores(path))
  }

  /** The files; unpacked at the first call. */
  async open(): Promise<Tree> {
    this.unpacking ??= this.unpack()
    this.tree = await this.unpacking
    return this.tree
  }

  /** The folder of the files, or of a named context's, once they are unpacked. */
  filesFolder(name?: string): string {
    const files = join(this.folder, 'files')
    return name === undefined ? files : join(files, this.prefix ?? '', name)
  }

  /** The files of a named context. The caller disposes the tree's root. */
  async openNamed(name: string): Promise<Tree> {
    await this.open()
    return { root: HeldFolder.open(this.filesFolder(name)), covers: new Map() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unpacking?.catch(() => undefined)
    this.tree?.root[Symbol.dispose]()
    await removeTree(this.folder)
  }

  private async unpack(): Promise<Tree> {
    const folder = this.filesFolder()
    mkdirSync(folder, { mode: 0o755 })
    const reader = new TarReader(readBlob(join(this.folder, 'context.tar')), contextLimits)
    const writer = new TreeWriter(folder, WhiteoutMode.plain)
    const slice = new TimeSlice()
    const read = async (): Promise<Buffer | undefined> => {
      this.signal.throwIfAborted()
      const pause = slice.pause()
      if (pause) await pause
      return reader.read()
    }
    try {
      for (let entry = await reader.next(); entry; entry = await reader.next()) {
        if (this.holds(entry.name)) await writer.add(entry, read)
        const pause = slice.pause()
        if (pause) await pause
      }
      await writer.finish(slice)
    } catch (thrown) {
      if (thrown instanceof TarError) throw invalid(`cannot unpack the build context: ${thrown.message}`, thrown)
      throw thrown
    } finally {
      await reader.close()
    }
    return { root: HeldFolder.open(folder), covers: new Map() }
  }

  private holds(name: string): boolean {
    if (this.index.has(name)) return true
    const [prefix, ofContext, ...rest] = name.split('/').filter((part) => part !== '' && part !== '.')
    if (this.prefix === undefined || prefix !== byteString(this.prefix)) return false
    return ofContext === undefined || (this.named.get(ofContext)?.has(rest.join('/')) ?? false)
  }
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
