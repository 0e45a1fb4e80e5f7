import { ErrorKind, kindOf } from '../../../base/errors.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { ExitError } from '../../exit-error.js'
import { filterValues } from '../../formatter.js'
import { Names } from '../../names.js'
import { printTasks } from '../../task-table.js'

export const ps = verb({
  name: 'ps',
  summary: 'List the tasks of one or more services',
  usage: 'SERVICE [SERVICE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    filter: flag.list('Filter output based on conditions provided', { short: 'f', valueName: 'filter' }),
    format: flag.string('Pretty-print tasks using a Go template'),
    'no-resolve': flag.bool('Do not map IDs to Names'),
    'no-trunc': flag.bool('Do not truncate output'),
    quiet: flag.bool('Only display task IDs', { short: 'q' }),
  },
  async run({ context, args, flags }) {
    const filters = filterValues(flags.filter)
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
    if (found.length > 0) {
      const filter: Record<string, string[]> = { ...filters, service: found }
      if (filters['node'] !== undefined) filter['node'] = await nodeIds(filters['node'])
      const tasks = await context.api.tasks.list(filter)
      await printTasks(context, tasks, new Names(context.api, !flags['no-resolve']), { noTrunc: flags['no-trunc'], quiet: flags.quiet, format: flags.format })
    }
    if (missing.length > 0) throw new ExitError(1, missing.join('\n'))

    async function nodeIds(refs: readonly string[]): Promise<string[]> {
      return Promise.all(refs.map(async (ref) => (ref === 'self' ? ((await context.api.nodes.inspect('self')).ID ?? ref) : ref)))
    }
  },
})
