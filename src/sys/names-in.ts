import { readdirSync } from 'node:fs'
import { errnoOf } from '../base/errors.js'

/** The names in a folder; none when it is not there. Throws the system's error for anything else. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  }
}
