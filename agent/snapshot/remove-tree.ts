import type { Dirent } from 'node:fs'
import { readdir, rmdir, unlink } from 'node:fs/promises'
import { errnoOf } from '../../src/base/errors.js'
import { byteString, osPath, type ByteString } from './paths.js'

/**
 * Calls under way at once. Node's own recursive removal starts one for each file of a folder, and their
 * answers, thousands at a time, hold up the event loop.
 */
const atOnce = 32

/** Removes a file or a folder with everything in it; what is gone is as good. Never follows a link. */
export async function removeTree(path: string | Buffer): Promise<void> {
  const root = typeof path === 'string' ? byteString(path) : path.toString('latin1')
  if (await tolerant(unlink(osPath(root)))) return
  await removeFolder(root)
}

async function removeFolder(folder: ByteString): Promise<void> {
  const entries = (await readdir(osPath(folder), { encoding: 'buffer', withFileTypes: true }).catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  })) as unknown as Dirent<Buffer>[]
  const files = entries.filter((entry) => !entry.isDirectory())
  for (let at = 0; at < files.length; at += atOnce) {
    await Promise.all(files.slice(at, at + atOnce).map((entry) => tolerant(unlink(osPath(`${folder}/${entry.name.toString('latin1')}`)))))
  }
  for (const entry of entries) if (entry.isDirectory()) await removeFolder(`${folder}/${entry.name.toString('latin1')}`)
  await tolerant(rmdir(osPath(folder)))
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
