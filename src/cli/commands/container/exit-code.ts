import type { ContainerWaitResponse } from '../../../model/engine-api/container.js'
import type { Context } from '../../context.js'

/** The exit code of a container that ended, 125 when the daemon could not tell. */
export function exitCodeOf(context: Context, { StatusCode: code = 0, Error: error }: ContainerWaitResponse): number {
  if (!error?.Message) return code
  context.stderr.write(`Error waiting for container: ${error.Message}\n`)
  return 125
}
