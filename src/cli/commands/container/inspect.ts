import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { inspectEach } from '../../each.js'
import { inspectFormatHelp, printInspect } from '../../formatter.js'

export const inspect = verb({
  name: 'inspect',
  summary: 'Display detailed information on one or more containers',
  usage: 'CONTAINER [CONTAINER...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {
    format: flag.string(inspectFormatHelp, { short: 'f' }),
    size: flag.bool('Display total file sizes', { short: 's' }),
  },
  run: ({ context, args, flags }) =>
    inspectEach(context, args, (ref) => context.api.containers.inspect(ref, flags.size ? { size: true } : {}), (found) => printInspect(context, found, flags.format)),
})
