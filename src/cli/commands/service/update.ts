import { invalid } from '../../../base/errors.js'
import type { ServiceSpec } from '../../../model/engine-api/swarm.js'
import type { EngineApi } from '../../../client/engine.js'
import { flag } from '../../../base/flags.js'
import { verb } from '../../command.js'
import { networkAttachment } from './create-spec.js'
import { updateFlags, type UpdateFlagValues } from './flags.js'
import { warnAndFollow } from './follow.js'
import { configReferences, secretReferences } from './references.js'
import { pinImage, sentAuth } from './registry.js'
import { editList, updatedSpec } from './update-spec.js'

/** Flags that may stand beside `--rollback`. */
const besideRollback = new Set(['rollback', 'detach', 'quiet'])

export const update = verb({
  name: 'update',
  summary: 'Update a service',
  usage: 'SERVICE',
  minArgs: 1,
  flags: updateFlags,
  async run({ context, args: [ref = ''], flags, given }) {
    const { api } = context
    const service = await api.services.inspect(ref)
    const id = service.ID ?? ref
    const version = service.Version?.Index ?? 0
    if (flags.rollback) {
      const other = [...given].find((name) => !besideRollback.has(name))
      if (other !== undefined) throw invalid('other flags may not be combined with --rollback')
    }
    const current = (service.Spec ?? {}) as ServiceSpec
    const spec = flags.rollback ? current : await withReferences(api, current, updatedSpec(current, flags, given, context.environment), flags)
    const unpinned = given.has('image') && !flags['no-resolve-image'] ? await pinImage(context, spec) : []
    const auth = await sentAuth(context, spec, flags['with-registry-auth'])
    const { Warnings: warnings } = await api.services.update(id, version, spec, flags.rollback ? { rollback: 'previous' } : auth)
    context.stdout.write(`${ref}\n`)
    await warnAndFollow(context, ref, [...(warnings ?? []), ...unpinned], flags)
  },
})

/** Looks up by name what `--secret-add`, `--config-add`, `--network-add` and `--network-rm` name. */
async function withReferences(api: EngineApi, current: ServiceSpec, spec: ServiceSpec, flags: UpdateFlagValues): Promise<ServiceSpec> {
  const container = spec.TaskTemplate?.ContainerSpec
  if (container) {
    const [secrets, configs] = await Promise.all([secretReferences(api, flags['secret-add']), configReferences(api, flags['config-add'])])
    container.Secrets = editList(container.Secrets, secrets, flags['secret-rm'], (secret) => secret.SecretName ?? '')
    container.Configs = editList(container.Configs, configs, flags['config-rm'], (config) => config.ConfigName ?? '')
  }
  if (flags['network-add'].length + flags['network-rm'].length > 0) {
    // The spec that the daemon keeps names networks by id; the flags by either.
    const added = flags['network-add'].map(networkAttachment)
    const had = current.TaskTemplate?.Networks ?? []
    const refs = new Set([...flags['network-rm'], ...added.map(({ Target: target }) => target), ...had.map(({ Target: target = '' }) => target)])
    const ids = new Map(await Promise.all([...refs].map(async (ref) => [ref, (await api.networks.inspect(ref, { scope: 'swarm' })).Id ?? ref] as const)))
    const idOf = (ref: string): string => ids.get(ref) ?? ref
    const edited = editList(
      had.map((network) => ({ ...network, Target: idOf(network.Target ?? '') })),
      added.map((network) => ({ ...network, Target: idOf(network.Target) })),
      flags['network-rm'].map(idOf),
      (network) => network.Target ?? '',
    )
    spec.TaskTemplate = { ...spec.TaskTemplate, ...(edited && { Networks: edited }) }
  }
  return spec
}

export const rollback = verb({
  name: 'rollback',
  summary: "Revert changes to a service's configuration",
  usage: 'SERVICE',
  minArgs: 1,
  flags: {
    detach: flag.bool('Exit immediately instead of waiting for the service to converge', { short: 'd' }),
    quiet: flag.bool('Suppress progress output', { short: 'q' }),
  },
  async run({ context, args: [ref = ''], flags }) {
    const service = await context.api.services.inspect(ref)
    const id = service.ID ?? ref
    const { Warnings: warnings } = await context.api.services.update(id, service.Version?.Index ?? 0, service.Spec ?? {}, { rollback: 'previous' })
    context.stdout.write(`${ref}\n`)
    await warnAndFollow(context, ref, warnings, flags)
  },
})
