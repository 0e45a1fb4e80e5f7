import { randomBytes } from 'node:crypto'
import { createWriteStream, openSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalid } from '../../base/errors.js'

/** Throws `invalid` with `what` before the path when there is something that an archive cannot take the place of: a folder, a device, a pipe. */
export function refuseIrregular(path: string, what: string): void {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there?.isDirectory()) throw invalid(`${what}: "${path}" is a directory`)
  if (there && !there.isFile()) throw invalid(`${what}: invalid output path: "${path}" must be a directory or a regular file`)
}

/** Writes an archive to a file, whole or not at all: half of one must not look like one. `mode` is the new file's. */
export async function writeArchiveFile(path: string, archive: Readable, mode = 0o600): Promise<void> {
  const partial = `${path}.part-${randomBytes(8).toString('hex')}`
  try {
    // Made here: where others may write too, nobody can have laid a link to another file.
    // And at once: a stream that is still to open its file when the archive breaks off would make it after it was removed.
    const fd = openSync(partial, 'wx', mode)
    await pipeline(archive, createWriteStream(partial, { fd }))
    renameSync(partial, path)
  } catch (thrown) {
    archive.destroy()
    rmSync(partial, { force: true })
    throw thrown
  }
}
