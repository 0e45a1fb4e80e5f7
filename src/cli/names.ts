import type { EngineApi } from '../client/engine.js'

/** Names of services and nodes by id, asked of the daemon once; an id without a name stays itself. */
export class Names {
  private services: Promise<ReadonlyMap<string, string>> | undefined
  private nodes: Promise<ReadonlyMap<string, string>> | undefined

  constructor(
    private readonly api: EngineApi,
    /** `--no-resolve`: ids stay ids. */
    private readonly resolve = true,
  ) {}

  async service(id: string): Promise<string> {
    if (!this.resolve) return id
    this.services ??= this.api.services.list().then((list) => new Map(list.map((service) => [service.ID ?? '', service.Spec?.Name ?? ''])))
    return (await this.services).get(id) ?? id
  }

  async node(id: string): Promise<string> {
    if (!this.resolve || id === '') return id
    this.nodes ??= this.api.nodes
      .list()
      .then((list) => new Map(list.map((node) => [node.ID ?? '', node.Spec?.Name || (node.Description?.Hostname ?? '')])))
    return (await this.nodes).get(id) ?? id
  }
}
