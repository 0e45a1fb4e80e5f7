import type { Config, ConfigSpec, Secret, SecretSpec } from '../model/engine-api/secret.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

/** Secrets or configs: files that the managers keep. `ref` is an id, a name or a unique prefix of an id. */
export class FileObjectsClient<Item, Spec> {
  constructor(
    private readonly client: Client,
    private readonly path: '/secrets' | '/configs',
  ) {}

  list(filters: FilterValues = {}): Promise<Item[]> {
    return this.client.json('GET', this.path, { query: { filters: filterText(filters) } })
  }

  inspect(ref: string): Promise<Item> {
    return this.client.json('GET', this.at(ref))
  }

  /** `Data` is base 64. Gives the id. */
  async create(spec: Spec): Promise<string> {
    return (await this.client.json<{ ID: string }>('POST', `${this.path}/create`, { body: spec })).ID
  }

  /** Labels alone can change. `version` is the one that was seen; the daemon refuses an older one than its own. */
  update(id: string, version: number, spec: Spec): Promise<void> {
    return this.client.json('POST', `${this.at(id)}/update`, { query: { version }, body: spec })
  }

  remove(ref: string): Promise<void> {
    return this.client.json('DELETE', this.at(ref))
  }

  private at(ref: string): string {
    return `${this.path}/${encodeURIComponent(ref)}`
  }
}

/** Secrets: `list` and `inspect` give them without their data. */
export class SecretsClient extends FileObjectsClient<Secret, SecretSpec> {
  constructor(client: Client) {
    super(client, '/secrets')
  }
}

/** Configs, with their data. */
export class ConfigsClient extends FileObjectsClient<Config, ConfigSpec> {
  constructor(client: Client) {
    super(client, '/configs')
  }
}
