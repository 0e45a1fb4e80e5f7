import { readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../../src/base/errors.js'

/**
 * Removes a small folder of our own (state, bundle) with what is in it; one that is not there is fine. It
 * takes half the system calls of `rmSync`, and every container's end has two of them.
 */
export function removeFolder(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) removeFolder(path)
      else unlinkSync(path)
    }
    rmdirSync(folder)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
  }
}
