import type { Volume, VolumeCreateOptions, VolumeListResponse } from '../model/engine-api/volume.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

/** Volumes, by name. */
export class VolumesClient {
  constructor(private readonly client: Client) {}

  async list(filters: FilterValues = {}): Promise<Volume[]> {
    return (await this.client.json<VolumeListResponse>('GET', '/volumes', { query: { filters: filterText(filters) } })).Volumes ?? []
  }

  inspect(name: string): Promise<Volume> {
    return this.client.json('GET', `/volumes/${encodeURIComponent(name)}`)
  }

  create(options: VolumeCreateOptions): Promise<Volume> {
    return this.client.json('POST', '/volumes/create', { body: options })
  }

  remove(name: string, force = false): Promise<void> {
    return this.client.json('DELETE', `/volumes/${encodeURIComponent(name)}`, { query: { force } })
  }

  prune(filters: FilterValues = {}): Promise<{ VolumesDeleted: string[] | null; SpaceReclaimed: number }> {
    return this.client.json('POST', '/volumes/prune', { query: { filters: filterText(filters) } })
  }
}
