import type { Config, ConfigSpec } from '../model/engine-api/swarm.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

export class ConfigsClient {
  constructor(private readonly client: Client) {}

  list(filters: FilterValues = {}): Promise<Config[]> {
    return this.client.json('GET', '/configs', { query: { filters: filterText(filters) } })
  }

  inspect(ref: string): Promise<Config> {
    return this.client.json('GET', at(ref))
  }

  /** `Data` is base 64. Gives the id. */
  async create(spec: ConfigSpec): Promise<string> {
    return (await this.client.json<{ ID: string }>('POST', '/configs/create', { body: spec })).ID
  }

  update(id: string, version: number, spec: ConfigSpec): Promise<void> {
    return this.client.json('POST', `${at(id)}/update`, { query: { version }, body: spec })
  }

  remove(ref: string): Promise<void> {
    return this.client.json('DELETE', at(ref))
  }
}

const at = (ref: string) => `/configs/${encodeURIComponent(ref)}`
