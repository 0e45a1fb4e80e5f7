import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { timeQuery } from '../../options/time.js'
import { writeOutput } from '../../streams/write-all.js'

export const logs = verb({
  name: 'logs',
  topLevel: 'logs',
  summary: 'Fetch the logs of a container',
  usage: 'CONTAINER',
  minArgs: 1,
  flags: {
    details: flag.bool('Show extra details provided to logs'),
    follow: flag.bool('Follow log output', { short: 'f' }),
    since: flag.string('Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
    tail: flag.string('Number of lines to show from the end of the logs', { short: 'n', default: 'all' }),
    timestamps: flag.bool('Show timestamps', { short: 't' }),
    until: flag.string('Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
  },
  async run({ context, args: [ref = ''], flags }) {
    const { containers } = context.api
    const { Id: id = ref, Config: config = {} } = await containers.inspect(ref)
    const now = context.clock.nowMs()
    const query = {
      stdout: true,
      stderr: true,
      follow: flags.follow,
      timestamps: flags.timestamps,
      tail: flags.tail,
      details: flags.details,
      ...(flags.since !== undefined && { since: timeQuery(flags.since, now) }),
      ...(flags.until !== undefined && { until: timeQuery(flags.until, now) }),
    }
    await writeOutput(context, await containers.logs(id, config.Tty ?? false, query, context.signal))
  },
})
