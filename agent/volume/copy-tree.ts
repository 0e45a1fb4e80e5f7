import { closeSync, constants, openSync, type BigIntStats } from 'node:fs'
import { chmod, copyFile, lchown, link, lstat, lutimes, mkdir, open, readdir, readlink, rmdir, symlink, unlink, type FileHandle } from 'node:fs/promises'
import { errnoOf } from '../../src/base/errors.js'
import { makeNode, NodeKind, unpackDevice } from '../kernel/mknod.js'
import { openPathOnly } from '../kernel/open-flags.js'
import { getXattr, listXattrs, setXattr } from '../kernel/xattr.js'

const slash = Buffer.from('/')

/**
 * Copies what is in one folder, which nobody changes meanwhile, into another with owners, modes, times, hard links, devices
 * and extended attributes, and gives the target folder the attributes of the source. Links are copied, never followed.
 * Others may write to the target: what they put there first stays, and its folders are held open, so that links of theirs
 * lead nowhere. When the copy fails, what it made is removed; what others put there meanwhile stays, with the folders that it is in.
 */
export async function copyTree(source: string, target: string): Promise<void> {
  const root = await open(target, constants.O_RDONLY | constants.O_DIRECTORY)
  const copy: Copy = { root, made: [], linked: new Map() }
  try {
    await copyFolder(copy, Buffer.from(source), root, [], await lstat(source, { bigint: true }))
  } catch (thrown) {
    await removeMade(copy)
    throw thrown
  } finally {
    await root.close()
  }
}

interface Copy {
  root: FileHandle
  /** What is in the target because of the copy, in the order in which it was made. */
  made: Made[]
  /** Where the first name of a file with several is, by its inode: the names that lead there. */
  linked: Map<string, readonly Buffer[]>
}

interface Made {
  at: readonly Buffer[]
  /** Another inode at the place is of others. */
  inode: bigint
  /** The time that the content of a file was given, once it is whole: another time is of somebody who wrote to it since. */
  modifiedNs?: bigint
}

/** Times are given in seconds, as a number that is not exact. */
const timeErrorNs = 1_000_000n

async function removeMade({ root, made }: Copy): Promise<void> {
  for (const one of made.reverse()) {
    // A folder that is not empty, a place that is gone and the like: of others too, by now.
    await below(root, one.at, async (path) => {
      const present = await lstat(path, { bigint: true })
      if (present.ino !== one.inode) return
      if (present.isDirectory()) return rmdir(path)
      const later = present.mtimeNs - (one.modifiedNs ?? present.mtimeNs)
      if (later > -timeErrorNs && later < timeErrorNs) await unlink(path)
    }).catch(() => undefined)
  }
}

async function copyFolder(copy: Copy, source: Buffer, target: FileHandle, at: readonly Buffer[], stat: BigIntStats): Promise<void> {
  for (const name of await readdir(source, 'buffer')) {
    const from = Buffer.concat([source, slash, name])
    const to = inside(target, name)
    const entry = await lstat(from, { bigint: true })
    await unlessThere(async () => {
      if (!entry.isDirectory()) return copyEntry(copy, from, to, [...at, name], entry)
      await mkdir(to)
      await inFolder(to, async (folder) => {
        note(copy, [...at, name], await folder.stat({ bigint: true }))
        await copyFolder(copy, from, folder, [...at, name], entry)
      })
    })
  }
  await takeAttributes(target, stat)
  copyXattrs(source, inside(target, Buffer.from('.')))
}

async function copyEntry(copy: Copy, from: Buffer, to: Buffer, at: readonly Buffer[], stat: BigIntStats): Promise<void> {
  const inode = `${stat.dev}:${stat.ino}`
  const first = stat.nlink > 1n ? copy.linked.get(inode) : undefined
  if (first) {
    await below(copy.root, first, (present) => link(present, to))
    note(copy, at, await lstat(to, { bigint: true })).modifiedNs = stat.mtimeNs
    return
  }
  if (stat.isFile()) await copyContent(copy, from, to, at, stat)
  else if (stat.isSymbolicLink()) {
    await symlink(await readlink(from, 'buffer'), to)
    note(copy, at, await lstat(to, { bigint: true }))
    await takeOwner(to, stat)
  } else if (stat.isFIFO() || stat.isCharacterDevice() || stat.isBlockDevice()) {
    const kind = stat.isFIFO() ? NodeKind.fifo : stat.isBlockDevice() ? NodeKind.block : NodeKind.character
    makeNode(to, kind, 0o600, unpackDevice(Number(stat.rdev)))
    note(copy, at, await lstat(to, { bigint: true }))
    await takeOwner(to, stat)
    await chmodNode(to, modeOf(stat))
  } else return
  if (stat.nlink > 1n) copy.linked.set(inode, at)
  if (!stat.isSymbolicLink()) copyXattrs(from, to)
}

async function copyContent(copy: Copy, from: Buffer, to: Buffer, at: readonly Buffer[], stat: BigIntStats): Promise<void> {
  const file = await open(to, 'wx', 0o600)
  try {
    const made = note(copy, at, await file.stat({ bigint: true }))
    await copyFile(from, `/proc/self/fd/${file.fd}`, constants.COPYFILE_FICLONE)
    await takeAttributes(file, stat)
    made.modifiedNs = stat.mtimeNs
  } finally {
    await file.close()
  }
}

function note(copy: Copy, at: readonly Buffer[], { ino }: BigIntStats): Made {
  const made: Made = { at, inode: ino }
  copy.made.push(made)
  return made
}

async function takeAttributes(file: FileHandle, stat: BigIntStats): Promise<void> {
  await file.chown(Number(stat.uid), Number(stat.gid))
  await file.chmod(modeOf(stat))
  await file.utimes(...timesOf(stat))
}

async function takeOwner(path: Buffer, stat: BigIntStats): Promise<void> {
  await lchown(path, Number(stat.uid), Number(stat.gid))
  await lutimes(path, ...timesOf(stat))
}

/** Of anything but a link, which `chmod` would follow. */
async function chmodNode(path: Buffer, mode: number): Promise<void> {
  const fd = openSync(path, openPathOnly | constants.O_NOFOLLOW)
  try {
    await chmod(`/proc/self/fd/${fd}`, mode)
  } finally {
    closeSync(fd)
  }
}

function copyXattrs(from: Buffer, to: Buffer): void {
  for (const name of listXattrs(from)) {
    if (name.startsWith('trusted.overlay.')) continue
    const value = getXattr(from, name)
    if (value) setXattr(to, name, value)
  }
}

async function unlessThere(make: () => Promise<void>): Promise<void> {
  try {
    await make()
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
  }
}

const modeOf = (stat: BigIntStats): number => Number(stat.mode) & 0o7777
const timesOf = (stat: BigIntStats): [accessed: number, modified: number] => [Number(stat.atimeMs) / 1000, Number(stat.mtimeMs) / 1000]

/** The path of something in a folder that is held open. */
function inside(folder: FileHandle, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${folder.fd}/`), name])
}

/** Rejects with `ELOOP` or `ENOTDIR` for a link. */
async function inFolder<T>(path: Buffer, act: (folder: FileHandle) => Promise<T>): Promise<T> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    return await act(folder)
  } finally {
    await folder.close()
  }
}

/** What the names lead to from a folder on, one after another. */
function below<T>(folder: FileHandle, [name = Buffer.from('.'), ...rest]: readonly Buffer[], act: (path: Buffer) => Promise<T>): Promise<T> {
  const path = inside(folder, name)
  return rest.length === 0 ? act(path) : inFolder(path, (next) => below(next, rest, act))
}
