import { noun, verb } from '../../command.js'
import { forEachArgument } from '../../each.js'
import { create } from './create.js'
import { inspect } from './inspect.js'
import { logs } from './logs.js'
import { ls } from './ls.js'
import { ps } from './ps.js'
import { scale } from './scale.js'
import { rollback, update } from './update.js'

const rm = verb({
  name: 'rm',
  aliases: ['remove'],
  summary: 'Remove one or more services',
  usage: 'SERVICE [SERVICE...]',
  minArgs: 1,
  maxArgs: Infinity,
  flags: {},
  run: ({ context, args }) =>
    forEachArgument(context, args, async (ref) => {
      await context.api.services.remove(ref)
      return ref
    }),
})

export const service = noun('service', 'Manage Swarm services', [create, inspect, logs, ls, ps, rm, rollback, scale, update])
