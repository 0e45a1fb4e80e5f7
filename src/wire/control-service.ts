import type { ClusterSpec } from '../model/cluster.js'
import type { ClusterEvent, Control, ServiceTaskCounts, TaskSelection, TokenRotation } from '../model/control.js'
import type { Network, NetworkSpec } from '../model/network.js'
import type { Node, NodeSpec } from '../model/node.js'
import type { Config, ConfigSpec, Secret, SecretSpec } from '../model/secret.js'
import type { Service, ServiceSpec } from '../model/service.js'
import type { Task } from '../model/task.js'
import { codec, type Codec } from './codec.js'
import { skep } from './gen/skep.js'
import type { LogBatch, SubscribeLogsRequest } from './logbroker-service.js'
import {
  clusterCodec,
  configCodec,
  networkCodec,
  nodeCodec,
  secretCodec,
  serviceCodec,
  taskCodec,
} from './object-codecs.js'
import { emptyCodec, serverStream, service, unary, type CallerRole, type Handlers } from './service-table.js'

export interface RefRequest {
  ref: string
}
export interface UpdateRequest<Spec> {
  id: string
  version: number
  spec: Spec
}
/** A part of a list. */
export interface ListPart<T> {
  items: T[]
}

const managers: readonly CallerRole[] = ['manager']
const readOnly = { readOnly: true }
const onceOnly = { onceOnly: true }
const refCodec = codec<RefRequest>(skep.v1.RefRequest)
const get = <T>(object: Codec<T>) => unary(refCodec, object, managers, readOnly)
const remove = unary(refCodec, emptyCodec, managers)

/** `Control` by gRPC: one method each, under the same names. */
export const controlService = service('Control', {
  getCluster: unary(emptyCodec, clusterCodec, managers, readOnly),
  updateCluster: unary(
    codec<{ version: number; spec: ClusterSpec; rotate: TokenRotation }>(skep.v1.UpdateClusterRequest),
    clusterCodec,
    managers,
    onceOnly,
  ),

  listNodes: serverStream(emptyCodec, codec<ListPart<Node>>(skep.v1.NodesPart), managers, readOnly),
  getNode: get(nodeCodec),
  updateNode: unary(codec<UpdateRequest<NodeSpec>>(skep.v1.UpdateNodeRequest), nodeCodec, managers, onceOnly),
  removeNode: unary(codec<{ ref: string; force: boolean }>(skep.v1.RemoveNodeRequest), emptyCodec, managers),

  listServices: serverStream(emptyCodec, codec<ListPart<Service>>(skep.v1.ServicesPart), managers, readOnly),
  getService: get(serviceCodec),
  createService: unary(codec<{ spec: ServiceSpec }>(skep.v1.CreateServiceRequest), serviceCodec, managers, onceOnly),
  updateService: unary(
    codec<UpdateRequest<ServiceSpec> & { rollback: boolean }>(skep.v1.UpdateServiceRequest),
    serviceCodec,
    managers,
    onceOnly,
  ),
  removeService: remove,
  serviceStatuses: serverStream(
    codec<{ ids: string[] }>(skep.v1.IdsRequest),
    codec<{ counts: Record<string, ServiceTaskCounts> }>(skep.v1.ServiceStatusesPart),
    managers,
    readOnly,
  ),

  askNode: unary(codec<{ nodeId: string; kind: string; body: Uint8Array }>(skep.v1.AskNodeRequest), codec<{ body: Uint8Array }>(skep.v1.AskNodeResponse), managers, readOnly),

  listTasks: serverStream(
    codec<TaskSelection>(skep.v1.ListTasksRequest),
    codec<ListPart<Task>>(skep.v1.TasksPart),
    managers,
    readOnly,
  ),
  getTask: get(taskCodec),
  removeTask: remove,

  listNetworks: serverStream(emptyCodec, codec<ListPart<Network>>(skep.v1.NetworksPart), managers, readOnly),
  getNetwork: get(networkCodec),
  createNetwork: unary(codec<{ spec: NetworkSpec }>(skep.v1.CreateNetworkRequest), networkCodec, managers, onceOnly),
  removeNetwork: remove,

  listSecrets: serverStream(emptyCodec, codec<ListPart<Secret>>(skep.v1.SecretsPart), managers, readOnly),
  getSecret: get(secretCodec),
  createSecret: unary(codec<{ spec: SecretSpec }>(skep.v1.CreateSecretRequest), secretCodec, managers, onceOnly),
  updateSecret: unary(codec<UpdateRequest<SecretSpec>>(skep.v1.UpdateSecretRequest), secretCodec, managers, onceOnly),
  removeSecret: remove,

  listConfigs: serverStream(emptyCodec, codec<ListPart<Config>>(skep.v1.ConfigsPart), managers, readOnly),
  getConfig: get(configCodec),
  createConfig: unary(codec<{ spec: ConfigSpec }>(skep.v1.CreateConfigRequest), configCodec, managers, onceOnly),
  updateConfig: unary(codec<UpdateRequest<ConfigSpec>>(skep.v1.UpdateConfigRequest), configCodec, managers, onceOnly),
  removeConfig: remove,

  watch: serverStream(emptyCodec, codec<{ events: ClusterEvent[] }>(skep.v1.ClusterEventBatch), managers),
  serviceLogs: serverStream(
    codec<SubscribeLogsRequest>(skep.v1.SubscribeLogsRequest),
    codec<LogBatch>(skep.v1.LogBatch),
    managers,
  ),
})

export type ControlMethods = typeof controlService.methods

/** Parts of a list hold about this much, whatever the objects are. */
const partBytesMax = 1024 * 1024
const partItemsMax = 100

/** Serves a `Control`. */
export function controlHandlers(control: Control): Handlers<ControlMethods> {
  return {
    getCluster: () => control.getCluster(),
    updateCluster: ({ version, spec, rotate }) => control.updateCluster(version, spec, rotate),

    listNodes: () => parts(control.listNodes()),
    getNode: ({ ref }) => control.getNode(ref),
    updateNode: ({ id, version, spec }) => control.updateNode(id, version, spec),
    removeNode: ({ ref, force }) => done(control.removeNode(ref, force)),

    listServices: () => parts(control.listServices()),
    getService: ({ ref }) => control.getService(ref),
    createService: ({ spec }) => control.createService(spec),
    updateService: ({ id, version, spec, rollback }) => control.updateService(id, version, spec, rollback),
    removeService: ({ ref }) => done(control.removeService(ref)),
    serviceStatuses: async function* ({ ids }) {
      const entries = Object.entries(await control.serviceStatuses(ids))
      for (let i = 0; i < entries.length; i += partItemsMax) yield { counts: Object.fromEntries(entries.slice(i, i + partItemsMax)) }
    },

    askNode: async ({ nodeId, kind, body }, call) => ({ body: await control.askNode(nodeId, kind, body, call.signal) }),

    listTasks: (select) => parts(control.listTasks(select)),
    getTask: ({ ref }) => control.getTask(ref),
    removeTask: ({ ref }) => done(control.removeTask(ref)),

    listNetworks: () => parts(control.listNetworks()),
    getNetwork: ({ ref }) => control.getNetwork(ref),
    createNetwork: ({ spec }) => control.createNetwork(spec),
    removeNetwork: ({ ref }) => done(control.removeNetwork(ref)),

    listSecrets: () => parts(control.listSecrets()),
    getSecret: ({ ref }) => control.getSecret(ref),
    createSecret: ({ spec }) => control.createSecret(spec),
    updateSecret: ({ id, version, spec }) => control.updateSecret(id, version, spec),
    removeSecret: ({ ref }) => done(control.removeSecret(ref)),

    listConfigs: () => parts(control.listConfigs(), (config) => config.spec.data.length),
    getConfig: ({ ref }) => control.getConfig(ref),
    createConfig: ({ spec }) => control.createConfig(spec),
    updateConfig: ({ id, version, spec }) => control.updateConfig(id, version, spec),
    removeConfig: ({ ref }) => done(control.removeConfig(ref)),

    watch: async function* (_request, call) {
      for await (const event of control.watch(call.signal)) yield { events: [event] }
    },
    serviceLogs: async function* ({ selector, options }, call) {
      for await (const messages of control.serviceLogs(selector, options, call.signal)) yield { messages }
    },
  }
}

/** Cuts a list into parts: at most so many objects, and so many bytes when objects can be large. */
async function* parts<T>(list: Promise<T[]>, bytesOf: (item: T) => number = () => 0): AsyncGenerator<ListPart<T>> {
  let items: T[] = []
  let bytes = 0
  for (const item of await list) {
    if (items.length >= partItemsMax || (items.length > 0 && bytes + bytesOf(item) > partBytesMax)) {
      yield { items }
      items = []
      bytes = 0
    }
    items.push(item)
    bytes += bytesOf(item)
  }
  if (items.length > 0) yield { items }
}

async function done(work: Promise<void>): Promise<Record<never, never>> {
  await work
  return {}
}
