import { ErrorKind, kindOf } from '../../../base/errors.js'
import { verb } from '../../command.js'
import { ExitError } from '../../exit-error.js'
import { listTasks, taskFlags } from '../../task-table.js'

export const ps = verb({
  name: 'ps',
  summary: 'List the tasks of one or more services',
  usage: 'SERVICE [SERVICE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: taskFlags,
  async run({ context, args, flags }) {
    const found: string[] = []
    const missing: string[] = []
    for (const ref of args) {
      try {
        found.push((await context.api.services.inspect(ref)).ID ?? ref)
      } catch (thrown) {
        if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
        missing.push(`no such service: ${ref}`)
      }
    }
    if (found.length > 0) await listTasks(context, flags, { service: found })
    if (missing.length > 0) throw new ExitError(1, missing.join('\n'))
  },
})
