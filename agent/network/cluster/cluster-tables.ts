import type { Network } from '../../../src/model/network.js'
import type { NetworkEndpoint, NetworkPeer, NetworkService } from '../../../src/model/network-table.js'
import type { Trouble } from './repairs.js'

/** One row, or one network, that is new, changed or gone. */
export interface TableRow {
  action: 'update' | 'remove'
  network?: Network
  endpoint?: NetworkEndpoint
  service?: NetworkService
  peer?: NetworkPeer
}

/** What is known of one network of the cluster. */
export interface ClusterNetwork {
  network: Network
  /** By task. */
  endpoints: Map<string, NetworkEndpoint>
  /** By service. */
  services: Map<string, NetworkService>
  /** The endpoints of each service. */
  byService: Map<string, Set<NetworkEndpoint>>
  /** Changes with every row. */
  version: number
  /** The nodes that do not answer this one on the data path; the same for all networks. */
  readonly lost: ReadonlySet<string>
}

/** What an update touched. */
export interface Touched {
  /** Ids of networks that came or whose endpoints changed. */
  networks: Set<string>
  /** Of these, networks whose rows all have to be looked at. */
  whole: Set<string>
  /** Endpoints that came, went or moved. */
  moves: { networkId: string; before?: NetworkEndpoint; after?: NetworkEndpoint }[]
  /** Services whose row or tasks changed, by network. */
  services: Map<string, Set<string>>
  /** Ids of networks that this node has nothing to do with any more. */
  gone: Set<string>
  peers: boolean
}

/** The tables that the managers sent to this node, in memory. */
export class ClusterTables {
  readonly networks = new Map<string, ClusterNetwork>()
  readonly peers = new Map<string, NetworkPeer>()
  /** What of the tables is not in effect on this node; whoever brings the kernel to them sets it. */
  troubles: () => readonly Trouble[] = () => []
  private readonly lostNodes = new Set<string>()

  /** The nodes that do not answer this one on the data path: new flows are led to others while there are some. */
  get lost(): ReadonlySet<string> {
    return this.lostNodes
  }

  /** What does not work on this node for a network, in sentences. */
  troublesOf(networkId: string): string[] {
    return this.troubles().filter((one) => one.networkId === undefined || one.networkId === networkId).map(({ text }) => text)
  }

  /** Some network has a service. */
  get hasServices(): boolean {
    for (const { services } of this.networks.values()) if (services.size > 0) return true
    return false
  }

  /** These nodes, and no others, do not answer. Gives the services that have tasks on nodes of which something else was known. */
  lose(nodeIds: ReadonlySet<string>): Touched {
    const touched = untouched()
    const differs = (id: string): boolean => this.lostNodes.has(id) !== nodeIds.has(id)
    for (const { endpoints } of this.networks.values()) {
      for (const { networkId, serviceId, nodeId, serving } of endpoints.values()) if (serving && differs(nodeId)) touch(touched, networkId, serviceId)
    }
    this.lostNodes.clear()
    for (const id of nodeIds) this.lostNodes.add(id)
    return touched
  }

  /** Takes the rows in; of a complete set, everything that it does not name goes. */
  apply(kind: 'complete' | 'incremental', rows: readonly TableRow[]): Touched {
    const touched = untouched()
    if (kind === 'complete') this.clear(touched)
    for (const row of rows) this.take(row, touched)
    for (const id of this.networks.keys()) touched.gone.delete(id)
    return touched
  }

  /** The service's tasks that new flows may go to. */
  backends(networkId: string, serviceId: string): NetworkEndpoint[] {
    return [...(this.networks.get(networkId)?.byService.get(serviceId) ?? [])].filter(({ serving }) => serving)
  }

  private clear(touched: Touched): void {
    for (const [id, { services, byService }] of this.networks) {
      touched.gone.add(id)
      touched.networks.add(id)
      touched.whole.add(id)
      for (const serviceId of [...services.keys(), ...byService.keys()]) touch(touched, id, serviceId)
    }
    touched.peers = true
    this.networks.clear()
    this.peers.clear()
  }

  private take({ action, network, endpoint, service, peer }: TableRow, touched: Touched): void {
    const removes = action === 'remove'
    if (peer) {
      touched.peers = true
      if (removes) this.peers.delete(peer.nodeId)
      else this.peers.set(peer.nodeId, peer)
    } else if (network) {
      touched.networks.add(network.id)
      touched.whole.add(network.id)
      if (removes) {
        this.networks.delete(network.id)
        touched.gone.add(network.id)
        return
      }
      const present = this.networks.get(network.id)
      if (present) present.network = network
      else this.networks.set(network.id, { network, endpoints: new Map(), services: new Map(), byService: new Map(), version: 0, lost: this.lostNodes })
    } else if (endpoint) {
      const table = this.networks.get(endpoint.networkId)
      if (!table) return
      table.version++
      const before = table.endpoints.get(endpoint.taskId)
      if (before) {
        const group = table.byService.get(before.serviceId)
        group?.delete(before)
        if (group?.size === 0) table.byService.delete(before.serviceId)
      }
      if (removes) table.endpoints.delete(endpoint.taskId)
      else {
        table.endpoints.set(endpoint.taskId, endpoint)
        const group = table.byService.get(endpoint.serviceId) ?? new Set()
        table.byService.set(endpoint.serviceId, group.add(endpoint))
      }
      // A change of who serves moves no packets on the network itself.
      if (removes || !before || before.nodeAddress !== endpoint.nodeAddress || before.addresses.join() !== endpoint.addresses.join()) {
        touched.networks.add(endpoint.networkId)
        touched.moves.push({ networkId: endpoint.networkId, ...(before && { before }), ...(!removes && { after: endpoint }) })
      }
      touch(touched, endpoint.networkId, endpoint.serviceId)
    } else if (service) {
      const table = this.networks.get(service.networkId)
      if (!table) return
      table.version++
      if (removes) table.services.delete(service.serviceId)
      else table.services.set(service.serviceId, service)
      touch(touched, service.networkId, service.serviceId)
    }
  }
}

/** Those on nodes that answer on the data path; all when there is none of them. */
export function reachable<E extends { nodeId: string }>(endpoints: readonly E[], lost: ReadonlySet<string>): readonly E[] {
  if (lost.size === 0) return endpoints
  const left = endpoints.filter(({ nodeId }) => !lost.has(nodeId))
  return left.length > 0 ? left : endpoints
}

function untouched(): Touched {
  return { networks: new Set(), whole: new Set(), moves: [], services: new Map(), gone: new Set(), peers: false }
}

function touch({ services }: Touched, networkId: string, serviceId: string): void {
  if (serviceId === '') return
  const set = services.get(networkId) ?? new Set()
  services.set(networkId, set.add(serviceId))
}
