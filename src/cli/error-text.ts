import { messageOf } from '../base/errors.js'
import { DaemonError } from '../client/http.js'

/** A command of docker's that a sentence of the daemon names, as in `Use "docker swarm init"`. */
const dockerCommand = /(?<=["'`])docker (?=[a-z])/g

/**
 * An error as people read it: the daemon's own sentences are marked as such. They are Docker's, word for word, for
 * the clients that look for them; the commands in them are called by the name that they have here.
 */
export function errorText(thrown: unknown): string {
  return thrown instanceof DaemonError ? `Error response from daemon: ${thrown.message.replace(dockerCommand, 'skep ')}` : messageOf(thrown)
}
