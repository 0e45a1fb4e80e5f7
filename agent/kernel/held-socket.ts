import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { openPathOnly } from './open-flags.js'

/** A unix socket in a folder that others write to. */
export interface HeldSocket extends Disposable {
  /** Connects to this very socket until it is disposed of. */
  readonly path: string
}

/**
 * Holds the socket at a path, never what a link there points to: whoever may write to the folder could have us speak to
 * any socket of the host. Throws what open(2) does, and an error with the code ECONNREFUSED for anything else than a socket.
 */
export function holdSocket(path: string): HeldSocket {
  const fd = openSync(path, openPathOnly | constants.O_NOFOLLOW)
  if (!fstatSync(fd).isSocket()) {
    closeSync(fd)
    throw Object.assign(new Error(`${path} is not a socket`), { code: 'ECONNREFUSED' })
  }
  return { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) }
}
