import type { Readable } from 'node:stream'
import type { Plugin, PluginPrivilege } from '../model/engine-api/plugin.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'
import type { ImageProgress } from './images.js'
import { jsonLines } from './streams.js'

/** What a plugin is got with from a registry. `auth` is the value of `X-Registry-Auth`. */
export interface PluginPull {
  remote: string
  privileges: readonly PluginPrivilege[]
  auth?: string
}

/** Slashes of a name stay as they are: every daemon takes them so. */
const at = (ref: string) => `/plugins/${encodeURIComponent(ref).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@')}`
const authHeader = (auth: string | undefined): Record<string, string> => (auth === undefined ? {} : { 'X-Registry-Auth': auth })

export class PluginsClient {
  constructor(private readonly client: Client) {}

  list(filters: FilterValues = {}): Promise<Plugin[]> {
    return this.client.json('GET', '/plugins', { query: { filters: filterText(filters) } })
  }

  inspect(ref: string): Promise<Plugin> {
    return this.client.json('GET', `${at(ref)}/json`)
  }

  /** What a plugin of a registry needs to be granted. */
  async privileges(remote: string, auth?: string): Promise<PluginPrivilege[]> {
    return (await this.client.json<PluginPrivilege[] | null>('GET', '/plugins/privileges', { query: { remote }, headers: authHeader(auth) })) ?? []
  }

  /** Installs it, disabled. `name` is the one that it got here. */
  async pull({ remote, privileges, auth }: PluginPull, name?: string): Promise<{ name: string; progress: AsyncIterable<ImageProgress> }> {
    const query = { remote, ...(name !== undefined && { name }) }
    const answer = await this.client.send('POST', '/plugins/pull', { query, headers: authHeader(auth), body: privileges })
    const given = answer.headers['docker-plugin-name']
    return { name: typeof given === 'string' ? given : (name ?? remote), progress: jsonLines(answer) }
  }

  async upgrade(ref: string, { remote, privileges, auth }: PluginPull): Promise<AsyncIterable<ImageProgress>> {
    return jsonLines(await this.client.send('POST', `${at(ref)}/upgrade`, { query: { remote }, headers: authHeader(auth), body: privileges }))
  }

  /** From a tar archive of `config.json` and `rootfs`. */
  create(name: string, archive: Readable): Promise<void> {
    return this.client.json('POST', '/plugins/create', { query: { name }, stream: archive, headers: { 'Content-Type': 'application/x-tar' } })
  }

  async push(ref: string, auth?: string): Promise<AsyncIterable<ImageProgress>> {
    return jsonLines(await this.client.send('POST', `${at(ref)}/push`, { headers: authHeader(auth) }))
  }

  enable(ref: string, timeoutSeconds: number): Promise<void> {
    return this.client.json('POST', `${at(ref)}/enable`, { query: { timeout: timeoutSeconds } })
  }

  disable(ref: string, force = false): Promise<void> {
    return this.client.json('POST', `${at(ref)}/disable`, { query: { force } })
  }

  remove(ref: string, force = false): Promise<void> {
    return this.client.json('DELETE', at(ref), { query: { force } })
  }

  set(ref: string, changes: readonly string[]): Promise<void> {
    return this.client.json('POST', `${at(ref)}/set`, { body: changes })
  }
}
