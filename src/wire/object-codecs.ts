import type { Cluster } from '../model/cluster.js'
import type { Network } from '../model/network.js'
import type { Node } from '../model/node.js'
import type { ObjectKind, ObjectsByKind } from '../model/objects.js'
import type { Config, Secret } from '../model/secret.js'
import type { Service } from '../model/service.js'
import type { Task, TaskStatus } from '../model/task.js'
import type { Volume } from '../model/volume.js'
import { codec, type Codec } from './codec.js'
import { skep } from './gen/skep.js'

export const nodeCodec = codec<Node>(skep.v1.Node)
export const serviceCodec = codec<Service>(skep.v1.Service)
export const taskCodec = codec<Task>(skep.v1.Task)
export const taskStatusCodec = codec<TaskStatus>(skep.v1.TaskStatus)
export const networkCodec = codec<Network>(skep.v1.Network)
export const secretCodec = codec<Secret>(skep.v1.Secret)
export const configCodec = codec<Config>(skep.v1.Config)
const volumeCodec = codec<Volume>(skep.v1.Volume)
export const clusterCodec = codec<Cluster>(skep.v1.Cluster)

/** The codec of each table's objects. */
export const objectCodecs: { readonly [K in ObjectKind]: Codec<ObjectsByKind[K]> } = {
  node: nodeCodec,
  service: serviceCodec,
  task: taskCodec,
  network: networkCodec,
  secret: secretCodec,
  config: configCodec,
  volume: volumeCodec,
  cluster: clusterCodec,
}

/** At most one of these, under the name of its table. */
export type AnyObject = Partial<ObjectsByKind>

/** One change of one object. `object` fields are named as the tables; a removal has `id` alone. */
export interface StoreAction extends AnyObject {
  action: 'create' | 'update' | 'remove'
  table: ObjectKind
  id: string
}

/** What one transaction of the store proposes. */
export interface StoreChange {
  actions: StoreAction[]
  /** When the leader decided it. */
  timeMs: number
}

export const storeChangeCodec = codec<StoreChange>(skep.v1.StoreChange)
