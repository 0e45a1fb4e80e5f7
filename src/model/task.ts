import type { Endpoint, PortConfig, TaskSpec } from './service.js'
import type { Annotations, Driver, Meta } from './object.js'
import type { GenericResource } from './resources.js'
import type { NodeId, ServiceId, TaskId } from './ids.js'
import type { Network } from './network.js'
import type { TaskState } from './task-state.js'

export interface Task {
  id: TaskId
  meta: Meta
  spec: TaskSpec
  /** The service's `specVersion` this task was made for. */
  specVersion: number
  /** Empty for an attachment of a standalone container. */
  serviceId: ServiceId | ''
  /** From 1, for replicated services and jobs; 0 for global ones, which go by node. */
  slot: number
  /** Empty until assigned. */
  nodeId: NodeId | ''
  /** The service's name and labels at the time the task was made. */
  serviceAnnotations: Annotations
  annotations: Annotations
  status: TaskStatus
  /** The manager's wish. */
  desiredState: TaskState
  networks: NetworkAttachment[]
  endpoint?: Endpoint
  logDriver?: Driver
  assignedGenericResources: GenericResource[]
  /** Jobs only: the iteration this task belongs to. */
  jobIteration?: number
}

/** What the task's owner observes: the manager up to `assigned`, then the agent. */
export interface TaskStatus {
  state: TaskState
  timestampMs: number
  /** What is being done or waited for: `preparing`, `started`, `pending task scheduling`. */
  message: string
  /** Why it cannot go on; empty when it can. */
  err: string
  container?: ContainerStatus
  /** Ports published in host mode, with the numbers the node chose. */
  ports: PortConfig[]
  /** The manager or node that wrote this. */
  appliedBy: string
  appliedAtMs?: number
}

export interface ContainerStatus {
  containerId: string
  pid: number
  exitCode: number
}

/** A task's place on one network. */
export interface NetworkAttachment {
  network: Network
  /** CIDR notation, at most one of each family. */
  addresses: string[]
  aliases: string[]
  driverOptions: Record<string, string>
}

/** How people call a task: `web.2` or, for a global service, `web.<node id>`. */
export function taskName(task: Pick<Task, 'serviceAnnotations' | 'slot' | 'nodeId' | 'annotations' | 'id'>): string {
  if (task.annotations.name !== '') return task.annotations.name
  return `${task.serviceAnnotations.name}.${task.slot > 0 ? String(task.slot) : task.nodeId}.${task.id}`
}
