import type { ContainerSpec } from './container-spec.js'
import type { ServiceId } from './ids.js'
import type { Annotations, Driver, Meta } from './object.js'
import type { Platform } from './node.js'
import type { ResourceRequirements } from './resources.js'

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

export interface ServiceSpec extends Annotations {
  task: TaskSpec
  mode: ServiceMode
  update?: UpdateConfig
  rollback?: UpdateConfig
  /** Older clients put networks here instead of into the task. */
  networks: NetworkAttachmentConfig[]
  endpoint?: EndpointSpec
}

export type ServiceMode =
  | { kind: 'replicated'; replicas: number }
  | { kind: 'global' }
  | { kind: 'replicatedJob'; maxConcurrent: number; totalCompletions: number }
  | { kind: 'globalJob' }

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

export const RestartCondition = { none: 'none', onFailure: 'on-failure', any: 'any' } as const
export type RestartCondition = (typeof RestartCondition)[keyof typeof RestartCondition]

export interface RestartPolicy {
  condition: RestartCondition
  /** Absent: 5 s. */
  delayNs?: number
  /** 0: no limit. */
  maxAttempts: number
  /** Attempts are counted within this time; 0: always. */
  windowNs: number
}

export interface Placement {
  /** `node.labels.zone==east` */
  constraints: string[]
  /** Spread over the values of these, the first one outermost: `node.labels.zone`. */
  preferences: { spread: string }[]
  /** 0: no limit. */
  maxReplicas: number
  platforms: Platform[]
}

export const FailureAction = { pause: 'pause', continue: 'continue', rollback: 'rollback' } as const
export type FailureAction = (typeof FailureAction)[keyof typeof FailureAction]

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

export const UpdateState = {
  updating: 'updating',
  paused: 'paused',
  completed: 'completed',
  rollbackStarted: 'rollback_started',
  rollbackPaused: 'rollback_paused',
  rollbackCompleted: 'rollback_completed',
} as const
export type UpdateState = (typeof UpdateState)[keyof typeof UpdateState]

export interface UpdateStatus {
  state: UpdateState
  startedAtMs?: number
  completedAtMs?: number
  message: string
}

export interface NetworkAttachmentConfig {
  /** The network's id or name as the user gave it; the control API resolves it to an id. */
  target: string
  aliases: string[]
  /** Asked-for addresses (attachments of standalone containers). */
  addresses: string[]
  driverOptions: Record<string, string>
}

export const EndpointMode = { vip: 'vip', dnsrr: 'dnsrr' } as const
export type EndpointMode = (typeof EndpointMode)[keyof typeof EndpointMode]

export const Protocol = { tcp: 'tcp', udp: 'udp', sctp: 'sctp' } as const
export type Protocol = (typeof Protocol)[keyof typeof Protocol]

export const PublishMode = { ingress: 'ingress', host: 'host' } as const
export type PublishMode = (typeof PublishMode)[keyof typeof PublishMode]

export interface PortConfig {
  name: string
  protocol: Protocol
  targetPort: number
  /** 0: chosen by the allocator (ingress, from 30000) or by the node (host). */
  publishedPort: number
  publishMode: PublishMode
}

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
