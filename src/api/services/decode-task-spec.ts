import { ErrorKind, StatusError, invalid } from '../../base/errors.js'
import type { SwarmNetworkAttachmentConfig, SwarmResources, SwarmTaskSpec } from '../../model/engine-api/extensions.js'
import type { ResourceRequirements } from '../../model/resources.js'
import type { NetworkAttachmentConfig, Placement, RestartPolicy, TaskSpec } from '../../model/service.js'
import { decodeDriver, decodeGenericResources, unlessEmpty } from '../encode.js'
import { decodeContainerSpec } from './decode-container.js'

/** The model of a checked task spec. Throws `invalid` for what types do not show. */
export function decodeTaskSpec(json: SwarmTaskSpec): TaskSpec {
  if (json.PluginSpec || json.Runtime === 'plugin') {
    throw new StatusError(ErrorKind.unsupported, 'services that run plugins are not supported by this daemon')
  }
  if (!json.ContainerSpec && !json.NetworkAttachmentSpec) throw invalid('invalid task spec: ContainerSpec is needed')
  if (json.ContainerSpec && json.NetworkAttachmentSpec) {
    throw invalid('invalid task spec: it has both a ContainerSpec and a NetworkAttachmentSpec')
  }
  const resources = decodeRequirements(json.Resources ?? {})
  const placement = unlessEmpty(decodePlacement(json.Placement ?? {}))
  const logDriver = unlessEmpty(decodeDriver(json.LogDriver ?? {}))
  const restart = json.RestartPolicy && Object.values(json.RestartPolicy).some((value) => value !== undefined) ? decodeRestart(json.RestartPolicy) : undefined
  return {
    ...(json.ContainerSpec && { container: decodeContainerSpec(json.ContainerSpec) }),
    ...(json.NetworkAttachmentSpec && { attachment: { containerId: json.NetworkAttachmentSpec.ContainerID ?? '' } }),
    ...(Object.keys(resources).length > 0 && { resources }),
    ...(restart && { restart }),
    ...(placement && { placement }),
    networks: (json.Networks ?? []).map(decodeAttachmentConfig),
    ...(logDriver && { logDriver }),
    forceUpdate: json.ForceUpdate ?? 0,
    runtime: json.Runtime === undefined || json.Runtime === '' ? (json.ContainerSpec ? 'container' : 'attachment') : json.Runtime,
  }
}

function decodeRequirements(json: SwarmResources): ResourceRequirements {
  const { Limits: limit = {}, Reservations: reserved = {}, SwapBytes: swap, MemorySwappiness: swappiness } = json
  const limits = unlessEmpty({ nanoCpus: limit.NanoCPUs ?? 0, memoryBytes: limit.MemoryBytes ?? 0, pids: limit.Pids ?? 0 })
  const generic = decodeGenericResources(reserved.GenericResources)
  const reservations = unlessEmpty({ nanoCpus: reserved.NanoCPUs ?? 0, memoryBytes: reserved.MemoryBytes ?? 0, generic })
  return {
    ...(limits && { limits }),
    ...(reservations && { reservations }),
    ...(swap !== undefined && { swapBytes: swap }),
    ...(swappiness !== undefined && { memorySwappiness: swappiness }),
  }
}

function decodeRestart(json: NonNullable<SwarmTaskSpec['RestartPolicy']>): RestartPolicy {
  return {
    condition: json.Condition ?? 'any',
    ...(json.Delay !== undefined && { delayNs: json.Delay }),
    maxAttempts: json.MaxAttempts ?? 0,
    windowNs: json.Window ?? 0,
  }
}

function decodePlacement(json: NonNullable<SwarmTaskSpec['Placement']>): Placement {
  return {
    constraints: json.Constraints ?? [],
    preferences: (json.Preferences ?? []).flatMap(({ Spread }) => (Spread ? [{ spread: Spread.SpreadDescriptor ?? '' }] : [])),
    maxReplicas: json.MaxReplicas ?? 0,
    platforms: (json.Platforms ?? []).map(({ Architecture = '', OS = '' }) => ({ architecture: Architecture, os: OS })),
  }
}

export function decodeAttachmentConfig(json: SwarmNetworkAttachmentConfig): NetworkAttachmentConfig {
  return {
    target: json.Target ?? '',
    aliases: json.Aliases ?? [],
    addresses: json.Skep?.Addresses ?? [],
    driverOptions: json.DriverOpts ?? {},
  }
}
