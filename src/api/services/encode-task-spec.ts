import type { SwarmNetworkAttachmentConfig, SwarmResources, SwarmTaskSpec } from '../../model/engine-api/extensions.js'
import type { ResourceRequirements, Resources } from '../../model/resources.js'
import type { NetworkAttachmentConfig, Placement, RestartPolicy, TaskSpec } from '../../model/service.js'
import { encodeDriver, encodeGenericResources, omitEmpty } from '../encode.js'
import { encodeContainerSpec } from './encode-container.js'

/** A task's spec as the Engine API has it. */
export function encodeTaskSpec(spec: TaskSpec): SwarmTaskSpec {
  return {
    ...(spec.container && { ContainerSpec: encodeContainerSpec(spec.container) }),
    ...(spec.attachment && { NetworkAttachmentSpec: { ContainerID: spec.attachment.containerId } }),
    // Docker's clients always send resources and placement, so templates look into them.
    Resources: encodeRequirements(spec.resources ?? {}),
    ...(spec.restart && { RestartPolicy: encodeRestart(spec.restart) }),
    Placement: spec.placement ? encodePlacement(spec.placement) : {},
    ...omitEmpty({ Networks: spec.networks.map(encodeAttachmentConfig) }),
    ...(spec.logDriver && { LogDriver: encodeDriver(spec.logDriver) }),
    ForceUpdate: spec.forceUpdate,
    ...omitEmpty({ Runtime: spec.runtime }),
  }
}

function encodeRequirements(resources: ResourceRequirements): SwarmResources {
  const { limits, reservations, swapBytes, memorySwappiness } = resources
  return {
    Limits: omitEmpty({ NanoCPUs: limits?.nanoCpus, MemoryBytes: limits?.memoryBytes, Pids: limits?.pids }),
    Reservations: reservations ? encodeResources(reservations) : {},
    ...(swapBytes !== undefined && { SwapBytes: swapBytes }),
    ...(memorySwappiness !== undefined && { MemorySwappiness: memorySwappiness }),
  }
}

/** An amount of resources: of a reservation, or of what a node has. */
export function encodeResources(resources: Resources) {
  return omitEmpty({
    NanoCPUs: resources.nanoCpus,
    MemoryBytes: resources.memoryBytes,
    GenericResources: encodeGenericResources(resources.generic),
  })
}

function encodeRestart(policy: RestartPolicy): NonNullable<SwarmTaskSpec['RestartPolicy']> {
  return {
    Condition: policy.condition,
    ...(policy.delayNs !== undefined && { Delay: policy.delayNs }),
    MaxAttempts: policy.maxAttempts,
    Window: policy.windowNs,
  }
}

function encodePlacement(placement: Placement): NonNullable<SwarmTaskSpec['Placement']> {
  return omitEmpty({
    Constraints: placement.constraints,
    Preferences: placement.preferences.map(({ spread }) => ({ Spread: { SpreadDescriptor: spread } })),
    MaxReplicas: placement.maxReplicas,
    Platforms: placement.platforms.map(({ architecture, os }) => omitEmpty({ Architecture: architecture, OS: os })),
  })
}

export function encodeAttachmentConfig(config: NetworkAttachmentConfig): SwarmNetworkAttachmentConfig {
  return {
    Target: config.target,
    ...omitEmpty({ Aliases: config.aliases, DriverOpts: config.driverOptions }),
    ...(config.addresses.length > 0 && { Skep: { Addresses: config.addresses } }),
  }
}
