import type { EndpointSettings, Network, NetworkCreateResponse } from '../model/engine-api/network.js'
import type { ServiceTrace, TraceRequest } from '../model/service-trace.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

export type NetworkCreate = Omit<Network, 'Id' | 'Created' | 'Containers' | 'Peers'>

/** Networks, of the host and of the cluster. */
export class NetworksClient {
  constructor(private readonly client: Client) {}

  list(filters: FilterValues = {}): Promise<Network[]> {
    return this.client.json('GET', '/networks', { query: { filters: filterText(filters) } })
  }

  inspect(ref: string, options: { verbose?: boolean; scope?: string } = {}): Promise<Network> {
    return this.client.json('GET', at(ref), { query: { ...options } })
  }

  create(body: NetworkCreate): Promise<NetworkCreateResponse> {
    return this.client.json('POST', '/networks/create', { body })
  }

  remove(ref: string): Promise<void> {
    return this.client.json('DELETE', at(ref))
  }

  connect(ref: string, container: string, endpoint: EndpointSettings = {}): Promise<void> {
    return this.client.json('POST', `${at(ref)}/connect`, { body: { Container: container, EndpointConfig: endpoint } })
  }

  disconnect(ref: string, container: string, force = false): Promise<void> {
    return this.client.json('POST', `${at(ref)}/disconnect`, { body: { Container: container, Force: force } })
  }

  /** Beyond Docker's API: how a service is reached, and whether it answers. */
  trace(request: TraceRequest & { node?: string }): Promise<ServiceTrace> {
    return this.client.json('GET', '/skep/v1/trace', { query: { ...request } })
  }

  prune(filters: FilterValues = {}): Promise<{ NetworksDeleted: string[] | null }> {
    return this.client.json('POST', '/networks/prune', { query: { filters: filterText(filters) } })
  }
}

const at = (ref: string) => `/networks/${encodeURIComponent(ref)}`
