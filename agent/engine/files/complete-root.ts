import { closeSync, lstatSync, openSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../../../src/base/errors.js'
import { mountTable } from '../../snapshot/diff.js'

/**
 * Puts into a mounted root what programs look for in containers, unless the image has it: `/.dockerenv`, by which
 * they know that they run in one, and `/etc/mtab`, where Java reads the mounts. Neither is a change that the
 * container made (`mountPoints`). Must come before anything runs in the root: nothing changes it meanwhile.
 */
export function completeRoot(rootfs: string): void {
  unlessThere(() => closeSync(openSync(join(rootfs, '.dockerenv'), 'wx', 0o755)))
  const etc = join(rootfs, 'etc')
  // A link could lead out of the root.
  const folder = lstatSync(etc, { throwIfNoEntry: false })
  if (!folder?.isDirectory()) return
  const made = unlessThere(() => symlinkSync(mountTable, join(etc, 'mtab')))
  // The folder's time goes into layers that are made of the root.
  if (made) utimesSync(etc, folder.atime, folder.mtime)
}

function unlessThere(make: () => void): boolean {
  try {
    make()
    return true
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
    return false
  }
}
