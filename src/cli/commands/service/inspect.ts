import { flag } from '../../../base/flags.js'
import { ErrorKind, invalid, kindOf, notFound } from '../../../base/errors.js'
import type { SwarmService } from '../../../model/engine-api/extensions.js'
import { verb } from '../../command.js'
import { inspectEach } from '../../each.js'
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
    const get = (ref: string): Promise<SwarmService> => api.services.inspect(ref, { insertDefaults: pretty }).catch((thrown: unknown) => {
        throw kindOf(thrown) === ErrorKind.notFound ? notFound(`Error: no such service: ${ref}`, thrown) : thrown
      })
    return inspectEach(context, args, get, async (found) => {
      if (!pretty) {
        printInspect(context, found, flags.format)
        return
      }
      const networks = new Map((await api.networks.list()).map((network) => [network.Id ?? '', network.Name ?? '']))
      // Networks that every node has of its own are not listed.
      const attached = found.flatMap(({ Spec: spec }) => [...(spec?.TaskTemplate?.Networks ?? []), ...(spec?.Networks ?? [])])
      for (const { Target: id = '' } of attached) if (!networks.has(id)) networks.set(id, await api.networks.inspect(id).then(({ Name: name = id }) => name, () => id))
      const now = context.clock.nowMs()
      stdout.write(found.map((service) => prettyService(service, networks, now)).join(''))
    })
  },
})
