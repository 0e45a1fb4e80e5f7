import { verb } from '../../command.js'
import { createSpec } from './create-spec.js'
import { createFlags } from './flags.js'
import { warnAndFollow } from './follow.js'
import { configReferences, secretReferences } from './references.js'
import { pinImage, sentAuth } from './registry.js'

export const create = verb({
  name: 'create',
  summary: 'Create a new service',
  usage: 'IMAGE [COMMAND] [ARG...]',
  minArgs: 1,
  maxArgs: Infinity,
  interspersed: false,
  flags: createFlags,
  async run({ context, args: [image = '', ...command], flags, given }) {
    const { api } = context
    const spec = createSpec(flags, given, image, command, context.environment)
    const [secrets, configs] = await Promise.all([secretReferences(api, flags.secret), configReferences(api, flags.config)])
    const container = spec.TaskTemplate?.ContainerSpec
    if (container && secrets.length > 0) container.Secrets = secrets
    if (container && configs.length > 0) container.Configs = configs
    const unpinned = flags['no-resolve-image'] ? [] : await pinImage(context, spec)
    const { ID: id = '', Warnings: warnings } = await api.services.create(spec, await sentAuth(context, spec, flags['with-registry-auth']))
    context.stdout.write(`${id}\n`)
    await warnAndFollow(context, id, [...(warnings ?? []), ...unpinned], flags)
  },
})
