import type { Node, NodeSpec } from '../model/engine-api/swarm.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

/** Nodes of the swarm; a manager answers. */
export class NodesClient {
  constructor(private readonly client: Client) {}

  list(filters: FilterValues = {}): Promise<Node[]> {
    return this.client.json('GET', '/nodes', { query: { filters: filterText(filters) } })
  }

  /** `ref` is an id, a unique prefix of one, a host name, or `self`. */
  inspect(ref: string): Promise<Node> {
    return this.client.json('GET', at(ref))
  }

  update(id: string, version: number, spec: NodeSpec): Promise<void> {
    return this.client.json('POST', `${at(id)}/update`, { query: { version }, body: spec })
  }

  remove(ref: string, force = false): Promise<void> {
    return this.client.json('DELETE', at(ref), { query: { force } })
  }
}

const at = (ref: string) => `/nodes/${encodeURIComponent(ref)}`
