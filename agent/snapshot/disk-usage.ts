import { lstatSync, readdirSync, type BigIntStats, type Dirent } from 'node:fs'
import { errnoOf } from '../../src/base/errors.js'
import { byteString, osPath } from './paths.js'
import { TimeSlice } from '../kernel/time-slice.js'

/**
 * Bytes of all files below a folder, each inode once, as `docker ps -s` counts. Files that vanish while it
 * looks, and what lies deeper than a path may be long, are left out.
 */
export async function diskUsage(folder: string): Promise<number> {
  const slice = new TimeSlice()
  const seen = new Set<bigint>()
  const todo = [byteString(folder)]
  let total = 0
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const entry of list(at)) {
      const path = `${at}/${entry.name.toString('latin1')}`
      if (entry.isDirectory()) {
        todo.push(path)
      } else if (entry.isFile()) {
        const stat = statOf(path)
        if (stat && (stat.nlink === 1n || !seen.has(stat.ino))) {
          if (stat.nlink > 1n) seen.add(stat.ino)
          total += Number(stat.size)
        }
      }
      const pause = slice.pause()
      if (pause) await pause
    }
  }
  return total
}

function list(path: string): Dirent<Buffer>[] {
  try {
    return readdirSync(osPath(path), { encoding: 'buffer', withFileTypes: true }) as unknown as Dirent<Buffer>[]
  } catch (thrown) {
    if (isPassedOver(thrown)) return []
    throw thrown
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(osPath(path), { bigint: true })
  } catch (thrown) {
    if (isPassedOver(thrown)) return undefined
    throw thrown
  }
}

/** It is gone, or lies deeper than any path: a container can make such folders. */
function isPassedOver(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errnoOf(thrown) ?? '')
}
