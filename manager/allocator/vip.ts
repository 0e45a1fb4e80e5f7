import { EndpointMode, PublishMode, type EndpointSpec, type NetworkAttachmentConfig, type Service, type TaskSpec } from '../../src/model/service.js'
import type { Network } from '../../src/model/network.js'

/** Networks that every node has by itself: nothing is allocated on them. */
const nodeLocalDrivers = new Set(['host', 'bridge', 'none', 'null', 'macvlan', 'ipvlan'])

/** Addresses on the network come from the allocator. */
export function isAllocated(network: Network): boolean {
  return network.spec.scope !== 'local' && !nodeLocalDrivers.has(network.spec.driver.name)
}

/** The allocator has done its part for the network. */
export function isReady(network: Network): boolean {
  return !isAllocated(network) || (network.driverState !== undefined && network.ipam !== undefined)
}

export function endpointSpecOf(service: Pick<Service, 'spec'>): EndpointSpec {
  return service.spec.endpoint ?? { mode: EndpointMode.vip, ports: [] }
}

/** Some port of the service is published on every node. */
export function publishesIngress(spec: EndpointSpec): boolean {
  return spec.ports.some((port) => port.publishMode === PublishMode.ingress)
}

/** The networks a task is put on, as its spec names them; older clients name them in the service. */
export function attachmentConfigs(task: TaskSpec, service: Pick<Service, 'spec'> | undefined): readonly NetworkAttachmentConfig[] {
  return task.networks.length > 0 ? task.networks : (service?.spec.networks ?? [])
}

/**
 * The networks a service needs a virtual IP on: all of its own when its mode is `vip`, and the
 * ingress network when a port is published there. `find` gives a network by id or name.
 */
export function virtualIpNetworks(
  service: Pick<Service, 'spec'>,
  find: (target: string) => Network | undefined,
  ingress: Network | undefined,
): Network[] {
  const spec = endpointSpecOf(service)
  const networks = new Map<string, Network>()
  if (spec.mode === EndpointMode.vip) {
    for (const { target } of attachmentConfigs(service.spec.task, service)) {
      const network = find(target)
      if (network && isAllocated(network)) networks.set(network.id, network)
    }
  }
  if (ingress && publishesIngress(spec)) networks.set(ingress.id, ingress)
  return [...networks.values()]
}
