import { chmodSync, closeSync, constants, fchmodSync, fchownSync, futimesSync, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, openSync, readlinkSync, symlinkSync, unlinkSync, utimesSync, write, writeSync, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { errnoOf } from '../../src/base/errors.js'
import { makeNode, NodeKind } from '../kernel/mknod.js'
import { openPathOnly } from '../kernel/open-flags.js'
import { setXattr } from '../kernel/xattr.js'
import { osPath, type ByteString } from './paths.js'
import { QuietTree, type TreePaths } from './tree-paths.js'
import { removeTree } from '../../src/sys/remove-tree.js'
import { TarError, TarType, type TarEntry } from './tar/header.js'
import { shown } from './tar/reader.js'
import type { TimeSlice } from '../kernel/time-slice.js'

/** Marks of a layer's archive (OCI image specification, "Whiteouts"). */
export const whiteoutPrefix = '.wh.'
export const opaqueMark = '.wh..wh..opq'
const auFsPrefix = '.wh..wh.'

/** Marks of overlayfs (kernel documentation, "Overlay Filesystem", "whiteouts and opaque directories"). */
export const opaqueXattr = 'trusted.overlay.opaque'
const overlayXattrPrefix = 'trusted.overlay.'

const writeAsync = promisify(write)
const createExclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
/** Content up to this is written on the spot: handing it to a thread takes longer than copying it. */
const inlineWriteBytesMax = 128 * 1024
const symlinksFollowedMax = 40

/** How whiteouts of the archive are treated. */
export const WhiteoutMode = {
  /** Turned into overlayfs's own marks: the folder becomes a layer. */
  overlay: 'overlay',
  /** Files like any other: the folder is a whole root filesystem. */
  plain: 'plain',
} as const
export type WhiteoutMode = (typeof WhiteoutMode)[keyof typeof WhiteoutMode]

/**
 * Makes files of tar entries below one folder, and never outside of it. Each component above an entry is
 * looked at before it is used; symbolic links in between are followed by hand, with the folder as their
 * root, so the kernel never follows one. That is safe as long as nobody else writes into the folder meanwhile, or
 * with paths that hold what was looked at (`SharedTree`).
 *
 * Calls are synchronous (a layer is ten thousand small files, and a thread's round trip each would cost
 * more than the call); the caller's `TimeSlice` keeps the event loop going.
 */
export class TreeWriter {
  /** Folders known to be real ones, by their path below the root ('' is the root). */
  private readonly folders = new Set<ByteString>([''])
  /** Whiteouts made by this archive. */
  private readonly whiteouts = new Set<ByteString>()
  /** Set at the end: making files in a folder changes its time. */
  private readonly folderTimes = new Map<ByteString, number>()
  private readonly paths: TreePaths

  /** Paths are the caller's to dispose of; a root that is given as text is one that nobody else writes to. */
  constructor(
    root: ByteString | TreePaths,
    private readonly mode: WhiteoutMode,
  ) {
    this.paths = typeof root === 'string' ? new QuietTree(root) : root
  }

  /**
   * Makes what the entry says; `content` gives a file's pieces. Throws `TarError` for an entry that leads
   * outside of the root or refers to what is not there.
   */
  async add(entry: TarEntry, content: () => Promise<Buffer | undefined>): Promise<void> {
    const parts = components(entry.name)
    const base = parts.pop()
    if (base === undefined) {
      if (entry.type === TarType.directory) this.finishFolder('', entry)
      return
    }
    if (this.mode === WhiteoutMode.overlay && base.startsWith(whiteoutPrefix)) {
      await this.whiteout(this.parent(parts, entry.name), base, entry.name)
      return
    }
    const parent = this.parent(parts, entry.name)
    const path = parent === '' ? base : `${parent}/${base}`
    try {
      await this.make(path, entry, content)
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENAMETOOLONG') throw new TarError(`${shown(entry.name)}: the path is too long for the file system`)
      throw thrown
    }
  }

  /** What is in the place of an entry of this name, found as `add` would; undefined when nothing is. Throws `TarError` as that. */
  present(name: ByteString): Stats | undefined {
    const parts = components(name)
    const base = parts.pop()
    if (base === undefined) return this.lstat('')
    const parent = this.existingFolder(parts, name)
    return parent === undefined ? undefined : this.lstat(parent === '' ? base : `${parent}/${base}`)
  }

  /** Sets the times of folders. Call it after the last entry. */
  async finish(slice: TimeSlice): Promise<void> {
    for (const [path, seconds] of this.folderTimes) {
      if (path === '' || this.folders.has(path)) utimesSync(this.paths.folder(path), seconds, seconds)
      const pause = slice.pause()
      if (pause) await pause
    }
  }

  private async make(path: ByteString, entry: TarEntry, content: () => Promise<Buffer | undefined>): Promise<void> {
    switch (entry.type) {
      case TarType.file:
        return this.makeFile(path, entry, content)
      case TarType.directory:
        return this.makeFolder(path, entry)
      case TarType.symlink: {
        const target = osPath(entry.linkName)
        await this.replacing(path, () => symlinkSync(target, this.os(path)))
        lchownSync(this.os(path), entry.uid, entry.gid)
        this.setXattrs(path, entry)
        lutimesSync(this.os(path), entry.mtimeSeconds, entry.mtimeSeconds)
        return
      }
      case TarType.link: {
        const target = this.linkTarget(entry)
        if (target === path) return
        await this.replacing(path, () => linkSync(this.os(target), this.os(path)))
        return
      }
      case TarType.character:
      case TarType.block:
      case TarType.fifo: {
        const kind = entry.type === TarType.fifo ? NodeKind.fifo : entry.type === TarType.block ? NodeKind.block : NodeKind.character
        await this.replacing(path, () => makeNode(this.os(path), kind, 0o600, entry.device))
        lchownSync(this.os(path), entry.uid, entry.gid)
        chmodLeaf(this.os(path), entry.mode)
        this.setXattrs(path, entry)
        lutimesSync(this.os(path), entry.mtimeSeconds, entry.mtimeSeconds)
      }
    }
  }

  private async makeFile(path: ByteString, entry: TarEntry, content: () => Promise<Buffer | undefined>): Promise<void> {
    const fd = await this.replacing(path, () => openSync(this.os(path), createExclusive, 0o600))
    try {
      for (let piece = await content(); piece; piece = await content()) {
        for (let written = 0; written < piece.length; ) {
          const left = piece.length - written
          if (left <= inlineWriteBytesMax) written += writeSync(fd, piece, written, left)
          else written += (await writeAsync(fd, piece, written, left, null)).bytesWritten
        }
      }
      fchownSync(fd, entry.uid, entry.gid)
      // After chown, which takes setuid and capabilities away.
      fchmodSync(fd, entry.mode)
      this.setXattrs(path, entry)
      futimesSync(fd, entry.mtimeSeconds, entry.mtimeSeconds)
    } finally {
      closeSync(fd)
    }
  }

  private async makeFolder(path: ByteString, entry: TarEntry): Promise<void> {
    if (!this.isFolder(path)) {
      const hidesLower = this.whiteouts.has(path)
      await this.replacing(path, () => mkdirSync(this.os(path), 0o755))
      this.folders.add(path)
      // Removed below and made anew here: what lower layers have under this name must not shine through.
      if (hidesLower) setXattr(this.os(path), opaqueXattr, 'y')
    }
    this.finishFolder(path, entry)
  }

  private finishFolder(path: ByteString, entry: TarEntry): void {
    const folder = this.paths.folder(path)
    lchownSync(folder, entry.uid, entry.gid)
    chmodSync(folder, entry.mode)
    this.setXattrs(path, entry)
    this.folderTimes.set(path, entry.mtimeSeconds)
  }

  private async whiteout(parent: ByteString, base: ByteString, name: ByteString): Promise<void> {
    if (base === opaqueMark) {
      setXattr(this.os(parent), opaqueXattr, 'y')
      return
    }
    // Left by aufs in old images; they say nothing about files.
    if (base.startsWith(auFsPrefix)) return
    const hidden = base.slice(whiteoutPrefix.length)
    if (hidden === '' || hidden === '.' || hidden === '..') throw new TarError(`${shown(name)} is a whiteout of nothing`)
    const path = parent === '' ? hidden : `${parent}/${hidden}`
    const present = this.lstat(path)
    if (present === undefined) {
      makeNode(this.os(path), NodeKind.character, 0, { major: 0, minor: 0 })
      this.whiteouts.add(path)
    } else if (present.isDirectory()) {
      // A whiteout concerns lower layers only: what this layer put there stays.
      setXattr(this.os(path), opaqueXattr, 'y')
    }
  }

  /** Where a hard link points, below the root. The target must be part of this archive. */
  private linkTarget(entry: TarEntry): ByteString {
    const parts = components(entry.linkName, entry.name)
    const base = parts.pop()
    const parent = base === undefined ? undefined : this.existingFolder(parts, entry.name)
    const path = parent === '' ? base : `${parent}/${base}`
    const present = base === undefined || parent === undefined ? undefined : this.lstat(path as ByteString)
    if (!present || present.isDirectory() || this.whiteouts.has(path as ByteString)) {
      throw new TarError(`the hard link ${shown(entry.name)} points to ${shown(entry.linkName)}, which this layer does not have`)
    }
    return path as ByteString
  }

  /** Does `act`; when something stands in the way, removes that and does it again. */
  private async replacing<T>(path: ByteString, act: () => T): Promise<T> {
    try {
      const result = act()
      this.whiteouts.delete(path)
      return result
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown
    }
    if (this.isFolder(path)) {
      this.paths.forget(path)
      await removeTree(this.os(path))
      for (const known of [...this.folders]) if (known === path || known.startsWith(`${path}/`)) this.folders.delete(known)
      for (const known of [...this.whiteouts]) if (known.startsWith(`${path}/`)) this.whiteouts.delete(known)
    } else {
      unlinkSync(this.os(path))
    }
    this.whiteouts.delete(path)
    return act()
  }

  /** The real folder that holds the entry; made when it is missing. */
  private parent(parts: ByteString[], name: ByteString): ByteString {
    const direct = parts.join('/')
    if (this.folders.has(direct)) return direct
    return this.walk(parts, name, (path) => {
      const hidesLower = this.whiteouts.has(path)
      if (this.lstat(path)) unlinkSync(this.os(path))
      this.whiteouts.delete(path)
      mkdirSync(this.os(path), 0o755)
      chmodSync(this.paths.folder(path), 0o755)
      this.folders.add(path)
      if (hidesLower) setXattr(this.os(path), opaqueXattr, 'y')
      return true
    })!
  }

  private existingFolder(parts: ByteString[], name: ByteString): ByteString | undefined {
    const direct = parts.join('/')
    return this.folders.has(direct) ? direct : this.walk(parts, name, () => false)
  }

  /**
   * Goes down from the root, following symbolic links with the root as `/`. Where there is no folder,
   * `missing` makes one, or says false: then the result is undefined.
   */
  private walk(parts: ByteString[], name: ByteString, missing: (path: ByteString) => boolean): ByteString | undefined {
    let at: ByteString = ''
    let followed = 0
    const todo = [...parts].reverse()
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === '' || part === '.') continue
      if (part === '..') {
        if (at === '') throw outside(name)
        at = at.slice(0, Math.max(0, at.lastIndexOf('/')))
        continue
      }
      const next: ByteString = at === '' ? part : `${at}/${part}`
      const target = this.isFolder(next) ? undefined : this.linkAt(next)
      if (target !== undefined) {
        if (++followed > symlinksFollowedMax) throw new TarError(`${shown(name)}: too many levels of symbolic links`)
        if (target.startsWith('/')) at = ''
        todo.push(...target.split('/').reverse())
        continue
      }
      if (!this.folders.has(next) && !missing(next)) return undefined
      at = next
    }
    return at
  }

  private isFolder(path: ByteString): boolean {
    if (this.folders.has(path)) return true
    if (!this.lstat(path)?.isDirectory()) return false
    this.folders.add(path)
    return true
  }

  private linkAt(path: ByteString): ByteString | undefined {
    if (!this.lstat(path)?.isSymbolicLink()) return undefined
    return readlinkSync(this.os(path), 'buffer').toString('latin1')
  }

  private lstat(path: ByteString): Stats | undefined {
    return lstatSync(this.os(path), { throwIfNoEntry: false })
  }

  private setXattrs(path: ByteString, entry: TarEntry): void {
    for (const [name, value] of entry.xattrs) {
      // An archive must not steer overlayfs (redirects, metadata-only copies).
      if (name.startsWith(overlayXattrPrefix)) continue
      try {
        setXattr(this.os(path), name, value)
      } catch (thrown) {
        const code = errnoOf(thrown)
        // Labels of another host's security module mean nothing here; capabilities do.
        if ((code === 'ENOTSUP' || code === 'EPERM') && name !== 'security.capability') continue
        if (code === 'EINVAL' || code === 'ERANGE' || code === 'E2BIG') throw new TarError(`${shown(entry.name)}: ${shown(name)} is no extended attribute that it can have`)
        throw thrown
      }
    }
  }

  private os(path: ByteString): string | Buffer {
    return this.paths.of(path)
  }
}

/** Of anything but a link, which `chmod` would follow. */
function chmodLeaf(path: string | Buffer, mode: number): void {
  const fd = openSync(path, openPathOnly | constants.O_NOFOLLOW)
  try {
    chmodSync(`/proc/self/fd/${fd}`, mode)
  } finally {
    closeSync(fd)
  }
}

/** The parts of a name. Throws `TarError` for one that is absolute or climbs up. */
function components(path: ByteString, owner = path): ByteString[] {
  if (path.startsWith('/') && owner === path) {
    throw new TarError(`${shown(owner)} is an absolute name; names in a layer are relative to its root`)
  }
  const parts: ByteString[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') throw outside(owner)
    parts.push(part)
  }
  return parts
}

function outside(name: ByteString): TarError {
  return new TarError(`${shown(name)} leads outside of the root filesystem`)
}
