import { ErrorKind, invalid, kindOf, StatusError } from '../../base/errors.js'
import type { FileObjectsClient } from '../../client/file-objects.js'
import type { SwarmService, SwarmServiceSpec } from '../../model/engine-api/extensions.js'
import type { Network } from '../../model/engine-api/network.js'
import type { Config, ConfigSpec, Secret, SecretSpec } from '../../model/engine-api/secret.js'
import { pinImage, sentAuth } from '../commands/service/registry.js'
import type { Context } from '../context.js'
import type { ComposeProject } from './load.js'
import { imageLabel, scoped, stackLabel } from './names.js'
import { dataOf, networksOf, type StackData, type StackNetworks } from './parts.js'
import { networkKeysOf, serviceSpec } from './service.js'

export interface DeployOptions {
  prune: boolean
  resolveImage: 'always' | 'changed' | 'never'
  withRegistryAuth: boolean
}

type Kind = 'secret' | 'config'

/** Filters for what belongs to a stack. */
export function ofStack(stack: string): { label: string[] } {
  return { label: [`${stackLabel}=${stack}`] }
}

/**
 * Brings the cluster to what a Compose file asks for: networks, secrets and configs first, then services by name. Prints
 * each step. Gives the ids of the services. Throws `invalid` for the file, and what the daemon refuses.
 */
export async function deployStack(context: Context, stack: string, { root, folder }: ComposeProject, options: DeployOptions): Promise<string[]> {
  const services = root.at('services').entries()
  const used = new Set(services.flatMap(([, service]) => networkKeysOf(service)))
  const networks = networksOf(root, stack, used)
  const secrets = dataOf(root, 'secrets', stack, folder, context.environment)
  const configs = dataOf(root, 'configs', stack, folder, context.environment)
  const specsWith = (secretIds: ReadonlyMap<string, string>, configIds: ReadonlyMap<string, string>): SwarmServiceSpec[] => {
    const scope = {
      stack,
      folder,
      root,
      environment: context.environment,
      networks: networks.nameOf,
      secrets: withIds(secrets, secretIds),
      configs: withIds(configs, configIds),
    }
    return services.map(([key, service]) => serviceSpec(key, service, scope)).sort((a, b) => ((a.Name ?? '') < (b.Name ?? '') ? -1 : 1))
  }
  // The whole file is read once before anything is made, so that a mistake in it leaves nothing half done.
  const all = (data: StackData): Map<string, string> => new Map([...data.nameOf.values()].map((name) => [name, name]))
  specsWith(all(secrets), all(configs))

  if (options.prune) await prune(context, stack, new Set(services.map(([key]) => scoped(stack, key))))
  await refuseMissingNetworks(context, networks)
  const secretIds = await putData(context, 'secret', secrets)
  const configIds = await putData(context, 'config', configs)
  await createNetworks(context, stack, networks)
  return putServices(context, stack, specsWith(secretIds, configIds), options)
}

function withIds({ nameOf }: StackData, ids: ReadonlyMap<string, string>): Map<string, { name: string; id: string }> {
  return new Map([...nameOf].map(([key, name]) => [key, { name, id: ids.get(name) ?? '' }]))
}

async function prune(context: Context, stack: string, wanted: ReadonlySet<string>): Promise<void> {
  const there = await context.api.services.list({ filters: ofStack(stack) })
  await removeServices(context, there.filter(({ Spec: spec }) => !wanted.has(spec?.Name ?? '')))
}

/** Removes services and tells of each. */
export async function removeServices(context: Context, services: readonly SwarmService[]): Promise<void> {
  for (const { ID: id = '', Spec: spec } of services) {
    context.stderr.write(`Removing service ${spec?.Name ?? id}\n`)
    await context.api.services.remove(id)
  }
}

/** Networks that the file says are there. Those of the hosts (`host`, `none`, `bridge`) are. */
async function refuseMissingNetworks({ api }: Context, { external }: StackNetworks): Promise<void> {
  for (const name of external) {
    if (['host', 'none', 'bridge', 'default'].includes(name)) continue
    let found: Network
    try {
      found = await api.networks.inspect(name, { scope: 'swarm' })
    } catch (thrown) {
      if (kindOf(thrown) !== ErrorKind.notFound) throw thrown
      throw new StatusError(
        ErrorKind.notFound,
        `network "${name}" is declared as external, but could not be found. You need to create a swarm-scoped network before the stack is deployed`,
        { cause: thrown },
      )
    }
    if (found.Scope !== 'swarm') throw invalid(`network "${name}" is declared as external, but it is not in the right scope: "${found.Scope ?? ''}" instead of "swarm"`)
  }
}

async function createNetworks(context: Context, stack: string, { own }: StackNetworks): Promise<void> {
  const { api, stdout } = context
  const there = new Set((await api.networks.list(ofStack(stack))).map(({ Name: name = '' }) => name))
  for (const network of own) {
    const name = network.Name ?? ''
    if (there.has(name)) continue
    stdout.write(`Creating network ${name}\n`)
    await api.networks.create(network)
  }
}

/** Makes or updates secrets or configs, and gives the ids of all that the stack refers to by their names. */
async function putData({ api, stdout }: Context, kind: Kind, { own, nameOf }: StackData): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  const client: FileObjectsClient<Secret | Config, SecretSpec & ConfigSpec> = kind === 'secret' ? api.secrets : api.configs
  const names = [...new Set(nameOf.values())]
  const there = new Map(names.length === 0 ? [] : (await client.list({ name: names })).map((object) => [object.Spec?.Name ?? '', object]))
  const specs = new Map(own.map((spec) => [spec.Name ?? '', spec]))
  for (const name of names) {
    const spec = specs.get(name)
    const present = there.get(name)
    if (present) {
      ids.set(name, present.ID ?? '')
      if (spec) await client.update(present.ID ?? '', present.Version?.Index ?? 0, spec)
    } else if (spec) {
      stdout.write(`Creating ${kind} ${name}\n`)
      ids.set(name, await client.create(spec))
    } else throw new StatusError(ErrorKind.notFound, `${kind} not found: ${name}`)
  }
  return ids
}

async function putServices(context: Context, stack: string, specs: readonly SwarmServiceSpec[], options: DeployOptions): Promise<string[]> {
  const { api, stdout, stderr } = context
  const there = new Map((await api.services.list({ filters: ofStack(stack) })).map((service) => [service.Spec?.Name ?? '', service]))
  const ids: string[] = []
  for (const spec of specs) {
    const name = spec.Name ?? ''
    const present = there.get(name)
    const auth = await sentAuth(context, spec, options.withRegistryAuth)
    if (!present) {
      stdout.write(`Creating service ${name}\n`)
      const unpinned = options.resolveImage === 'never' ? [] : await pinImage(context, spec)
      const { ID: id = '', Warnings: warnings } = await api.services.create(spec, auth)
      for (const warning of [...(warnings ?? []), ...unpinned]) stderr.write(`${warning}\n`)
      ids.push(id)
      continue
    }
    const id = present.ID ?? ''
    stdout.write(`Updating service ${name} (id: ${id})\n`)
    const unpinned = await keepWhatTheFileDoesNotSay(context, spec, present, options)
    const { Warnings: warnings } = await api.services.update(id, present.Version?.Index ?? 0, spec, auth)
    for (const warning of [...(warnings ?? []), ...unpinned]) stderr.write(`${warning}\n`)
    ids.push(id)
  }
  return ids
}

/** Tasks are replaced for what changes only: the digest of an image that is the same, and earlier forced updates, stay. Gives warnings. */
async function keepWhatTheFileDoesNotSay(context: Context, spec: SwarmServiceSpec, present: SwarmService, { resolveImage }: DeployOptions): Promise<string[]> {
  const task = (spec.TaskTemplate ??= {})
  task.ForceUpdate = present.Spec?.TaskTemplate?.ForceUpdate ?? 0
  const changed = present.Spec?.Labels?.[imageLabel] !== spec.Labels?.[imageLabel]
  if (resolveImage === 'always' || (resolveImage === 'changed' && changed)) return pinImage(context, spec)
  if (!changed && task.ContainerSpec) {
    const before = present.Spec?.TaskTemplate
    task.ContainerSpec.Image = before?.ContainerSpec?.Image ?? ''
    if (before?.Placement?.Platforms) task.Placement = { ...task.Placement, Platforms: before.Placement.Platforms }
  }
  return []
}
