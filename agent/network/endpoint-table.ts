import type { Endpoint, Sandbox } from './endpoint.js'
import type { NetworkStore } from './store.js'

/** The endpoints of this host by container and by network, and the sandboxes, in memory and in the store. */
export class EndpointTable {
  private readonly byContainer = new Map<string, Endpoint[]>()
  private readonly byNetwork = new Map<string, Endpoint[]>()
  private readonly sandboxes = new Map<string, Sandbox>()

  constructor(private readonly store: NetworkStore) {
    for (const { value } of store.list('endpoint/')) this.index(value as Endpoint)
    for (const { value } of store.list('sandbox/')) {
      const sandbox = value as Sandbox
      this.sandboxes.set(sandbox.containerId, sandbox)
    }
  }

  all(): Endpoint[] {
    return [...this.byContainer.values()].flat()
  }
  ofContainer(containerId: string): readonly Endpoint[] {
    return this.byContainer.get(containerId) ?? []
  }
  ofNetwork(networkId: string): readonly Endpoint[] {
    return this.byNetwork.get(networkId) ?? []
  }

  /** Known at once; the promise resolves when it is durable. */
  add(endpoint: Endpoint): Promise<void> {
    this.index(endpoint)
    return this.store.put(`endpoint/${endpoint.endpointId}`, endpoint)
  }

  /** Takes the place of the record with the same id, in the same order. */
  replace(endpoint: Endpoint): Promise<void> {
    for (const [map, key] of [[this.byContainer, endpoint.containerId], [this.byNetwork, endpoint.networkId]] as const) {
      map.set(key, (map.get(key) ?? []).map((one) => (one.endpointId === endpoint.endpointId ? endpoint : one)))
    }
    return this.store.put(`endpoint/${endpoint.endpointId}`, endpoint)
  }

  delete(endpoint: Endpoint): Promise<void> {
    without(this.byContainer, endpoint.containerId, endpoint)
    without(this.byNetwork, endpoint.networkId, endpoint)
    return this.store.delete(`endpoint/${endpoint.endpointId}`)
  }

  allSandboxes(): Sandbox[] {
    return [...this.sandboxes.values()]
  }
  sandbox(containerId: string): Sandbox | undefined {
    return this.sandboxes.get(containerId)
  }
  saveSandbox(sandbox: Sandbox): Promise<void> {
    this.sandboxes.set(sandbox.containerId, sandbox)
    return this.store.put(`sandbox/${sandbox.containerId}`, sandbox)
  }
  deleteSandbox(containerId: string): Promise<void> {
    this.sandboxes.delete(containerId)
    return this.store.delete(`sandbox/${containerId}`)
  }

  private index(endpoint: Endpoint): void {
    this.byContainer.set(endpoint.containerId, [...this.ofContainer(endpoint.containerId), endpoint])
    this.byNetwork.set(endpoint.networkId, [...this.ofNetwork(endpoint.networkId), endpoint])
  }
}

function without(map: Map<string, Endpoint[]>, key: string, endpoint: Endpoint): void {
  const left = (map.get(key) ?? []).filter((other) => other.endpointId !== endpoint.endpointId)
  if (left.length > 0) map.set(key, left)
  else map.delete(key)
}
