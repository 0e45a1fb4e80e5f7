import { createReadStream, lstatSync } from 'node:fs'
import { internal, invalid } from '../../src/base/errors.js'
import type { BuiltFile } from '../../src/model/built-file.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { entryOf } from '../snapshot/diff.js'
import { HeldFolder, findPlace, type Tree } from '../snapshot/held-folder.js'
import { packPlace } from '../snapshot/pack.js'
import { osPath, textOf, type ByteString } from '../snapshot/paths.js'
import { TarType, type TarEntry } from '../snapshot/tar/header.js'
import type { HeldFiles } from './copy-source.js'

/** Each folder on the way is a file held open. */
const foldersDeepMax = 256

const kinds = {
  [TarType.file]: 'file',
  [TarType.link]: 'hardlink',
  [TarType.symlink]: 'symlink',
  [TarType.directory]: 'directory',
  [TarType.character]: 'character',
  [TarType.block]: 'block',
  [TarType.fifo]: 'pipe',
} as const satisfies Record<TarType, BuiltFile['kind']>

/** The files of an image, for one who takes the result of a build without the image. Nothing of it changes meanwhile. */
export class ImageFiles implements AsyncDisposable {
  private readonly tree: Tree
  private disposed = false

  /** Takes `held` over. */
  constructor(
    private readonly held: HeldFiles,
    private readonly signal: AbortSignal,
  ) {
    this.tree = { root: HeldFolder.open(held.root), covers: new Map() }
  }

  /** All files: a folder before what is in it, names in the order of their bytes. Throws `invalid` for a name that is no UTF-8. */
  async *entries(): AsyncGenerator<BuiltFile, void, undefined> {
    const slice = new TimeSlice()
    const linked = new Map<string, ByteString>()
    const levels: { folder: HeldFolder; path: ByteString; names: ByteString[] }[] = [{ folder: this.tree.root, path: '', names: sorted(this.tree.root) }]
    try {
      for (let at = levels.at(-1); at; at = levels.at(-1)) {
        const next = at.names.pop()
        if (next === undefined) {
          const done = levels.pop()
          if (levels.length > 0) done?.folder[Symbol.dispose]()
          continue
        }
        const pause = slice.pause()
        if (pause) await pause
        this.requireOpen()
        const path = at.path === '' ? next : `${at.path}/${next}`
        const full = at.folder.child(next)
        const stat = lstatSync(osPath(full), { bigint: true })
        const entry = entryOf(path, full, stat)
        if (!entry) continue
        if (entry.type === TarType.directory) {
          if (levels.length >= foldersDeepMax) throw invalid(`${textOf(path)} is more than ${foldersDeepMax} folders deep`)
          const folder = at.folder.folder(next)
          levels.push({ folder, path, names: sorted(folder) })
        } else if (stat.nlink > 1n) {
          const key = `${stat.dev}:${stat.ino}`
          const first = linked.get(key)
          if (first === undefined) linked.set(key, path)
          else {
            yield fileOf({ ...entry, type: TarType.link, linkName: first, size: 0 })
            continue
          }
        }
        yield fileOf(entry)
      }
    } finally {
      for (const { folder } of levels.slice(1)) folder[Symbol.dispose]()
    }
  }

  /** The content of a file, by the path that `entries` gave. */
  async *read(path: string): AsyncGenerator<Uint8Array, void, undefined> {
    this.requireOpen()
    using place = findPlace(this.tree, Buffer.from(path).toString('latin1'), false)
    if (place.leaf === undefined || !place.stat.isFile()) throw invalid(`${path} is no file`)
    const file = createReadStream(osPath(place.leaf), { highWaterMark: 256 * 1024 })
    for await (const piece of file as AsyncIterable<Buffer>) {
      this.signal.throwIfAborted()
      yield piece
    }
  }

  /** All files as a tar archive. */
  async *archive(): AsyncGenerator<Uint8Array, void, undefined> {
    this.requireOpen()
    using place = findPlace(this.tree, '/', false)
    for await (const piece of packPlace(this.tree, place, '')) {
      this.signal.throwIfAborted()
      yield piece
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true
    this.tree.root[Symbol.dispose]()
    await this.held[Symbol.asyncDispose]()
  }

  /** The number of a closed descriptor may be another file's. */
  private requireOpen(): void {
    this.signal.throwIfAborted()
    if (this.disposed) throw internal('the files of the image are not held any more')
  }
}

function sorted(folder: HeldFolder): ByteString[] {
  return folder.names().sort().reverse()
}

function fileOf({ name, linkName, type, mode, uid, gid, size, mtimeSeconds, device, xattrs }: TarEntry): BuiltFile {
  return { path: exact(name), kind: kinds[type], mode, uid, gid, size, modifiedMs: mtimeSeconds * 1000, target: exact(linkName), device, xattrs }
}

/** Paths go over the wire as text. */
function exact(path: ByteString): string {
  const text = textOf(path)
  if (Buffer.from(text).toString('latin1') !== path) throw invalid(`the name ${JSON.stringify(text)} is no UTF-8: take the files as an archive (type=tar)`)
  return text
}
