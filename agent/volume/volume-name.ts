import { invalid } from '../../src/base/errors.js'

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/
/** It becomes the name of a folder. */
const nameLengthMax = 255

/** Throws `invalid` with Docker's words for what cannot be the name of a volume. */
export function checkVolumeName(name: string): void {
  if (name.length === 1) throw invalid('volume name is too short, names should be at least two alphanumeric characters')
  if (!namePattern.test(name)) {
    throw invalid(
      `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    )
  }
  if (name.length > nameLengthMax) throw invalid(`create ${name.slice(0, 20)}...: a volume name has at most ${nameLengthMax} characters`)
}
