import type { Dirent } from 'node:fs'
import { readdir, rmdir, unlink } from 'node:fs/promises'
import { errnoOf } from '../base/errors.js'

/**
 * Calls under way at once. Node's own recursive removal starts one for each file of a folder, and their
 * answers, thousands at a time, hold up the event loop.
 */
const atOnce = 32
const slash = Buffer.from('/')

/**
 * Removes a file or a folder with everything in it, for trees of any size and names of any bytes; what is
 * gone is as good. Never follows a link.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  const root = typeof path === 'string' ? Buffer.from(path) : path
  if (await tolerant(unlink(root))) return
  await removeFolder(root)
}

async function removeFolder(folder: Buffer): Promise<void> {
  const entries = await list(folder)
  const inside = (entry: Dirent<Buffer>): Buffer => Buffer.concat([folder, slash, entry.name])
  const files = entries.filter((entry) => !entry.isDirectory())
  for (let at = 0; at < files.length; at += atOnce) {
    await Promise.all(files.slice(at, at + atOnce).map((entry) => tolerant(unlink(inside(entry)))))
  }
  for (const entry of entries) if (entry.isDirectory()) await removeFolder(inside(entry))
  await tolerant(rmdir(folder))
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
