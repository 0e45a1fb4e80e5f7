import { flag } from '../../../base/flags.js'
import { invalid } from '../../../base/errors.js'
import { verb } from '../../command.js'
import { collectEach } from '../../each.js'
import { inspectFormatHelp, printInspect } from '../../formatter.js'
import { prettyService } from './pretty.js'

export const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more services',
  usage: 'SERVICE [SERVICE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    format: flag.string(inspectFormatHelp, { short: 'f' }),
    pretty: flag.bool('Print the information in a human friendly format'),
  },
  async run({ context, args, flags }) {
    const { api, stdout } = context
    if (flags.pretty && flags.format !== undefined) throw invalid('--format is incompatible with human friendly format')
    const pretty = flags.pretty || flags.format === 'pretty'
    const { found, code } = await collectEach(context, args, (ref) => api.services.inspect(ref, { insertDefaults: pretty }))
    if (!pretty) {
      printInspect(context, found, flags.format)
      return code
    }
    const networks = new Map((await api.networks.list()).map((network) => [network.Id ?? '', network.Name ?? '']))
    const now = context.clock.nowMs()
    stdout.write(found.map((service) => prettyService(service, networks, now)).join('\n'))
    return code
  },
})
