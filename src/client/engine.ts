import { BuildClient } from './build.js'
import type { Client } from './client.js'
import { ContainersClient } from './containers.js'
import { ExecClient } from './exec.js'
import { ConfigsClient, SecretsClient } from './file-objects.js'
import { ImagesClient } from './images.js'
import { NetworksClient } from './networks.js'
import { NodesClient } from './nodes.js'
import { PluginsClient } from './plugins.js'
import { ServicesClient } from './services.js'
import { SwarmClient } from './swarm.js'
import { SystemClient } from './system.js'
import { TasksClient } from './tasks.js'
import { VolumesClient } from './volumes.js'

/** The Engine API of one daemon by its nouns, every call typed. Nothing is sent before the first call. */
export class EngineApi {
  readonly build: BuildClient
  readonly containers: ContainersClient
  readonly exec: ExecClient
  readonly images: ImagesClient
  readonly networks: NetworksClient
  readonly volumes: VolumesClient
  readonly plugins: PluginsClient
  readonly swarm: SwarmClient
  readonly nodes: NodesClient
  readonly services: ServicesClient
  readonly tasks: TasksClient
  readonly secrets: SecretsClient
  readonly configs: ConfigsClient
  readonly system: SystemClient

  constructor(client: Client) {
    this.build = new BuildClient(client)
    this.containers = new ContainersClient(client)
    this.exec = new ExecClient(client)
    this.images = new ImagesClient(client)
    this.networks = new NetworksClient(client)
    this.volumes = new VolumesClient(client)
    this.plugins = new PluginsClient(client)
    this.swarm = new SwarmClient(client)
    this.nodes = new NodesClient(client)
    this.services = new ServicesClient(client)
    this.tasks = new TasksClient(client)
    this.secrets = new SecretsClient(client)
    this.configs = new ConfigsClient(client)
    this.system = new SystemClient(client)
  }
}
