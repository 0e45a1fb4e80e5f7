import { join } from 'node:path'
import { conflict, invalid, kindOf } from '../../../src/base/errors.js'
import { findPlace, HeldFolder, placeBelow, type Place } from '../../snapshot/held-folder.js'
import { byteString, textOf } from '../../snapshot/paths.js'

/** A part of a volume and where it is to be mounted, held until it is. */
export interface VolumePart {
  target: string
  place: Place
}

/**
 * Adds the part of a volume at `subpath`, links taken with the volume as `/`; gives its path on the host. Throws `invalid` when
 * there is none.
 */
export function partOf(parts: VolumePart[], volume: string, subpath: string, target: string): string {
  try {
    const place = placeBelow(volume, subpath)
    parts.push({ target, place })
    return join(volume, textOf(place.path))
  } catch (thrown) {
    if (kindOf(thrown) !== 'notFound') throw thrown
    throw invalid(`cannot access path ${join(volume, subpath)}: no such file or directory`, thrown)
  }
}

/**
 * For a container that the runtime has made and not started: the runtime mounts by path, and who else has the volume may
 * put a link out of it there meanwhile. Throws `conflict` when something else than the parts was mounted.
 */
export function checkParts(parts: readonly VolumePart[], pid: number): void {
  if (parts.length === 0) return
  using root = HeldFolder.open(`/proc/${pid}/root`)
  for (const { target, place } of parts) {
    const mounted = statIn(root, target)
    if (mounted.dev !== place.stat.dev || mounted.ino !== place.stat.ino) throw conflict(`what was to be mounted at ${target} was exchanged for something else meanwhile`)
  }
}

function statIn(root: HeldFolder, path: string): Place['stat'] {
  using place = findPlace({ root, covers: new Map() }, byteString(path), true)
  return place.stat
}
