import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf, invalid } from '../../../src/base/errors.js'

/** As many symbolic links as the kernel follows. */
const linksMax = 40
const fileBytesMax = 4 * 1024 * 1024

/**
 * The host's path of a path inside a container's file system: symbolic links are followed as the
 * container would, so none leads out of it. What does not exist is taken as it stands. Throws `invalid`
 * for a loop of links.
 */
export function resolveInRoot(root: string, path: string): string {
  const pending = path.split('/').reverse()
  const resolved: string[] = []
  let links = 0
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      resolved.pop()
      continue
    }
    const target = readLink(join(root, ...resolved, part))
    if (target === undefined) {
      resolved.push(part)
      continue
    }
    if (++links > linksMax) throw invalid(`too many symbolic links in ${path}`)
    if (target.startsWith('/')) resolved.length = 0
    pending.push(...target.split('/').reverse())
  }
  return join(root, ...resolved)
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw thrown
  }
}

/** The text of a file inside a container's file system; empty when there is no such regular file. */
export function readInRoot(root: string, path: string): string {
  let fd: number
  try {
    // Not blocking: an image may hold a FIFO by this name.
    fd = openSync(resolveInRoot(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return ''
    throw thrown
  }
  try {
    const info = fstatSync(fd)
    if (!info.isFile()) return ''
    const buffer = Buffer.alloc(Math.min(info.size, fileBytesMax))
    const read = readSync(fd, buffer, 0, buffer.length, 0)
    return buffer.toString('utf8', 0, read)
  } finally {
    closeSync(fd)
  }
}
