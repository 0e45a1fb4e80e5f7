import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, renameSync, type Dirent } from 'node:fs'
import { readdir, rmdir, unlink } from 'node:fs/promises'
import { errnoOf } from '../base/errors.js'

/**
 * Calls under way at once. Node's own recursive removal starts one for each file of a folder, and their
 * answers, thousands at a time, hold up the event loop.
 */
const atOnce = 32

/** Folders held open at once: what lies deeper is moved up first, for a tree may be deeper than any path. */
const deepMax = 64

/**
 * Removes a file or a folder with everything in it, for trees of any size and depth and names of any bytes; what is
 * gone is as good. Never follows a link, also when one is put in the place of a folder meanwhile.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  const root = typeof path === 'string' ? Buffer.from(path) : path
  if (await tolerant(unlink(root))) return
  const fd = openFolder(root)
  if (fd === undefined) return
  try {
    const lift = (folder: Buffer): boolean => movedTo(Buffer.concat([insideOf(fd), Buffer.from(`lifted-${randomBytes(12).toString('hex')}`)]), folder)
    while (await empty(fd, deepMax, lift));
  } finally {
    closeSync(fd)
  }
  await tolerant(rmdir(root))
}

/** Removes what is in a folder. True when some of it was moved up instead. */
async function empty(fd: number, deep: number, lift: (folder: Buffer) => boolean): Promise<boolean> {
  const place = insideOf(fd)
  const inside = ({ name }: Dirent<Buffer>): Buffer => Buffer.concat([place, name])
  const entries = await list(place)
  const files = entries.filter((entry) => !entry.isDirectory())
  for (let at = 0; at < files.length; at += atOnce) {
    await Promise.all(files.slice(at, at + atOnce).map((entry) => tolerant(unlink(inside(entry)))))
  }
  let lifted = false
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    if (deep <= 0 && lift(inside(entry))) {
      lifted = true
      continue
    }
    const below = openFolder(inside(entry))
    if (below === undefined) continue
    try {
      lifted = (await empty(below, deep - 1, lift)) || lifted
    } finally {
      closeSync(below)
    }
    await tolerant(rmdir(inside(entry)))
  }
  return lifted
}

/** False where folders cannot be moved, as those of the layers below in an overlay. */
function movedTo(target: Buffer, folder: Buffer): boolean {
  try {
    renameSync(folder, target)
    return true
  } catch (thrown) {
    if (errnoOf(thrown) === 'EXDEV') return false
    throw thrown
  }
}

/** What is below is named by the descriptor: whatever takes the folder's name meanwhile is not it. */
function insideOf(fd: number): Buffer {
  return Buffer.from(`/proc/self/fd/${fd}/`)
}

/** Undefined for one that is gone. Throws `ELOOP` or `ENOTDIR` when something else took its place. */
function openFolder(path: Buffer): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

async function list(folder: Buffer): Promise<Dirent<Buffer>[]> {
  try {
    return (await readdir(folder, { encoding: 'buffer', withFileTypes: true })) as unknown as Dirent<Buffer>[]
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}

/** True when the call did its work or there was none; false for a folder. */
async function tolerant(work: Promise<void>): Promise<boolean> {
  try {
    await work
    return true
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT') return true
    if (code === 'EISDIR' || code === 'EPERM') return false
    throw thrown
  }
}
