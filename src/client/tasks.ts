import type { SwarmTask } from '../model/engine-api/extensions.js'
import type { LogsQuery } from './containers.js'
import { outputOf, type Output } from './streams.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

/** Tasks; a manager answers. */
export class TasksClient {
  constructor(private readonly client: Client) {}

  /** Filters: desired-state, id, label, name, node, service. */
  list(filters: FilterValues = {}): Promise<SwarmTask[]> {
    return this.client.json('GET', '/tasks', { query: { filters: filterText(filters) } })
  }

  inspect(ref: string): Promise<SwarmTask> {
    return this.client.json('GET', `/tasks/${encodeURIComponent(ref)}`)
  }

  async logs(ref: string, tty: boolean, query: LogsQuery = {}, signal?: AbortSignal): Promise<AsyncIterable<Output>> {
    const path = `/tasks/${encodeURIComponent(ref)}/logs`
    return outputOf(await this.client.send('GET', path, { query: { ...query }, ...(signal && { signal }) }), tty)
  }
}
