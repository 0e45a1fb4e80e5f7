import { join } from 'node:path'
import { conflict, invalid } from '../../../src/base/errors.js'
import type { ContainerUpdateResponse, Resources, RestartPolicy } from '../../../src/model/engine-api/container.js'
import { ociResources } from '../../runtime/bundle/resources.js'
import type { Container } from '../container.js'
import type { EngineContext } from '../context.js'
import { blockDeviceNumbers } from '../host-devices.js'
import { discardUnsupported } from '../unsupported.js'
import { validateResources, validateRestartPolicy } from '../validate.js'

/** What can be changed while a container exists. */
const changeable = [
  'BlkioWeight', 'CpuPeriod', 'CpuQuota', 'CpuRealtimePeriod', 'CpuRealtimeRuntime', 'CpusetCpus', 'CpusetMems', 'CpuShares', 'Memory',
  'MemoryReservation', 'MemorySwap', 'NanoCpus', 'PidsLimit',
] as const satisfies readonly (keyof Resources)[]

/** Changes limits and the restart policy, at once when it runs. Throws `invalid`, `conflict`. */
export function updateContainer(
  context: EngineContext,
  container: Container,
  changes: Resources & { RestartPolicy?: RestartPolicy },
): Promise<ContainerUpdateResponse> {
  return container.exclusive(async () => {
    const { hostConfig } = container.record
    if (container.status === 'removing' || container.status === 'dead') {
      throw conflict(`Cannot update container ${container.id}: Container is marked for removal and cannot be "update".`)
    }
    const resources: Resources = {}
    for (const key of changeable) {
      const value = changes[key]
      // Zero and nothing mean "leave it".
      if (value != null && value !== 0 && value !== '') Object.assign(resources, { [key]: value })
    }
    const warnings = discardUnsupported(resources, context.cgroups)
    const merged = { ...hostConfig, ...resources }
    if (resources.NanoCpus) Object.assign(merged, { CpuPeriod: 0, CpuQuota: 0 })
    if (resources.Memory && !resources.MemorySwap && (hostConfig.MemorySwap ?? 0) > 0 && resources.Memory > (hostConfig.MemorySwap ?? 0)) {
      throw conflict(`Cannot update container ${container.id}: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time`)
    }
    validateResources(merged, context.host)
    const policy = changes.RestartPolicy?.Name ? changes.RestartPolicy : undefined
    if (policy) {
      validateRestartPolicy(policy)
      if (hostConfig.AutoRemove && policy.Name !== 'no') throw invalid('Restart policy cannot be updated because AutoRemove is enabled for the container')
    }
    if (container.isUp && Object.keys(resources).length > 0) {
      await context.runtimes.of(container.record.hostConfig.Runtime).update(container.id, ociResources(merged, blockDeviceNumbers), join(context.paths.bundle(container.id), 'update.json'))
    }
    Object.assign(hostConfig, merged, policy && { RestartPolicy: policy })
    await context.store.save(container)
    context.events.publish('container', 'update', container.id, container.eventAttributes())
    return { Warnings: warnings }
  })
}
