import { createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalid } from '../../base/errors.js'

/** Throws `invalid` with `what` before the path when a folder is there. */
export function refuseFolder(path: string, what: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) throw invalid(`${what}: "${path}" is a directory`)
}

/** Writes an archive to a file, whole or not at all: half of one must not look like one. `mode` is the new file's. */
export async function writeArchiveFile(path: string, archive: Readable, mode = 0o600): Promise<void> {
  const partial = `${path}.part-${process.pid}`
  try {
    await pipeline(archive, createWriteStream(partial, { mode }))
    renameSync(partial, path)
  } catch (thrown) {
    rmSync(partial, { force: true })
    throw thrown
  }
}
