import { lstat, readdir } from 'node:fs/promises'
import { errnoOf } from '../../src/base/errors.js'

const slash = Buffer.from('/')

/** Bytes of all files below a folder, each inode once. Files that vanish while it looks are left out. */
export async function folderBytes(folder: string): Promise<number> {
  const seen = new Set<string>()
  const todo = [Buffer.from(folder)]
  let total = 0
  for (let at = todo.pop(); at; at = todo.pop()) {
    for (const name of await unlessGone(readdir(at, 'buffer'), [])) {
      const path = Buffer.concat([at, slash, name])
      const stat = await unlessGone(lstat(path), undefined)
      if (stat?.isDirectory()) todo.push(path)
      if (!stat?.isFile()) continue
      const inode = `${stat.dev}:${stat.ino}`
      if (stat.nlink > 1 && seen.has(inode)) continue
      if (stat.nlink > 1) seen.add(inode)
      total += stat.size
    }
  }
  return total
}

async function unlessGone<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return otherwise
    throw thrown
  }
}
