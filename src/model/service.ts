import type { ContainerSpec } from './container-spec.js'
import type { ServiceId } from './ids.js'
import type { Annotations, Driver, Meta } from './object.js'
import type { Platform } from './node.js'
import type { ResourceRequirements } from './resources.js'

/** A service as the store has it. */
export interface Service {
  id: ServiceId
  meta: Meta
  spec: ServiceSpec
  /** The spec before the last update: what a rollback returns to. */
  previousSpec?: ServiceSpec
  /** The version of the service when `spec` was last changed; a task remembers the one it was made for. */
  specVersion: number
  previousSpecVersion?: number
  endpoint?: Endpoint
  updateStatus?: UpdateStatus
  /** Jobs only: the version of this run. */
  jobStatus?: { jobIteration: number; lastExecutionMs: number }
  /** Set while the service's tasks are being shut down before it goes. */
  pendingDelete: boolean
}

/** What a user wants of a service. */
export interface ServiceSpec extends Annotations {
  task: TaskSpec
  mode: ServiceMode
  update?: UpdateConfig
  rollback?: UpdateConfig
  /** Older clients put networks here instead of into the task. */
  networks: NetworkAttachmentConfig[]
  endpoint?: EndpointSpec
}

/** How many tasks: a number kept running, one on each node, and the same for jobs, whose tasks are to end well. */
export type ServiceMode =
  | { kind: 'replicated'; replicas: number }
  | { kind: 'global' }
  | { kind: 'replicatedJob'; maxConcurrent: number; totalCompletions: number }
  | { kind: 'globalJob' }

/** What every task of a service is made from. */
export interface TaskSpec {
  /** Absent for a network attachment of a standalone container. */
  container?: ContainerSpec
  /** A standalone container that attaches to an overlay network. */
  attachment?: { containerId: string }
  resources?: ResourceRequirements
  restart?: RestartPolicy
  placement?: Placement
  networks: NetworkAttachmentConfig[]
  logDriver?: Driver
  /** Raised to replace tasks although nothing else changed. */
  forceUpdate: number
  runtime: string
}

/** After which ends a task is made again in its slot. */
export const RestartCondition = { none: 'none', onFailure: 'on-failure', any: 'any' } as const
export type RestartCondition = (typeof RestartCondition)[keyof typeof RestartCondition]

/** Whether and when a task that ended is made again. */
export interface RestartPolicy {
  condition: RestartCondition
  /** Absent: 5 s. */
  delayNs?: number
  /** 0: no limit. */
  maxAttempts: number
  /** Attempts are counted within this time; 0: always. */
  windowNs: number
}

/** Which nodes may have the tasks, and which are preferred. */
export interface Placement {
  /** `node.labels.zone==east` */
  constraints: string[]
  /** Spread over the values of these, the first one outermost: `node.labels.zone`. */
  preferences: { spread: string }[]
  /** 0: no limit. */
  maxReplicas: number
  platforms: Platform[]
}

/** What becomes of an update whose tasks fail. */
export const FailureAction = { pause: 'pause', continue: 'continue', rollback: 'rollback' } as const
export type FailureAction = (typeof FailureAction)[keyof typeof FailureAction]

/** Whether the old task ends before the new one starts, or after. */
export const UpdateOrder = { stopFirst: 'stop-first', startFirst: 'start-first' } as const
export type UpdateOrder = (typeof UpdateOrder)[keyof typeof UpdateOrder]

/** How an update (or a rollback) moves from task to task. */
export interface UpdateConfig {
  /** Tasks replaced at once; 0: all. */
  parallelism: number
  /** Wait between batches. */
  delayNs: number
  failureAction: FailureAction
  /** How long a new task is watched for failure. Absent: 5 s. */
  monitorNs?: number
  /** 0 to 1: the part of failed tasks that is tolerated. */
  maxFailureRatio: number
  order: UpdateOrder
}

/** Where an update or its rollback stands, in the Engine API's words. */
export const UpdateState = {
  updating: 'updating',
  paused: 'paused',
  completed: 'completed',
  rollbackStarted: 'rollback_started',
  rollbackPaused: 'rollback_paused',
  rollbackCompleted: 'rollback_completed',
} as const
export type UpdateState = (typeof UpdateState)[keyof typeof UpdateState]

/** The newest update of a service. `message` is a sentence for people. */
export interface UpdateStatus {
  state: UpdateState
  startedAtMs?: number
  completedAtMs?: number
  message: string
}

/** A network that tasks are to be on. */
export interface NetworkAttachmentConfig {
  /** The network's id or name as the user gave it; the control API resolves it to an id. */
  target: string
  aliases: string[]
  /** Asked-for addresses (attachments of standalone containers). */
  addresses: string[]
  driverOptions: Record<string, string>
}

/** How a service's name is answered: with its virtual IP, or with the addresses of its tasks in turn. */
export const EndpointMode = { vip: 'vip', dnsrr: 'dnsrr' } as const
export type EndpointMode = (typeof EndpointMode)[keyof typeof EndpointMode]

/** What ports can be published for. */
export const Protocol = { tcp: 'tcp', udp: 'udp', sctp: 'sctp' } as const
export type Protocol = (typeof Protocol)[keyof typeof Protocol]

/** On every node by the mesh, or on the task's own node alone. */
export const PublishMode = { ingress: 'ingress', host: 'host' } as const
export type PublishMode = (typeof PublishMode)[keyof typeof PublishMode]

/** A published port. */
export interface PortConfig {
  name: string
  protocol: Protocol
  targetPort: number
  /** 0: chosen by the allocator (ingress, from 30000) or by the node (host). */
  publishedPort: number
  publishMode: PublishMode
}

/** How a service is to be reached. */
export interface EndpointSpec {
  mode: EndpointMode
  ports: PortConfig[]
}

/** What the allocator gave the service. */
export interface Endpoint {
  spec: EndpointSpec
  ports: PortConfig[]
  /** One address in CIDR notation per network, and another one of IPv6 where the network has it. */
  virtualIps: { networkId: string; address: string }[]
}
