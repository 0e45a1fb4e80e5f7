import { hostname } from 'node:os'
import type { Clock } from '../../base/clock.js'
import { must } from '../../base/assert.js'
import { invalid, kindOf } from '../../base/errors.js'
import type { Rng } from '../../base/rng.js'
import type { Control } from '../../model/control.js'
import type { NetworkPeer, NetworkRows } from '../../model/network-table.js'
import type { Service } from '../../model/service.js'
import type { ServiceTrace, TraceRequest } from '../../model/service-trace.js'
import type { Engine } from '../../../agent/engine/engine.js'
import { ClusterTables, type ClusterNetwork } from '../../../agent/network/cluster/cluster-tables.js'
import { traceService } from '../../../agent/network/cluster/trace.js'
import type { NetworkController } from '../../../agent/network/controller.js'
import { endpointsOf, peerOf, servicesOf } from '../../../manager/dispatcher/network-tables.js'

export interface ClusterViewGiven {
  controller: NetworkController
  engine: Engine
  /** Undefined on nodes that are no managers. */
  control: () => Control | undefined
  /** Throws in Docker's words on those. */
  needControl: () => Control
  clock: Clock
  rng: Rng
}

/**
 * Who is on the networks of the cluster: of those that this node takes part in it was told, of others a
 * manager can be asked.
 */
export class ClusterView {
  constructor(private readonly given: ClusterViewGiven) {}

  /** Undefined when neither this node nor, if asked, a manager knows. */
  async rows(networkId: string, ask: boolean): Promise<NetworkRows | undefined> {
    const { networks, peers } = this.given.controller.tables
    const table = networks.get(networkId)
    if (table) return rowsOf(table, peers)
    const control = ask ? this.given.control() : undefined
    if (!control) return undefined
    const fetched = await fetchTables(control, [networkId])
    return rowsOf(must(fetched.networks.get(networkId), 'a network that was fetched has a table'), fetched.peers)
  }

  /** Throws as `traceService` does, and `notFound` for a container that is not there. */
  async trace(request: TraceRequest): Promise<ServiceTrace> {
    const { controller, engine, clock, rng } = this.given
    const container = request.container === undefined ? undefined : engine.find(request.container)
    const networks = new Map<string, ClusterNetwork>(controller.tables.networks)
    const peers = new Map<string, NetworkPeer>(controller.tables.peers)
    const service = await this.addForeign(request.service, networks, peers)
    const from = container && { id: container.id, name: container.name }
    if (service && ![...networks.values()].some(({ services }) => services.has(service.id))) return this.offNetworks(service, from)
    return traceService({ controller, networks, peers, hostname: hostname(), clock, rng }, request, from)
  }

  /** By the eyes of another node; this one has to be a manager. Throws `unavailable` for a node that is not connected. */
  async traceFrom(node: string, request: TraceRequest): Promise<ServiceTrace> {
    const control = this.given.needControl()
    const answer = await control.askNode(node, 'trace', Buffer.from(JSON.stringify(request)))
    return JSON.parse(Buffer.from(answer).toString()) as ServiceTrace
  }

  /** Answers another node's `traceFrom`. Throws `invalid` for what is none. */
  async answerTrace(body: Uint8Array): Promise<Uint8Array> {
    const { service, network, container } = readRequest(body)
    const trace = await this.trace({ service, ...(network !== undefined && { network }), ...(container !== undefined && { container }) })
    return Buffer.from(JSON.stringify(trace))
  }

  /** On a manager: the service's networks that this node is not on. */
  private async addForeign(ref: string, networks: Map<string, ClusterNetwork>, peers: Map<string, NetworkPeer>): Promise<Service | undefined> {
    const control = this.given.control()
    if (!control) return undefined
    try {
      const service = await control.getService(ref)
      const { spec, endpoint } = service
      const ids = new Set([...spec.task.networks.map(({ target }) => target), ...(endpoint?.virtualIps ?? []).map(({ networkId }) => networkId)])
      const fetched = await fetchTables(control, [...ids].filter((id) => !networks.has(id)))
      for (const [id, table] of fetched.networks) {
        if (!table.network.driverState) continue
        networks.set(id, table)
        for (const peer of rowsOf(table, fetched.peers).peers) peers.set(peer.nodeId, peer)
      }
      return service
    } catch (thrown) {
      // By what the node knows itself: an alias, or a cluster without a leader.
      if (kindOf(thrown) !== 'notFound' && kindOf(thrown) !== 'unavailable') throw thrown
      return undefined
    }
  }

  /** A service whose tasks use the networks of their hosts alone: there is no way of the swarm's to follow. */
  private offNetworks({ id, spec }: Service, from: { id: string; name: string } | undefined): ServiceTrace {
    const { dataPath } = this.given.controller
    return {
      Service: { ID: id, Name: spec.name, EndpointMode: spec.endpoint?.mode ?? 'vip' },
      From: { NodeID: dataPath?.nodeId ?? '', Hostname: hostname(), DataPathAddress: dataPath?.address ?? '', ...(from && { ContainerID: from.id, ContainerName: from.name }) },
      Networks: [],
      Ports: [],
      Problems: [],
    }
  }
}

function readRequest(body: Uint8Array): TraceRequest {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(body).toString())
  } catch (thrown) {
    throw invalid('a request to trace a service is no JSON', thrown)
  }
  const { service, network, container } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>
  if (typeof service !== 'string') throw invalid('a request to trace names no service')
  return { service, ...(typeof network === 'string' && { network }), ...(typeof container === 'string' && { container }) }
}

function rowsOf({ services, endpoints, network }: ClusterNetwork, peers: ReadonlyMap<string, NetworkPeer>): NetworkRows {
  const on = new Set([...endpoints.values()].map(({ nodeId }) => nodeId as string))
  return {
    services: [...services.values()],
    endpoints: [...endpoints.values()],
    // Every node is on the ingress network.
    peers: [...peers.values()].filter(({ nodeId }) => network.spec.ingress || on.has(nodeId)),
  }
}

/** What nodes on these networks, given by id, would be told of them. Rejects as the control API does, with `notFound` for one that is not there. */
async function fetchTables(control: Control, networkIds: readonly string[]): Promise<ClusterTables> {
  const tables = new ClusterTables()
  if (networkIds.length === 0) return tables
  const [nodes, services, networks, tasks] = await Promise.all([
    control.listNodes(),
    control.listServices(),
    Promise.all(networkIds.map((id) => control.getNetwork(id))),
    Promise.all(networkIds.map((networkId) => control.listTasks({ networkId }))),
  ])
  const peers = new Map(nodes.map((node) => [node.id as string, peerOf(node)]))
  // A task on several of the networks is in the list of each.
  const endpoints = [...new Map(tasks.flat().map((task) => [task.id, task])).values()].flatMap((task) => endpointsOf(task, peers.get(task.nodeId)?.address ?? ''))
  tables.apply('complete', [
    ...[...peers.values()].map((peer) => ({ action: 'update' as const, peer })),
    ...networks.map((network) => ({ action: 'update' as const, network })),
    ...services.flatMap(servicesOf).map((service) => ({ action: 'update' as const, service })),
    ...endpoints.map((endpoint) => ({ action: 'update' as const, endpoint })),
  ])
  return tables
}
