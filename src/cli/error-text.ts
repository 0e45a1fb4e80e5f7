import { messageOf } from '../base/errors.js'
import { DaemonError } from '../client/http.js'

/** An error as people read it: the daemon's own sentences are marked as such. */
export function errorText(thrown: unknown): string {
  return thrown instanceof DaemonError ? `Error response from daemon: ${thrown.message}` : messageOf(thrown)
}
