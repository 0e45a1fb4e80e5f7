import type { Secret, SecretSpec } from '../model/engine-api/swarm.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

export class SecretsClient {
  constructor(private readonly client: Client) {}

  list(filters: FilterValues = {}): Promise<Secret[]> {
    return this.client.json('GET', '/secrets', { query: { filters: filterText(filters) } })
  }

  inspect(ref: string): Promise<Secret> {
    return this.client.json('GET', at(ref))
  }

  /** `Data` is base 64. Gives the id. */
  async create(spec: SecretSpec): Promise<string> {
    return (await this.client.json<{ ID: string }>('POST', '/secrets/create', { body: spec })).ID
  }

  update(id: string, version: number, spec: SecretSpec): Promise<void> {
    return this.client.json('POST', `${at(id)}/update`, { query: { version }, body: spec })
  }

  remove(ref: string): Promise<void> {
    return this.client.json('DELETE', at(ref))
  }
}

const at = (ref: string) => `/secrets/${encodeURIComponent(ref)}`
