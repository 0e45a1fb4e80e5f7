import { invalid } from '../../../base/errors.js'
import type { ServiceSpec } from '../../../model/engine-api/swarm.js'
import { preferLabel, proxyProtocolLabelPrefix } from '../../../model/network-table.js'
import { environmentOf, labelsOf, pairsOf } from '../../options/key-value.js'
import { parseMount } from '../../options/mount.js'
import { parsePublish, parseServicePort, proxyProtocolLabels } from '../../options/port.js'
import { parseUlimit } from '../../options/ulimit.js'
import { splitWords } from '../../options/words.js'
import { applyCommonFlags } from './apply-common.js'
import { genericResource, hostLine, networkAttachment, placementPreference } from './create-spec.js'
import type { UpdateFlagValues } from './flags.js'

/**
 * A copy of the current spec with what the flags of `service update` change. Secrets, configs and
 * networks to remove by name are the caller's, who can look them up.
 */
export function updatedSpec(current: ServiceSpec, flags: UpdateFlagValues, given: ReadonlySet<string>, environment: NodeJS.ProcessEnv): ServiceSpec {
  const spec = structuredClone(current)
  const task = (spec.TaskTemplate ??= {})
  const container = (task.ContainerSpec ??= {})
  applyCommonFlags(spec, flags, given)

  if (flags.image !== undefined) container.Image = flags.image
  if (flags.args !== undefined) container.Args = splitWords(flags.args)
  if (flags.force) task.ForceUpdate = (task.ForceUpdate ?? 0) + 1
  if (flags.replicas !== undefined) {
    if (spec.Mode?.Replicated) spec.Mode.Replicated.Replicas = flags.replicas
    else if (spec.Mode?.ReplicatedJob) spec.Mode.ReplicatedJob.TotalCompletions = flags.replicas
    else throw invalid('replicas can only be used with replicated or replicated-job mode')
  }
  if (flags['max-concurrent'] !== undefined) {
    if (!spec.Mode?.ReplicatedJob) throw invalid('max-concurrent can only be used with replicated-job mode')
    spec.Mode.ReplicatedJob.MaxConcurrent = flags['max-concurrent']
  }

  const addedLabels = { ...labelsOf(flags['label-add']), ...proxyProtocolLabels(flags['publish-add']), ...(flags['prefer-local'] && { [preferLabel]: 'local' }) }
  spec.Labels = editRecord(spec.Labels, addedLabels, [...flags['label-rm'], ...(given.has('prefer-local') ? [preferLabel] : [])])
  container.Labels = editRecord(container.Labels, labelsOf(flags['container-label-add']), flags['container-label-rm'])
  container.Sysctls = editRecord(container.Sysctls, pairsOf(flags['sysctl-add'], 'sysctl'), flags['sysctl-rm'])
  container.Env = editList(container.Env, environmentOf([], flags['env-add'], environment), flags['env-rm'], (item) => item.split('=', 1)[0] as string)
  container.Groups = editList(container.Groups, flags['group-add'], flags['group-rm'], (item) => item)
  container.Hosts = editHosts(container.Hosts, flags['host-add'].map(hostLine), flags['host-rm'])
  container.Mounts = editList(container.Mounts, flags['mount-add'].map(parseMount), flags['mount-rm'], (mount) => mount.Target ?? '')
  container.Ulimits = editList(container.Ulimits, flags['ulimit-add'].map(parseUlimit), flags['ulimit-rm'], (limit) => limit.Name ?? '')
  if (['dns', 'dns-search', 'dns-option'].some((name) => given.has(`${name}-add`) || given.has(`${name}-rm`))) {
    const dns = container.DNSConfig ?? {}
    const self = (item: string): string => item
    container.DNSConfig = {
      Nameservers: editList(dns.Nameservers, flags['dns-add'], flags['dns-rm'], self) ?? [],
      Search: editList(dns.Search, flags['dns-search-add'], flags['dns-search-rm'], self) ?? [],
      Options: editList(dns.Options, flags['dns-option-add'], flags['dns-option-rm'], self) ?? [],
    }
  }
  const placement = { ...task.Placement }
  placement.Constraints = editList(placement.Constraints, flags['constraint-add'], flags['constraint-rm'], (item) => item)
  placement.Preferences = editList(
    placement.Preferences,
    flags['placement-pref-add'].map(placementPreference),
    flags['placement-pref-rm'].map((item) => placementPreference(item).Spread.SpreadDescriptor),
    (preference) => preference.Spread?.SpreadDescriptor ?? '',
  )
  task.Placement = placement
  task.Networks = editList(task.Networks, flags['network-add'].map(networkAttachment), flags['network-rm'], (network) => network.Target ?? '')
  if (given.has('generic-resource-add') || given.has('generic-resource-rm')) {
    const reservations = { ...task.Resources?.Reservations }
    reservations.GenericResources = editList(
      reservations.GenericResources,
      flags['generic-resource-add'].map(genericResource),
      flags['generic-resource-rm'],
      (resource) => resource.DiscreteResourceSpec?.Kind ?? resource.NamedResourceSpec?.Kind ?? '',
    )
    task.Resources = { ...task.Resources, Reservations: reservations }
  }
  if (given.has('publish-add') || given.has('publish-rm')) {
    const ports = editPorts(spec.EndpointSpec?.Ports ?? [], flags)
    spec.EndpointSpec = { ...spec.EndpointSpec, Ports: ports }
    // What a port was asked for with goes with it.
    const stale = Object.keys(spec.Labels ?? {}).filter((label) =>
      label.startsWith(proxyProtocolLabelPrefix) && !(label in addedLabels) && !ports.some(({ PublishedPort }) => label === `${proxyProtocolLabelPrefix}${PublishedPort ?? 0}`),
    )
    spec.Labels = editRecord(spec.Labels, {}, stale)
  }
  return spec
}

/** The list without the items whose key is in `removed` or added anew, then the added ones. */
export function editList<T>(current: T[] | undefined, added: readonly T[], removed: readonly string[], key: (item: T) => string): T[] | undefined {
  if (added.length === 0 && removed.length === 0) return current
  const gone = new Set([...removed, ...added.map(key)])
  return [...(current ?? []).filter((item) => !gone.has(key(item))), ...added]
}

function editRecord(current: Record<string, string> | undefined, added: Record<string, string>, removed: readonly string[]): Record<string, string> | undefined {
  if (Object.keys(added).length === 0 && removed.length === 0) return current
  return { ...Object.fromEntries(Object.entries(current ?? {}).filter(([name]) => !removed.includes(name))), ...added }
}

function editHosts(current: string[] | undefined, added: readonly string[], removed: readonly string[]): string[] | undefined {
  if (added.length === 0 && removed.length === 0) return current
  // `host` removes every address of it, `host:ip` only that one.
  const goes = (line: string): boolean => {
    const [ip = '', ...names] = line.split(/\s+/)
    return removed.some((item) => {
      const at = item.indexOf(':')
      return at < 0 ? names.includes(item) : names.includes(item.slice(0, at)) && ip === item.slice(at + 1)
    })
  }
  return [...(current ?? []).filter((line) => !goes(line) && !added.includes(line)), ...added]
}

type Ports = NonNullable<NonNullable<ServiceSpec['EndpointSpec']>['Ports']>

function editPorts(current: Ports, flags: UpdateFlagValues): Ports {
  const removed = flags['publish-rm'].flatMap(parsePublish)
  const added = flags['publish-add'].flatMap((text) => parseServicePort(text))
  const key = (port: Ports[number]): string => `${String(port.PublishedPort)}/${port.TargetPort ?? 0}/${port.Protocol ?? 'tcp'}/${port.PublishMode ?? 'ingress'}`
  return [
    ...current.filter(
      (port) =>
        !removed.some(({ containerPort, protocol }) => port.TargetPort === containerPort && (port.Protocol ?? 'tcp') === protocol) &&
        !added.some((other) => key(other) === key(port)),
    ),
    ...added,
  ]
}
