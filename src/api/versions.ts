import { invalid } from '../base/errors.js'

/** A version of the Engine API. All of them share the major number 1. */
export type ApiVersion = `1.${number}`

/** What clients are offered, and what they get when they ask for no version. */
export const apiVersionMax: ApiVersion = '1.51'
/** Clients as old as Docker 1.12 are served. */
export const apiVersionMin: ApiVersion = '1.24'

const minorOf = (version: string): number => Number(version.slice(version.indexOf('.') + 1))

/** True when `version` is `floor` or newer: how handlers keep old answers for old clients. */
export function atLeast(version: ApiVersion, floor: ApiVersion): boolean {
  return minorOf(version) >= minorOf(floor)
}

/** Takes `/v1.41` off the front of a path. Without it the newest version is meant. Throws `invalid` outside the range. */
export function splitVersion(path: string): { version: ApiVersion; path: string } {
  const found = /^\/v(\d+)\.(\d+)(?=\/|$)/.exec(path)
  if (!found) return { version: apiVersionMax, path }
  const asked = `${Number(found[1])}.${Number(found[2])}`
  const rest = path.slice(found[0].length)
  const [major, minor] = [Number(found[1]), Number(found[2])]
  if (major > 1 || (major === 1 && minor > minorOf(apiVersionMax))) {
    throw invalid(`client version ${asked} is too new. Maximum supported API version is ${apiVersionMax}`)
  }
  if (major < 1 || minor < minorOf(apiVersionMin)) {
    throw invalid(
      `client version ${asked} is too old. Minimum supported API version is ${apiVersionMin}, please upgrade your client to a newer version`,
    )
  }
  return { version: `1.${minor}`, path: rest === '' ? '/' : rest }
}
