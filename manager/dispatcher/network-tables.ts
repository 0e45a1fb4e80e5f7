import { deepEqual } from '../../src/model/equality.js'
import type { NetworkId, NodeId } from '../../src/model/ids.js'
import type { Network } from '../../src/model/network.js'
import { preferLabel, proxyProtocolPorts, type NetworkEndpoint, type NetworkPeer, type NetworkService } from '../../src/model/network-table.js'
import { NodeState, type Node } from '../../src/model/node.js'
import { EndpointMode, type Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import { taskName, type Task } from '../../src/model/task.js'
import type { NetworkChange } from '../../src/wire/dispatcher-service.js'
import type { ReadTx, StoreEvent } from '../store/store.js'

/** One cluster network with its rows, by task and by service. */
export interface NetworkTable {
  network: Network
  readonly endpoints: Map<string, NetworkEndpoint>
  readonly services: Map<string, NetworkService>
}

/** A change of a table, for the nodes that take part in the network; every node when there is none. */
export interface TableChange {
  networkId: string | undefined
  change: NetworkChange
}

/**
 * The tables of all cluster networks, made from the store. Every row is worked out from the newest view,
 * so hearing of a change late or twice does no harm.
 */
export class NetworkTables {
  readonly networks = new Map<string, NetworkTable>()
  readonly peers = new Map<string, NetworkPeer>()
  /** The networks that a task or a service has rows on. */
  private readonly placed = new Map<string, Set<string>>()
  /** Tasks that their nodes are about to stop by themselves: no new flows go there, whatever the store says yet. */
  private readonly leaving = new Set<string>()

  reset(tx: ReadTx): void {
    for (const map of [this.networks, this.peers, this.placed]) map.clear()
    for (const network of tx.list('network')) this.setNetwork(network)
    for (const node of tx.list('node')) this.setPeer(node.id, node)
    for (const service of tx.list('service')) this.setService(service.id, service)
    for (const task of tx.list('task')) this.setTask(tx, task.id, task)
  }

  /** Takes a change of the store in; gives what it changes in the tables. */
  observe(tx: ReadTx, event: StoreEvent): TableChange[] {
    switch (event.table) {
      case 'network': {
        const { id } = event.object
        const network = tx.get('network', id)
        return network ? this.setNetwork(network) : this.dropNetwork(id)
      }
      case 'service':
        return this.setService(event.object.id, tx.get('service', event.object.id))
      case 'task':
        return this.setTask(tx, event.object.id, tx.get('task', event.object.id))
      case 'node': {
        const { id } = event.object
        const changes = this.setPeer(id, tx.get('node', id))
        const wentOrCame = event.action !== 'create' && isDown(event.object) !== isDown(event.old)
        // Where a node is reached is in the rows of its tasks, and containers of users are nowhere else while it is down.
        const tasks = changes.length > 0 || wentOrCame ? tx.tasksByNode(id).filter(({ spec }) => changes.length > 0 || spec.attachment) : []
        return [...changes, ...tasks.flatMap((task) => this.setTask(tx, task.id, task))]
      }
      default:
        return []
    }
  }

  /** The node of a task is about to stop it by itself: gives what that changes in the tables. Other nodes' tasks are left as they are. */
  leave(tx: ReadTx, taskId: string, nodeId: string): TableChange[] {
    const task = tx.get('task', taskId)
    if (task?.nodeId !== nodeId || !isServing(task)) return []
    this.leaving.add(taskId)
    return this.setTask(tx, taskId, task)
  }

  /** Nodes have to say again what they are about to stop. */
  forgetLeaving(): void {
    this.leaving.clear()
  }

  /** The task was not stopped after all. */
  stay(tx: ReadTx, taskId: string): TableChange[] {
    return this.leaving.delete(taskId) ? this.setTask(tx, taskId, tx.get('task', taskId)) : []
  }

  /** Everything of one network, the network itself first. */
  rowsOf(networkId: string): NetworkChange[] {
    const table = this.networks.get(networkId)
    if (!table) return []
    return [
      { action: 'update', network: table.network },
      ...[...table.services.values()].map((service): NetworkChange => ({ action: 'update', service })),
      ...[...table.endpoints.values()].map((endpoint): NetworkChange => ({ action: 'update', endpoint })),
    ]
  }

  /** The ids of the ingress networks: every node takes part in them. */
  ingressIds(): string[] {
    return [...this.networks.values()].filter(({ network }) => network.spec.ingress).map(({ network }) => network.id)
  }

  /** Whether some node may be sending new flows to the task. */
  isServing(taskId: string): boolean {
    for (const id of this.placed.get(taskId) ?? []) if (this.networks.get(id)?.endpoints.get(taskId)?.serving) return true
    return false
  }

  /** The ids of the nodes that are on networks of the task. */
  nodesBeside(taskId: string): string[] {
    const nodeIds = new Set<string>()
    for (const id of this.placed.get(taskId) ?? []) {
      const table = this.networks.get(id)
      if (table?.network.spec.ingress) return [...this.peers.keys()]
      for (const { nodeId } of table?.endpoints.values() ?? []) nodeIds.add(nodeId)
    }
    return [...nodeIds]
  }

  private setNetwork(network: Network): TableChange[] {
    if (!isOverlay(network)) return []
    const present = this.networks.get(network.id)
    if (present && deepEqual(present.network, network)) return []
    if (present) present.network = network
    else this.networks.set(network.id, { network, endpoints: new Map(), services: new Map() })
    return [{ networkId: network.id, change: { action: 'update', network } }]
  }

  private dropNetwork(id: string): TableChange[] {
    const table = this.networks.get(id)
    if (!table) return []
    this.networks.delete(id)
    return [{ networkId: id, change: { action: 'remove', network: table.network } }]
  }

  private setPeer(id: string, node: Node | undefined): TableChange[] {
    const before = this.peers.get(id)
    const peer = node && peerOf(node)
    if (peer ? deepEqual(before, peer) : !before) return []
    if (peer) this.peers.set(id, peer)
    else this.peers.delete(id)
    return [{ networkId: undefined, change: peer ? { action: 'update', peer } : { action: 'remove', peer: before as NetworkPeer } }]
  }

  private setTask(tx: ReadTx, id: string, task: Task | undefined): TableChange[] {
    if (!task || !isPlaced(task)) this.leaving.delete(id)
    const away = task?.spec.attachment !== undefined && isDown(tx.get('node', task.nodeId))
    const endpoints = task && !away ? endpointsOf(task, this.addressOf(tx, task.nodeId)) : []
    const rows = new Map(endpoints.map((row) => [row.networkId as string, this.leaving.has(id) ? { ...row, serving: false } : row]))
    return this.place(id, rows, (table) => table.endpoints, (action, endpoint) => ({ action, endpoint }), (table) => {
      // A network that is gone from the store lives on with the tasks that are still on it.
      const attachment = task?.networks.find(({ network }) => network.id === table)
      if (attachment) this.setNetwork(attachment.network)
    })
  }

  private setService(id: string, service: Service | undefined): TableChange[] {
    const rows = new Map((service ? servicesOf(service) : []).map((row) => [row.networkId as string, row]))
    return this.place(id, rows, (table) => table.services, (action, one) => ({ action, service: one }))
  }

  /** Puts an object's rows, by network, in the place of those it had. */
  private place<Row>(
    id: string,
    rows: ReadonlyMap<string, Row>,
    select: (table: NetworkTable) => Map<string, Row>,
    changeOf: (action: NetworkChange['action'], row: Row) => NetworkChange,
    missing: (networkId: string) => void = () => undefined,
  ): TableChange[] {
    const changes: TableChange[] = []
    for (const networkId of this.placed.get(id) ?? []) {
      const table = this.networks.get(networkId)
      const before = table && select(table).get(id)
      if (!table || before === undefined || rows.has(networkId)) continue
      select(table).delete(id)
      changes.push({ networkId, change: changeOf('remove', before) })
    }
    for (const [networkId, row] of rows) {
      if (!this.networks.has(networkId)) missing(networkId)
      const table = this.networks.get(networkId)
      if (!table || deepEqual(select(table).get(id), row)) continue
      select(table).set(id, row)
      changes.push({ networkId, change: changeOf('update', row) })
    }
    if (rows.size > 0) this.placed.set(id, new Set(rows.keys()))
    else this.placed.delete(id)
    return changes
  }

  private addressOf(tx: ReadTx, nodeId: string): string {
    const known = this.peers.get(nodeId)
    if (known) return known.address
    const node = tx.get('node', nodeId)
    return node ? peerOf(node).address : ''
  }
}

/** The task is the node's business and has not ended: others on its networks have to know where it is. */
export function isPlaced({ nodeId, status }: Task): boolean {
  return nodeId !== '' && status.state >= TaskState.assigned && status.state <= TaskState.running
}

/** New flows may go to it. `running` is reported only once the health check has passed. */
function isServing({ status, desiredState }: Task): boolean {
  return status.state === TaskState.running && desiredState < TaskState.shutdown
}

/** The cluster networks a task is on. */
export function overlaysOf(task: Task): string[] {
  return task.networks.filter(({ network, addresses }) => addresses.length > 0 && isOverlay(network)).map(({ network }) => network.id)
}

function isOverlay({ spec, driverState }: Network): boolean {
  return spec.scope !== 'local' && driverState !== undefined
}

function isDown(node: Node | undefined): boolean {
  return node?.status.state === NodeState.down
}

/** The node as others see it on the data path. */
export function peerOf({ id, description, status }: Node): NetworkPeer {
  const probePort = description?.dataPathProbePort
  return {
    nodeId: id,
    hostname: description?.hostname ?? '',
    address: description?.dataPathAddress || status.address,
    ...(probePort !== undefined && { probePort }),
    ...(description?.encryption && { encryption: description.encryption }),
  }
}

/** A task's rows, one for each cluster network that it is on. */
export function endpointsOf(task: Task, nodeAddress: string): NetworkEndpoint[] {
  if (!isPlaced(task)) return []
  const serving = isServing(task)
  return task.networks
    .filter(({ network, addresses }) => addresses.length > 0 && isOverlay(network))
    .map(({ network, addresses, aliases }) => ({
      networkId: network.id,
      taskId: task.id,
      taskName: taskName(task),
      serviceId: task.serviceId,
      nodeId: task.nodeId as NodeId,
      nodeAddress,
      addresses: addresses.map(plain),
      aliases,
      serving,
    }))
}

/** A service's rows, one for each cluster network that it is on. */
export function servicesOf({ id, spec, endpoint }: Service): NetworkService[] {
  const mode = endpoint?.spec.mode ?? spec.endpoint?.mode ?? EndpointMode.vip
  const configs = spec.task.networks.length > 0 ? spec.task.networks : spec.networks
  const aliases = new Map(configs.map(({ target, aliases: names }) => [target, names]))
  const vips = new Map<string, string>()
  const vips6 = new Map<string, string>()
  for (const { networkId, address } of endpoint?.virtualIps ?? []) (address.includes(':') ? vips6 : vips).set(networkId, plain(address))
  const networkIds = new Set([...vips.keys(), ...vips6.keys(), ...(mode === EndpointMode.dnsrr ? configs.map(({ target }) => target) : [])])
  return [...networkIds].map((networkId) => ({
    networkId: networkId as NetworkId,
    serviceId: id,
    name: spec.name,
    mode,
    virtualIp: vips.get(networkId) ?? '',
    virtualIpv6: vips6.get(networkId) ?? '',
    aliases: aliases.get(networkId) ?? [],
    ports: endpoint?.ports ?? [],
    preferLocal: spec.labels[preferLabel] === 'local',
    proxyProtocolPorts: proxyPortsOf(spec.labels),
  }))
}

/** Labels are checked when a service is made: what slipped through must not take the tables down. */
function proxyPortsOf(labels: Readonly<Record<string, string>>): number[] {
  try {
    return proxyProtocolPorts(labels)
  } catch {
    return []
  }
}

function plain(cidr: string): string {
  return cidr.split('/', 1)[0] as string
}
