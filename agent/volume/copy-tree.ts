import { constants, type BigIntStats } from 'node:fs'
import { chmod, copyFile, lchown, link, lstat, lutimes, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises'
import { makeNode, NodeKind, unpackDevice } from '../kernel/mknod.js'
import { getXattr, listXattrs, setXattr } from '../kernel/xattr.js'

const slash = Buffer.from('/')

/**
 * Copies what is in one folder into another with owners, modes, times, hard links, devices and extended
 * attributes, and gives the target folder the attributes of the source. Links are copied, never followed.
 */
export async function copyTree(source: string, target: string): Promise<void> {
  const linked = new Map<string, Buffer>()
  await copyFolder(Buffer.from(source), Buffer.from(target), await lstat(source, { bigint: true }), linked)
}

async function copyFolder(source: Buffer, target: Buffer, stat: BigIntStats, linked: Map<string, Buffer>): Promise<void> {
  for (const name of await readdir(source, 'buffer')) {
    const from = Buffer.concat([source, slash, name])
    const to = Buffer.concat([target, slash, name])
    const entry = await lstat(from, { bigint: true })
    if (entry.isDirectory()) {
      await mkdir(to)
      await copyFolder(from, to, entry, linked)
    } else {
      await copyEntry(from, to, entry, linked)
    }
  }
  await copyAttributes(source, target, stat)
}

async function copyEntry(from: Buffer, to: Buffer, stat: BigIntStats, linked: Map<string, Buffer>): Promise<void> {
  const inode = `${stat.dev}:${stat.ino}`
  const first = stat.nlink > 1n ? linked.get(inode) : undefined
  if (first) return link(first, to)
  if (stat.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE)
  else if (stat.isSymbolicLink()) await symlink(await readlink(from, 'buffer'), to)
  else if (stat.isFIFO()) makeNode(to, NodeKind.fifo, 0o600)
  else if (stat.isCharacterDevice() || stat.isBlockDevice()) {
    makeNode(to, stat.isBlockDevice() ? NodeKind.block : NodeKind.character, 0o600, unpackDevice(Number(stat.rdev)))
  } else return
  if (stat.nlink > 1n) linked.set(inode, to)
  await copyAttributes(from, to, stat)
}

async function copyAttributes(from: Buffer, to: Buffer, stat: BigIntStats): Promise<void> {
  await lchown(to, Number(stat.uid), Number(stat.gid))
  const times = [Number(stat.atimeMs) / 1000, Number(stat.mtimeMs) / 1000] as const
  if (stat.isSymbolicLink()) {
    await lutimes(to, ...times)
    return
  }
  await chmod(to, Number(stat.mode) & 0o7777)
  for (const name of listXattrs(from)) {
    if (name.startsWith('trusted.overlay.')) continue
    const value = getXattr(from, name)
    if (value) setXattr(to, name, value)
  }
  await utimes(to, ...times)
}
