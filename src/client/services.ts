import type { SwarmService, SwarmServiceSpec } from '../model/engine-api/extensions.js'
import type { ServiceCreateResponse, ServiceUpdateResponse } from '../model/engine-api/swarm.js'
import type { LogsQuery } from './containers.js'
import { outputOf, type Output } from './streams.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

/** Services; a manager answers. */
export class ServicesClient {
  constructor(private readonly client: Client) {}

  /** `status` adds the counts of running and wanted tasks. */
  list(options: { status?: boolean; filters?: FilterValues } = {}): Promise<SwarmService[]> {
    const { filters = {}, ...query } = options
    return this.client.json('GET', '/services', { query: { ...query, filters: filterText(filters) } })
  }

  inspect(ref: string, options: { insertDefaults?: boolean } = {}): Promise<SwarmService> {
    return this.client.json('GET', at(ref), { query: { ...options } })
  }

  create(spec: SwarmServiceSpec, options: { auth?: string } = {}): Promise<ServiceCreateResponse> {
    return this.client.json('POST', '/services/create', { body: spec, headers: authHeader(options.auth) })
  }

  /** `rollback` puts the previous spec back in place of the given one. */
  update(
    id: string,
    version: number,
    spec: SwarmServiceSpec,
    options: { rollback?: 'previous'; registryAuthFrom?: 'spec' | 'previous-spec'; auth?: string } = {},
  ): Promise<ServiceUpdateResponse> {
    const { auth, ...query } = options
    return this.client.json('POST', `${at(id)}/update`, { query: { version, ...query }, body: spec, headers: authHeader(auth) })
  }

  remove(ref: string): Promise<void> {
    return this.client.json('DELETE', at(ref))
  }

  async logs(ref: string, tty: boolean, query: LogsQuery = {}, signal?: AbortSignal): Promise<AsyncIterable<Output>> {
    return outputOf(await this.client.send('GET', `${at(ref)}/logs`, { query: { ...query }, ...(signal && { signal }) }), tty)
  }
}

const at = (ref: string) => `/services/${encodeURIComponent(ref)}`
const authHeader = (auth: string | undefined): Record<string, string> => (auth === undefined ? {} : { 'X-Registry-Auth': auth })
