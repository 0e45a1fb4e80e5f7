import type { ContainerSummary } from '../model/engine-api/container.js'
import type { AuthConfig, BuildCache, ImageSummary } from '../model/engine-api/image.js'
import type { EventMessage, SystemInfo, SystemVersion } from '../model/engine-api/system.js'
import type { Volume } from '../model/engine-api/volume.js'
import type { Duplex } from 'node:stream'
import { jsonLines } from './streams.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

export interface DiskUsage {
  LayersSize?: number
  Images?: ImageSummary[]
  Containers?: ContainerSummary[]
  Volumes?: Volume[]
  BuildCache?: BuildCache[]
}

/** The daemon and its host. */
export class SystemClient {
  constructor(private readonly client: Client) {}

  /** What the daemon says of itself before anything else: its newest API version and its part in a swarm. */
  async ping(signal?: AbortSignal): Promise<{ apiVersion: string; swarm: string; osType: string }> {
    const answer = await this.client.http.send('HEAD', '/_ping', signal && { signal })
    answer.resume()
    const header = (name: string) => {
      const value = answer.headers[name]
      return typeof value === 'string' ? value : ''
    }
    return { apiVersion: header('api-version'), swarm: header('swarm'), osType: header('ostype') }
  }

  /** A connection to the daemon on which nothing was said yet. */
  connection(): Promise<Duplex> {
    return this.client.http.connection()
  }

  version(): Promise<SystemVersion> {
    return this.client.json('GET', '/version')
  }

  info(): Promise<SystemInfo> {
    return this.client.json('GET', '/info')
  }

  diskUsage(types: readonly string[] = []): Promise<DiskUsage> {
    return this.client.json('GET', '/system/df', { query: { type: types } })
  }

  /** `since` and `until` are Unix seconds with a fraction, or RFC 3339. Without `until` it goes on until the signal is aborted. */
  async events(options: { since?: string; until?: string; filters?: FilterValues } = {}, signal?: AbortSignal): Promise<AsyncIterable<EventMessage>> {
    const { filters = {}, ...query } = options
    return jsonLines(await this.client.send('GET', '/events', { query: { ...query, filters: filterText(filters) }, ...(signal && { signal }) }))
  }

  login(credentials: AuthConfig): Promise<{ Status?: string; IdentityToken?: string }> {
    return this.client.json('POST', '/auth', { body: credentials })
  }
}
