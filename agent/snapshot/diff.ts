import { createReadStream, lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs'
import { errnoOf } from '../../src/base/errors.js'
import { getXattr, listXattrs } from '../kernel/xattr.js'
import { unpackDevice } from '../kernel/mknod.js'
import { byteString, osPath, textOf, type ByteString } from './paths.js'
import type { LayerView } from './snapshotter.js'
import { TarType, type TarEntry } from './tar/header.js'
import { encodeHeader, endOfArchive, paddingFor, tarEntry } from './tar/writer.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { opaqueMark, opaqueXattr, whiteoutPrefix } from './tree-writer.js'

/** As `docker diff` numbers them. */
const ChangeKind = { modified: 0, added: 1, deleted: 2 } as const
type ChangeKind = (typeof ChangeKind)[keyof typeof ChangeKind]

export interface Change {
  /** Absolute within the container. */
  path: string
  kind: ChangeKind
}

/** A folder that is being compared: the upper one, and those below that show through at the same place. */
interface Place {
  /** Below the root, '' for the root. */
  path: ByteString
  upper: ByteString
  lowers: ByteString[]
}

/**
 * What a container changed in its file system, ordered by path: the upper folder of its overlay held against
 * the folders below. A folder counts as modified when something in it changed or its own attributes did. Empty
 * files and folders at `mountPoints` (absolute) were made for something to be mounted there, and are left out, as is
 * a link there to the table of mounts.
 */
export async function changesOf(view: LayerView, mountPoints: ReadonlySet<ByteString> = noPaths): Promise<Change[]> {
  const changes = new Map<ByteString, ChangeKind>()
  const slice = new TimeSlice()
  const todo: Place[] = [{ path: '', upper: byteString(view.upper), lowers: view.lowers.map(byteString) }]
  for (let place = todo.pop(); place; place = todo.pop()) {
    const opaque = place.path !== '' && isOpaque(place.upper)
    const names = list(place.upper)
    if (opaque) {
      const kept = new Set(names)
      for (const name of lowerNames(place.lowers)) if (!kept.has(name)) mark(changes, `${place.path}/${name}`, ChangeKind.deleted)
    }
    for (const name of names) {
      const path = `${place.path}/${name}`
      const upper = `${place.upper}/${name}`
      const stat = statOf(upper)
      if (!stat) continue
      const below = lookUp(place.lowers, name)
      if (!below && isMountPoint(path, upper, stat, mountPoints)) continue
      if (isWhiteout(stat)) {
        if (below) mark(changes, path, ChangeKind.deleted)
      } else if (stat.isDirectory()) {
        if (!below?.stat.isDirectory()) mark(changes, path, below ? ChangeKind.modified : ChangeKind.added)
        else if (!sameFolder(stat, below.stat)) mark(changes, path, ChangeKind.modified)
        todo.push({ path, upper, lowers: below?.folders ?? [] })
      } else {
        mark(changes, path, below ? ChangeKind.modified : ChangeKind.added)
      }
      const pause = slice.pause()
      if (pause) await pause
    }
  }
  return [...changes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, kind]) => ({ path: textOf(path), kind }))
}

const noPaths: ReadonlySet<ByteString> = new Set()

/** Where a container's `/etc/mtab` leads. */
export const mountTable = '/proc/mounts'

function isMountPoint(path: ByteString, full: ByteString, stat: BigIntStats, mountPoints: ReadonlySet<ByteString>): boolean {
  if (!mountPoints.has(path)) return false
  if (stat.isDirectory()) return list(full).length === 0
  return stat.isSymbolicLink() ? readlinkSync(osPath(full), 'latin1') === mountTable : stat.isFile() && stat.size === 0n
}

/** Notes a change, and that every folder above it changed. */
function mark(changes: Map<ByteString, ChangeKind>, path: ByteString, kind: ChangeKind): void {
  if (kind !== ChangeKind.modified || !changes.has(path)) changes.set(path, kind)
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    const above = path.slice(0, at)
    if (changes.has(above)) return
    changes.set(above, ChangeKind.modified)
  }
}

/**
 * The archive of a container's changes, as a layer of an image: the upper folder of its overlay, with
 * overlayfs's marks turned into whiteouts. Names are sorted, so the same changes give the same archive.
 * `mountPoints` are left out as `changesOf` does.
 */
export async function* layerOf(upper: string, mountPoints: ReadonlySet<ByteString> = noPaths): AsyncGenerator<Buffer, void, undefined> {
  const root = byteString(upper)
  const linked = new Map<string, ByteString>()
  const slice = new TimeSlice()
  const todo: ByteString[] = list(root).sort().reverse()
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    const pause = slice.pause()
    if (pause) await pause
    const full = `${root}/${path}`
    const stat = statOf(full)
    if (!stat) continue
    if (isWhiteout(stat)) {
      const slash = path.lastIndexOf('/') + 1
      yield encodeHeader(tarEntry({ name: `${path.slice(0, slash)}${whiteoutPrefix}${path.slice(slash)}`, mode: 0o600 }))
      continue
    }
    if (isMountPoint(`/${path}`, full, stat, mountPoints)) continue
    const entry = entryOf(path, full, stat)
    if (!entry) continue
    const first = stat.nlink > 1n && entry.type !== TarType.directory ? linked.get(`${stat.dev}:${stat.ino}`) : undefined
    if (first !== undefined) {
      yield encodeHeader({ ...entry, type: TarType.link, linkName: first, size: 0, xattrs: new Map() })
      continue
    }
    if (stat.nlink > 1n && entry.type !== TarType.directory) linked.set(`${stat.dev}:${stat.ino}`, path)
    yield encodeHeader(entry)
    if (entry.type === TarType.file) yield* contentOf(full, entry.size)
    if (entry.type === TarType.directory) {
      if (isOpaque(full)) yield encodeHeader(tarEntry({ name: `${path}/${opaqueMark}`, mode: 0o600 }))
      todo.push(...list(full).sort().reverse().map((name) => `${path}/${name}`))
    }
  }
  yield endOfArchive()
}

/** A file may grow or shrink under a running container: the header's size is what is written. */
async function* contentOf(path: ByteString, size: number): AsyncGenerator<Buffer, void, undefined> {
  let left = size
  if (size > 0) {
    for await (const piece of createReadStream(osPath(path), { end: size - 1, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      left -= piece.length
      yield piece
    }
  }
  for (; left > 0; left -= 64 * 1024) yield Buffer.alloc(Math.min(left, 64 * 1024))
  yield paddingFor(size)
}

/** The header of what is at `full`, under the name `path`. Undefined for a socket, which no archive holds. */
export function entryOf(path: ByteString, full: ByteString, stat: BigIntStats): TarEntry | undefined {
  const type = typeOf(stat)
  if (type === undefined) return undefined
  const isDevice = type === TarType.character || type === TarType.block
  return {
    name: path,
    linkName: type === TarType.symlink ? readlinkSync(osPath(full), 'buffer').toString('latin1') : '',
    type,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: type === TarType.file ? Number(stat.size) : 0,
    mtimeSeconds: Number(stat.mtimeNs / 1_000_000_000n),
    device: isDevice ? unpackDevice(Number(stat.rdev)) : { major: 0, minor: 0 },
    xattrs: xattrsOf(full),
  }
}

function typeOf(stat: BigIntStats): TarType | undefined {
  if (stat.isFile()) return TarType.file
  if (stat.isDirectory()) return TarType.directory
  if (stat.isSymbolicLink()) return TarType.symlink
  if (stat.isCharacterDevice()) return TarType.character
  if (stat.isBlockDevice()) return TarType.block
  return stat.isFIFO() ? TarType.fifo : undefined
}

function xattrsOf(full: ByteString): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const name of listXattrs(osPath(full))) {
    // Capabilities and what users set belong to the file; the rest belongs to this host.
    if (name !== 'security.capability' && !name.startsWith('user.')) continue
    const value = getXattr(osPath(full), name)
    if (value) found.set(name, value)
  }
  return found
}

/** What the folders below show under this name: the first that has it decides. */
function lookUp(lowers: ByteString[], name: ByteString): { stat: BigIntStats; folders: ByteString[] } | undefined {
  let top: BigIntStats | undefined
  const folders: ByteString[] = []
  for (const lower of lowers) {
    const path = `${lower}/${name}`
    const stat = statOf(path)
    if (!stat) continue
    if (isWhiteout(stat) || (top && !stat.isDirectory())) break
    top ??= stat
    if (!stat.isDirectory()) break
    folders.push(path)
    if (isOpaque(path)) break
  }
  return top && { stat: top, folders }
}

function lowerNames(lowers: ByteString[]): Set<ByteString> {
  const names = new Set(lowers.flatMap(list))
  for (const name of [...names]) if (!lookUp(lowers, name)) names.delete(name)
  return names
}

/** The time is left out: overlayfs keeps the upper folder's, which a change inside moves. */
function sameFolder(a: BigIntStats, b: BigIntStats): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid
}

function isWhiteout(stat: BigIntStats): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0n
}

function isOpaque(path: ByteString): boolean {
  return getXattr(osPath(path), opaqueXattr)?.toString() === 'y'
}

function statOf(path: ByteString): BigIntStats | undefined {
  try {
    return lstatSync(osPath(path), { bigint: true, throwIfNoEntry: false })
  } catch (thrown) {
    // A component above is no folder: nothing of that name is there.
    if (errnoOf(thrown) === 'ENOTDIR') return undefined
    throw thrown
  }
}

function list(path: ByteString): ByteString[] {
  try {
    return readdirSync(osPath(path), 'buffer').map((name) => name.toString('latin1'))
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return []
    throw thrown
  }
}
