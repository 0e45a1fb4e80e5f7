import { closeSync, constants, createReadStream, fstatSync, lstatSync, openSync, readSync, type BigIntStats } from 'node:fs'
import { errnoOf, invalid } from '../../src/base/errors.js'
import { entryOf } from './diff.js'
import { HeldFolder, type Place, type Tree } from './held-folder.js'
import { osPath, textOf, type ByteString } from './paths.js'
import { TarType, type TarEntry } from './tar/header.js'
import { encodeHeader, endOfArchive, paddingFor } from './tar/writer.js'
import { TimeSlice } from '../kernel/time-slice.js'

/** Each folder on the way is a file held open. */
const foldersDeepMax = 256
const inlineReadBytesMax = 128 * 1024
/** What is given at a time: a header, a small file and its padding one by one would cost their reader more than the bytes. */
const gatheredBytes = 64 * 1024

interface Level {
  folder: HeldFolder
  /** Absolute within the tree, '' for the root. */
  path: ByteString
  /** The same in the archive. */
  name: ByteString
  names: ByteString[]
}

/**
 * A tar archive of a place and everything below it. The place itself is called `name` there; '' leaves it out and
 * gives what is in it names of their own. Links stay links. What changes meanwhile is taken as it comes: a file
 * has the size that its header says. What `skip` says yes to (a name in the archive) is left out with all below it.
 */
export async function* packPlace(tree: Tree, place: Place, name: ByteString, skip?: (name: ByteString) => boolean): AsyncGenerator<Buffer, void, undefined> {
  let room = Buffer.allocUnsafeSlow(gatheredBytes)
  let used = 0
  for await (const piece of pieces(tree, place, name, skip)) {
    if (used + piece.length > room.length) {
      if (used > 0) yield room.subarray(0, used)
      room = Buffer.allocUnsafeSlow(gatheredBytes)
      used = 0
    }
    if (piece.length > room.length) yield piece
    else used += piece.copy(room, used)
  }
  if (used > 0) yield room.subarray(0, used)
}

async function* pieces(tree: Tree, place: Place, name: ByteString, skip?: (name: ByteString) => boolean): AsyncGenerator<Buffer, void, undefined> {
  const linked = new Map<string, ByteString>()
  const slice = new TimeSlice()
  const levels: Level[] = []
  try {
    if (place.folder) {
      const own = name === '' ? undefined : entryOf(name, place.folder.child('.'), place.stat)
      if (own) yield encodeHeader(own)
      // A descriptor of its own: this one is closed here, the place's by its owner.
      levels.push(level(place.folder.folder('.'), place.path === '/' ? '' : place.path, name))
    } else if (place.leaf !== undefined) {
      yield* packLeaf(name, place.leaf, place.stat, linked)
    }
    for (let at = levels.at(-1); at; at = levels.at(-1)) {
      const next = at.names.pop()
      if (next === undefined) {
        levels.pop()?.folder[Symbol.dispose]()
        continue
      }
      const pause = slice.pause()
      if (pause) await pause
      const path = `${at.path}/${next}`
      const entryName = at.name === '' ? next : at.name.endsWith('/') ? `${at.name}${next}` : `${at.name}/${next}`
      if (skip?.(entryName)) continue
      const cover = tree.covers.get(path)
      const full = cover === undefined ? at.folder.child(next) : Buffer.from(cover).toString('latin1')
      const stat = lstatSync(osPath(full), { bigint: true, throwIfNoEntry: false })
      if (!stat) continue
      if (!stat.isDirectory()) {
        yield* packLeaf(entryName, full, stat, linked)
        continue
      }
      if (levels.length >= foldersDeepMax) throw invalid(`${textOf(path)} is more than ${foldersDeepMax} folders deep`)
      const folder = vanishing(() => (cover === undefined ? at.folder.folder(next) : HeldFolder.open(cover)))
      if (!folder) continue
      levels.push(level(folder, path, entryName))
      const entry = entryOf(entryName, folder.child('.'), lstatSync(folder.child('.'), { bigint: true }))
      if (entry) yield encodeHeader(entry)
    }
    yield endOfArchive()
  } finally {
    for (const { folder } of levels) folder[Symbol.dispose]()
  }
}

function level(folder: HeldFolder, path: ByteString, name: ByteString): Level {
  return { folder, path, name, names: folder.names().sort().reverse() }
}

async function* packLeaf(name: ByteString, full: ByteString, stat: BigIntStats, linked: Map<string, ByteString>): AsyncGenerator<Buffer, void, undefined> {
  const key = `${stat.dev}:${stat.ino}`
  const first = stat.nlink > 1n ? linked.get(key) : undefined
  const entry = vanishing(() => entryOf(name, full, stat))
  if (!entry) return
  if (first !== undefined) {
    yield encodeHeader({ ...entry, type: TarType.link, linkName: first, size: 0, xattrs: new Map() })
    return
  }
  if (entry.type === TarType.file) {
    // Not blocking: it may have become a FIFO.
    const fd = vanishing(() => openSync(osPath(full), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
    if (fd === undefined) return
    yield* packFile(entry, fd)
  } else {
    yield encodeHeader(entry)
  }
  if (stat.nlink > 1n) linked.set(key, name)
}

/** Takes the descriptor over. */
async function* packFile(entry: TarEntry, fd: number): AsyncGenerator<Buffer, void, undefined> {
  let own = true
  try {
    const now = fstatSync(fd)
    if (!now.isFile()) return
    const size = now.size
    yield encodeHeader({ ...entry, size })
    let left = size
    if (size > 0 && size <= inlineReadBytesMax) {
      const whole = Buffer.allocUnsafe(size)
      // It may have become shorter.
      whole.fill(0, readSync(fd, whole, 0, size, 0))
      left = 0
      yield whole
    } else if (size > 0) {
      own = false
      for await (const piece of createReadStream('', { fd, start: 0, end: size - 1, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
        left -= piece.length
        yield piece
      }
    }
    for (; left > 0; left -= 64 * 1024) yield Buffer.alloc(Math.min(left, 64 * 1024))
    yield paddingFor(size)
  } finally {
    if (own) closeSync(fd)
  }
}

/** Undefined for what went away, or became something else, since it was listed. */
function vanishing<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO' || code === 'EINVAL') return undefined
    throw thrown
  }
}
