import type { Readable } from 'node:stream'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'
import type { HijackedConnection } from './http.js'
import type { ImageProgress } from './images.js'
import { jsonLines } from './streams.js'

export type BuildQuery = Record<string, string | number | boolean | readonly string[] | undefined>

/** Builds. */
export class BuildClient {
  constructor(private readonly client: Client) {}

  /** Sends a context (or nothing with `remote`) and gives the progress; `auths` is the value of `X-Registry-Config`. */
  async build(context: Readable | undefined, query: BuildQuery, options: { auths?: string; signal?: AbortSignal } = {}): Promise<AsyncIterable<ImageProgress>> {
    const { auths, signal } = options
    const headers = { 'Content-Type': 'application/x-tar', ...(auths !== undefined && { 'X-Registry-Config': auths }) }
    return jsonLines(await this.client.send('POST', '/build', { query, headers, ...(context && { stream: context }), ...(signal && { signal }) }))
  }

  /** Opens a connection on which the daemon calls the methods named, in gRPC over HTTP/2. */
  session(id: string, methods: readonly string[]): Promise<HijackedConnection> {
    const headers = { Upgrade: 'h2c', 'X-Docker-Expose-Session-Uuid': id, 'X-Docker-Expose-Session-Grpc-Method': methods.join(',') }
    return this.client.hijack('POST', '/session', { headers })
  }

  prune(options: { all?: boolean; filters?: FilterValues; 'reserved-space'?: number } = {}): Promise<{ CachesDeleted: string[] | null; SpaceReclaimed: number }> {
    const { filters = {}, ...query } = options
    return this.client.json('POST', '/build/prune', { query: { ...query, filters: filterText(filters) } })
  }
}
