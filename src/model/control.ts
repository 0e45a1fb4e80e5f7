import type { Cluster, ClusterSpec } from './cluster.js'
import type { Network, NetworkSpec } from './network.js'
import type { Node, NodeSpec } from './node.js'
import type { Config, ConfigSpec, Secret, SecretSpec } from './secret.js'
import type { Service, ServiceSpec } from './service.js'
import type { Task } from './task.js'

/** Which tasks are asked for: those that fit everything given. */
export interface TaskSelection {
  serviceId?: string
  nodeId?: string
  /** On this network, now or before they ended. */
  networkId?: string
}

/**
 * The control API of a cluster: what the leader's handlers do, what the gRPC client offers on every
 * other manager, and what the Engine API is served from. References (`ref`) are an id, a full name
 * or a unique prefix of an id. Errors are `StatusError`s with Docker's wording. Updates name the
 * version they were made from and are refused with `outOfSequence` when it is not the current one.
 */
export interface Control {
  getCluster(): Promise<Cluster>
  updateCluster(version: number, spec: ClusterSpec, rotate: TokenRotation): Promise<Cluster>

  listNodes(): Promise<Node[]>
  getNode(ref: string): Promise<Node>
  updateNode(id: string, version: number, spec: NodeSpec): Promise<Node>
  removeNode(ref: string, force: boolean): Promise<void>

  listServices(): Promise<Service[]>
  getService(ref: string): Promise<Service>
  createService(spec: ServiceSpec): Promise<Service>
  /** `rollback` puts the previous spec back in place of the given one. `registryAuthFrom` is reserved. */
  updateService(id: string, version: number, spec: ServiceSpec, rollback: boolean): Promise<Service>
  removeService(ref: string): Promise<void>
  /** Running and wanted tasks of each service, for `service ls`. */
  serviceStatuses(ids: string[]): Promise<Record<string, ServiceTaskCounts>>

  /** Asks the agent of a node something, by reference; the answer is of the kind's own form. Throws `unavailable` for a node without a session. */
  askNode(ref: string, kind: string, body: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>

  listTasks(select?: TaskSelection): Promise<Task[]>
  getTask(ref: string): Promise<Task>
  removeTask(ref: string): Promise<void>

  listNetworks(): Promise<Network[]>
  getNetwork(ref: string): Promise<Network>
  createNetwork(spec: NetworkSpec): Promise<Network>
  removeNetwork(ref: string): Promise<void>

  /** Secrets are given without their data. */
  listSecrets(): Promise<Secret[]>
  getSecret(ref: string): Promise<Secret>
  createSecret(spec: SecretSpec): Promise<Secret>
  updateSecret(id: string, version: number, spec: SecretSpec): Promise<Secret>
  removeSecret(ref: string): Promise<void>

  listConfigs(): Promise<Config[]>
  getConfig(ref: string): Promise<Config>
  createConfig(spec: ConfigSpec): Promise<Config>
  updateConfig(id: string, version: number, spec: ConfigSpec): Promise<Config>
  removeConfig(ref: string): Promise<void>

  /** Changes of the whole cluster from now on, until the signal is aborted; for events and progress. */
  watch(signal: AbortSignal): AsyncIterable<ClusterEvent>
  /** Logs of services and tasks, gathered from the nodes that run them, as many messages at a time as there are. */
  serviceLogs(selector: LogSelector, options: LogOptions, signal: AbortSignal): AsyncIterable<LogMessage[]>
}

/** Which of the swarm's secrets are to be made anew. */
export interface TokenRotation {
  workerToken: boolean
  managerToken: boolean
  managerUnlockKey: boolean
}

/** What lists of services show. `completed` is of jobs. */
export interface ServiceTaskCounts {
  running: number
  desired: number
  completed: number
}

/** A change of one object. Tasks are left out unless asked for by `listTasks`. */
export interface ClusterEvent {
  table: 'node' | 'service' | 'network' | 'secret' | 'config'
  action: 'create' | 'update' | 'remove'
  id: string
  name: string
  timeMs: number
  /** Attributes Docker puts into such an event (`state.new`, `availability.old`, ...). */
  attributes: Record<string, string>
}

/** Whose logs: those of all that are named, by id. */
export interface LogSelector {
  serviceIds: string[]
  taskIds: string[]
  nodeIds: string[]
}

/** Which lines. */
export interface LogOptions {
  stdout: boolean
  stderr: boolean
  follow: boolean
  /** Lines from the end; -1 is all. */
  tail: number
  sinceMs?: number
}

/** A line of a task's log. */
export interface LogMessage {
  serviceId: string
  taskId: string
  nodeId: string
  timestampMs: number
  /** RFC 3339 with nanoseconds, as the log has it. */
  timestamp: string
  stream: 'stdout' | 'stderr'
  /** One line with its newline, or a part of a long one. */
  data: Uint8Array
}
