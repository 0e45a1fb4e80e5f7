import { invalid } from '../../../base/errors.js'
import type { ServiceSpec } from '../../../model/engine-api/swarm.js'
import { csvFields } from '../../options/csv.js'
import { preferLabel } from '../../../model/network-table.js'
import { extraHost } from '../../options/extra-host.js'
import { environmentOf, labelsOf, pairsOf } from '../../options/key-value.js'
import { parseMount } from '../../options/mount.js'
import { parseServicePort, proxyProtocolLabels } from '../../options/port.js'
import { parseUlimit } from '../../options/ulimit.js'
import { applyCommonFlags } from './apply-common.js'
import type { CommonFlagValues, CreateFlagValues } from './flags.js'

/** The spec that the flags of `service create` describe. Secrets and configs are added by the caller, who knows their ids. */
export function createSpec(
  flags: CreateFlagValues,
  given: ReadonlySet<string>,
  image: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): ServiceSpec {
  const env = environmentOf(flags['env-file'], flags.env, environment)
  const spec: ServiceSpec = {
    ...(flags.name !== undefined && { Name: flags.name }),
    Labels: { ...labelsOf(flags.label), ...proxyProtocolLabels(flags.publish), ...(flags['prefer-local'] && { [preferLabel]: 'local' }) },
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Labels: labelsOf(flags['container-label']),
        ...(args.length > 0 && { Args: [...args] }),
        ...(env.length > 0 && { Env: env }),
        ...(flags.group.length > 0 && { Groups: flags.group }),
        ...(flags.host.length > 0 && { Hosts: flags.host.map(hostLine) }),
        ...(flags.mount.length > 0 && { Mounts: flags.mount.map(parseMount) }),
        ...(flags.sysctl.length > 0 && { Sysctls: pairsOf(flags.sysctl, 'sysctl') }),
        ...(flags.ulimit.length > 0 && { Ulimits: flags.ulimit.map(parseUlimit) }),
        ...((flags.dns.length > 0 || flags['dns-search'].length > 0 || flags['dns-option'].length > 0) && {
          DNSConfig: { Nameservers: flags.dns, Search: flags['dns-search'], Options: flags['dns-option'] },
        }),
      },
      Placement: {
        ...(flags.constraint.length > 0 && { Constraints: flags.constraint }),
        ...(flags['placement-pref'].length > 0 && { Preferences: flags['placement-pref'].map(placementPreference) }),
      },
      ...(flags.network.length > 0 && { Networks: flags.network.map(networkAttachment) }),
      ForceUpdate: 0,
    },
    Mode: serviceMode(flags.mode, flags),
  }
  if (flags['generic-resource'].length > 0) {
    spec.TaskTemplate = { ...spec.TaskTemplate, Resources: { Reservations: { GenericResources: flags['generic-resource'].map(genericResource) } } }
  }
  applyCommonFlags(spec, flags, given)
  if (flags.publish.length > 0) spec.EndpointSpec = { ...spec.EndpointSpec, Ports: flags.publish.flatMap((text) => parseServicePort(text)) }
  return spec
}

function serviceMode(mode: string, flags: CommonFlagValues): NonNullable<ServiceSpec['Mode']> {
  const replicas = flags.replicas
  if (replicas !== undefined && replicas < 0) throw invalid(`invalid argument "${replicas}" for "--replicas" flag: a whole number from 0 expected`)
  switch (mode) {
    case 'replicated':
      if (flags['max-concurrent'] !== undefined) throw invalid('max-concurrent can only be used with replicated-job mode')
      return { Replicated: { Replicas: replicas ?? 1 } }
    case 'replicated-job':
      return { ReplicatedJob: { MaxConcurrent: flags['max-concurrent'] ?? replicas ?? 1, TotalCompletions: replicas ?? 1 } }
    case 'global':
    case 'global-job':
      if (replicas !== undefined) throw invalid(`replicas can only be used with replicated or replicated-job mode`)
      if (flags['replicas-max-per-node'] !== undefined) throw invalid('replicas-max-per-node can only be used with replicated or replicated-job mode')
      if (flags['max-concurrent'] !== undefined) throw invalid('max-concurrent can only be used with replicated-job mode')
      return mode === 'global' ? { Global: {} } : { GlobalJob: {} }
    default:
      throw invalid(`Unknown mode: ${mode}, use replicated, global, replicated-job or global-job`)
  }
}

/** `host:ip` into the line that /etc/hosts holds, `ip host`. */
export function hostLine(text: string): string {
  const entry = extraHost(text)
  const at = entry.indexOf(':')
  return `${entry.slice(at + 1)} ${entry.slice(0, at)}`
}

/** `spread=node.labels.zone`. */
export function placementPreference(text: string): { Spread: { SpreadDescriptor: string } } {
  const match = /^spread=(.+)$/.exec(text)
  if (!match) throw invalid(`placement preference must be of the format "<strategy>=<arg>": ${text}`)
  return { Spread: { SpreadDescriptor: match[1] as string } }
}

/** `name` or `name=net,alias=web,driver-opt=k=v`. */
export function networkAttachment(text: string): { Target: string; Aliases?: string[]; DriverOpts?: Record<string, string> } {
  if (!text.includes('=')) return { Target: text }
  let target = ''
  const aliases: string[] = []
  const options: string[] = []
  for (const { key, value = '' } of csvFields(text)) {
    if (key === 'name') target = value
    else if (key === 'alias') aliases.push(value)
    else if (key === 'driver-opt') options.push(value)
    else throw invalid(`invalid field key ${key}`)
  }
  if (target === '') throw invalid('network name/id is not specified')
  return { Target: target, ...(aliases.length > 0 && { Aliases: aliases }), ...(options.length > 0 && { DriverOpts: pairsOf(options, 'driver option') }) }
}

/** `gpu=2` or `gpu=UUID1`. */
export function genericResource(text: string): { DiscreteResourceSpec: { Kind: string; Value: number } } {
  const match = /^([^=]+)=(\d+)$/.exec(text)
  if (!match) throw invalid(`invalid generic-resource format \`${text}\`: kind=count expected`)
  return { DiscreteResourceSpec: { Kind: match[1] as string, Value: Number(match[2]) } }
}
