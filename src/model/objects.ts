import type { Cluster } from './cluster.js'
import type { Network } from './network.js'
import type { Node } from './node.js'
import type { Config, Secret } from './secret.js'
import type { Service } from './service.js'
import type { Task } from './task.js'
import type { Volume } from './volume.js'

/** The tables of the replicated store and what they hold. Objects are immutable: change a copy and write that. */
export interface ObjectsByKind {
  node: Node
  service: Service
  task: Task
  network: Network
  secret: Secret
  config: Config
  volume: Volume
  cluster: Cluster
}
/** The name of a table. */
export type ObjectKind = keyof ObjectsByKind
