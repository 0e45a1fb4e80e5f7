import type { EndpointSettings, Network, NetworkCreateResponse } from '../../model/engine-api/network.js'
import type { NetworkRows } from '../../model/network-table.js'
import type { ServiceTrace, TraceRequest } from '../../model/service-trace.js'

/** The body of `POST /networks/create`. */
export interface NetworkCreateBody
  extends Pick<
    Network,
    'Name' | 'Driver' | 'Scope' | 'Internal' | 'Attachable' | 'Ingress' | 'ConfigOnly' | 'ConfigFrom' | 'IPAM' | 'EnableIPv4' | 'EnableIPv6' | 'Options' | 'Labels'
  > {
  /** Old clients ask for a unique name with it; names are always unique here. */
  CheckDuplicate?: boolean
}

/** What the network endpoints need of the engine: this host's own networks. `ref` is a name, an id or a unique prefix of an id. */
export interface NetworksBackend {
  /** Local networks, and those of the cluster that are in use on this host, with their containers. */
  list(): Promise<Network[]>
  /** Throws `notFound`: "network x not found". */
  inspect(ref: string): Promise<Network>
  /** Throws `conflict` for a taken name or an overlapping subnet. */
  create(body: NetworkCreateBody): Promise<NetworkCreateResponse>
  /** Throws `forbidden` while containers use it and for predefined networks, as Docker does. */
  remove(ref: string): Promise<void>
  /** `ref` may also be the id of an attachable cluster network. */
  connect(ref: string, container: string, endpoint: EndpointSettings): Promise<void>
  /**
   * Who is on a network of the cluster, as this node was told, or, with `ask`, as a manager knows; undefined
   * when neither can be had.
   */
  rows(networkId: string, ask: boolean): Promise<NetworkRows | undefined>
  /** What does not work on this node for a network of the cluster, in sentences. */
  problems(networkId: string): string[]
  /** Throws `forbidden` for a subnet that this host is itself on. */
  checkSubnets(subnets: readonly string[]): Promise<void>
  /** Follows the ways to a service, from this node or another one. Throws `notFound`, `conflict`. */
  trace(request: TraceRequest, node: string | undefined): Promise<ServiceTrace>
  disconnect(ref: string, container: string, force: boolean): Promise<void>
  /** Tells those who follow events that unused networks were removed. */
  pruned(): void
}
