import { messageOf } from '../../src/base/errors.js'
import type { Logger } from '../../src/base/log.js'
import { defaults } from '../../src/model/defaults.js'
import type { Cluster } from '../../src/model/cluster.js'
import type { Network } from '../../src/model/network.js'
import type { Node } from '../../src/model/node.js'
import type { Endpoint, Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { NetworkAttachment, Task } from '../../src/model/task.js'
import type { ReadTx } from '../store/store.js'
import { hostSubnetsOf } from './host-networks.js'
import { addressRestMs, Ipam } from './ipam.js'
import { PortSpace } from './ports.js'
import { isAllocated, isReady } from './vip.js'
import { VniPool } from './vni.js'

/** The option of an overlay's driver state that holds its VXLAN network identifier, named as Docker names it. */
export const vniOption = 'com.docker.network.driver.overlay.vxlanid_list'

const serviceOwner = (id: string): string => `service:${id}`
const taskOwner = (id: string): string => `task:${id}`

/**
 * What has been given out: addresses, VXLAN identifiers and published ports. In memory, rebuilt from
 * the store by each new leader. Nothing here waits or writes.
 */
export class Allocations {
  readonly ipam: Ipam
  readonly ports = new PortSpace()
  private readonly vnis = new VniPool()
  private readonly vniOf = new Map<string, number>()
  /** Networks that are gone but whose tasks still hold addresses. */
  private readonly lingering = new Set<string>()

  constructor(cluster: Cluster | undefined) {
    this.ipam = new Ipam(poolsOf(cluster), subnetSizeOf(cluster))
  }

  setCluster(cluster: Cluster): void {
    this.ipam.setPools(poolsOf(cluster), subnetSizeOf(cluster))
  }

  /** Takes everything the store says is given out, and logs what is given out twice. */
  restore(tx: ReadTx, nowMs: number, log: Logger): void {
    const attempt = (what: string, then: () => void) => {
      try {
        then()
      } catch (thrown) {
        log.error(`allocator: ${what}: ${messageOf(thrown)}`)
      }
    }
    for (const network of tx.list('network')) {
      if (isAllocated(network) && isReady(network)) attempt(`network ${network.spec.name}`, () => this.restoreNetwork(network))
    }
    for (const service of tx.list('service')) {
      const clashes = this.ports.claim({ id: service.id, name: service.spec.name }, service.endpoint?.ports ?? [])
      for (const port of clashes) log.error(`allocator: port ${port.publishedPort} of service ${service.spec.name} belongs to another service`)
      for (const { networkId, address } of service.endpoint?.virtualIps ?? []) {
        attempt(`virtual IP of service ${service.spec.name}`, () => this.ipam.claim(networkId, address, serviceOwner(service.id)))
      }
    }
    for (const task of tx.list('task')) {
      const endedAgoMs = nowMs - (task.status.appliedAtMs ?? task.status.timestampMs)
      for (const attachment of task.networks) {
        if (!isAllocated(attachment.network)) continue
        // Containers of a task that was given up may run on, on a network that was removed.
        const vni = vniIn(attachment.network)
        if (vni !== undefined) this.vnis.pass(vni)
        if (task.status.state <= TaskState.running) attempt(`task ${task.id}`, () => this.restoreAttachment(task, attachment))
        else if (endedAgoMs < addressRestMs) {
          for (const address of attachment.addresses) this.ipam.rest(attachment.network.id, address, nowMs - endedAgoMs + addressRestMs)
        }
      }
    }
  }

  /** Subnets and the VXLAN identifier for a network, out of the way of the hosts of `nodes`. Throws what there is to say when it cannot have them. */
  allocateNetwork(network: Network, nodes: readonly Node[]): Network {
    const { spec } = network
    const asked = spec.driver.options[vniOption]
    const configs = this.ipam.addNetwork(network.id, network.ipam?.configs ?? spec.ipam?.configs ?? [], spec.ipv6Enabled, spec.name, hostSubnetsOf(nodes))
    try {
      const vni = asked === undefined ? this.vnis.allocate(network.id) : Number(asked.split(',', 1)[0])
      if (asked !== undefined) this.vnis.claim(vni, network.id)
      this.vniOf.set(network.id, vni)
      const driverState = { name: spec.driver.name, options: { ...spec.driver.options, [vniOption]: String(vni) } }
      return { ...network, driverState, ipam: { driver: spec.ipam?.driver ?? { name: 'default', options: {} }, configs } }
    } catch (thrown) {
      this.ipam.removeNetwork(network.id)
      throw thrown
    }
  }

  /** The network was removed. Its addresses stay taken until the tasks that hold them have gone. */
  removeNetwork(networkId: string): void {
    this.lingering.add(networkId)
    this.settle(networkId)
  }

  /**
   * The service's endpoint with ports and, on each of `networks`, one virtual IP of each family that the
   * network has (IPv4 alone on the ingress network, where nobody asks for it); what it has already stays. Throws with nothing changed.
   */
  allocateEndpoint(service: Service, spec: Endpoint['spec'], networks: readonly Network[], nowMs: number): Endpoint {
    const owner = serviceOwner(service.id)
    const held = service.endpoint?.virtualIps ?? []
    const added: { networkId: string; address: string }[] = []
    try {
      const virtualIps = networks.flatMap((network) => {
        const { id } = network
        return this.vipFamilies(network).map((family) => {
          const kept = held.find(({ networkId, address }) => networkId === id && familyOf(address) === family)
          if (kept) return kept
          const [address = ''] = this.ipam.allocate(id, owner, nowMs, [family])
          const vip = { networkId: id as string, address }
          added.push(vip)
          return vip
        })
      })
      const ports = this.ports.allocate({ id: service.id, name: service.spec.name }, spec.ports, service.endpoint?.ports ?? [])
      for (const old of held) if (!virtualIps.includes(old)) this.ipam.release(old.networkId, old.address, owner, nowMs)
      return { spec, ports, virtualIps }
    } catch (thrown) {
      for (const vip of added) this.ipam.release(vip.networkId, vip.address, owner, nowMs - addressRestMs)
      throw thrown
    }
  }

  /** The families of the virtual IPs that a service has on the network. */
  vipFamilies({ id, spec }: Network): (4 | 6)[] {
    const there = new Set(this.ipam.subnets(id).map(({ block }) => block.version))
    return ([4, 6] as const).filter((family) => there.has(family) && (family === 4 || !spec.ingress))
  }

  releaseService(service: Service, nowMs: number): void {
    this.ports.release(service.id)
    for (const { networkId, address } of service.endpoint?.virtualIps ?? []) {
      this.ipam.release(networkId, address, serviceOwner(service.id), nowMs)
      this.settle(networkId)
    }
  }

  /** Addresses for a task on all of its networks, or none: throws what there is to say. */
  attach(taskId: string, wanted: readonly Omit<NetworkAttachment, 'addresses'>[], asked: readonly (readonly string[])[], nowMs: number): NetworkAttachment[] {
    const owner = taskOwner(taskId)
    const attached: NetworkAttachment[] = []
    try {
      wanted.forEach((attachment, at) => {
        const { id } = attachment.network
        const addresses = asked[at] ?? []
        if (!isAllocated(attachment.network)) attached.push({ ...attachment, addresses: [] })
        else if (addresses.length > 0) attached.push({ ...attachment, addresses: addresses.map((one) => this.ipam.claim(id, one, owner)) })
        else attached.push({ ...attachment, addresses: this.ipam.allocate(id, owner, nowMs) })
      })
      return attached
    } catch (thrown) {
      this.detach(taskId, attached, nowMs - addressRestMs)
      throw thrown
    }
  }

  /** The task has ended: its addresses rest, then are free. */
  detach(taskId: string, attachments: readonly NetworkAttachment[], nowMs: number): void {
    for (const { network, addresses } of attachments) {
      for (const address of addresses) this.ipam.release(network.id, address, taskOwner(taskId), nowMs)
      this.settle(network.id)
    }
  }

  private restoreNetwork(network: Network): void {
    this.ipam.restoreNetwork(network.id, network.ipam?.configs ?? [])
    const vni = vniIn(network)
    if (vni === undefined) return
    this.vnis.claim(vni, network.id)
    this.vniOf.set(network.id, vni)
  }

  private restoreAttachment(task: Task, { network, addresses }: NetworkAttachment): void {
    if (!this.ipam.has(network.id)) {
      // The network was removed before its tasks stopped.
      this.restoreNetwork(network)
      this.lingering.add(network.id)
    }
    for (const address of addresses) this.ipam.claim(network.id, address, taskOwner(task.id))
  }

  private settle(networkId: string): void {
    if (!this.lingering.has(networkId) || this.ipam.subnets(networkId).some((subnet) => subnet.owned().length > 0)) return
    this.lingering.delete(networkId)
    this.ipam.removeNetwork(networkId)
    const vni = this.vniOf.get(networkId)
    this.vniOf.delete(networkId)
    if (vni !== undefined) this.vnis.release(vni, networkId)
  }
}

/** The identifier that the network was given. */
function vniIn({ driverState }: Pick<Network, 'driverState'>): number | undefined {
  const vni = Number(driverState?.options[vniOption]?.split(',', 1)[0])
  return Number.isInteger(vni) ? vni : undefined
}

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)

function poolsOf(cluster: Cluster | undefined): readonly string[] {
  return cluster && cluster.defaultAddressPool.length > 0 ? cluster.defaultAddressPool : defaults.addressPool
}

function subnetSizeOf(cluster: Cluster | undefined): number {
  return cluster && cluster.subnetSize > 0 ? cluster.subnetSize : defaults.subnetSize
}
