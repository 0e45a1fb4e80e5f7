import { accessSync, constants } from 'node:fs'
import { invalid } from '../../src/base/errors.js'

/** Where distributions put small init programs. */
const usualPlaces = ['/usr/bin/docker-init', '/usr/bin/tini-static', '/usr/bin/catatonit', '/usr/libexec/podman/catatonit', '/usr/bin/tini']

/** The host's program for `--init`. Throws `invalid` naming the package when there is none. */
export function initProgramPath(configured: string | undefined): string {
  const found = (configured === undefined ? usualPlaces : [configured]).find(isExecutable)
  if (found !== undefined) return found
  throw invalid(
    configured === undefined
      ? 'no init program for --init on this host; install one: apt-get install catatonit (or tini), or set --init-path'
      : `the init program ${configured} cannot be run; install it or correct --init-path`,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
