/**
 * What skep adds to the Engine API's shapes. Additions sit in objects named `Skep`, which no field of
 * Docker's can clash with; clients that do not know them never see a difference.
 */
import type { DeviceMapping } from './container.js'
import type { NetworkAttachmentConfig, Service, ServiceSpec, Task, TaskSpec } from './swarm.js'

export interface ContainerSpecExtension {
  Privileged?: boolean
  /** Bytes. */
  ShmSize?: number
  PidMode?: string
  IpcMode?: string
  Devices?: DeviceMapping[]
}

export type SwarmContainerSpec = NonNullable<TaskSpec['ContainerSpec']> & { Skep?: ContainerSpecExtension }

/** `SwapBytes` and `MemorySwappiness` are Docker's own names, of a later version of its API. */
export type SwarmResources = NonNullable<TaskSpec['Resources']> & { SwapBytes?: number; MemorySwappiness?: number }

/** `Addresses` asks for addresses of an attachment of a standalone container. */
export type SwarmNetworkAttachmentConfig = NetworkAttachmentConfig & { Skep?: { Addresses?: string[] } }

export type SwarmTaskSpec = Omit<TaskSpec, 'ContainerSpec' | 'Resources' | 'Networks'> & {
  ContainerSpec?: SwarmContainerSpec
  Resources?: SwarmResources
  Networks?: SwarmNetworkAttachmentConfig[]
}

/** A rollback may be told to fall back too, as an update may; Docker's daemon takes it although its definition leaves it out. */
export type SwarmServiceSpec = Omit<ServiceSpec, 'TaskTemplate' | 'Networks' | 'RollbackConfig'> & {
  TaskTemplate?: SwarmTaskSpec
  Networks?: SwarmNetworkAttachmentConfig[]
  RollbackConfig?: ServiceSpec['UpdateConfig']
}

export type SwarmService = Omit<Service, 'Spec' | 'UpdateStatus'> & {
  Spec?: SwarmServiceSpec
  PreviousSpec?: SwarmServiceSpec
  UpdateStatus?: { State?: string; StartedAt?: string; CompletedAt?: string; Message?: string }
}

/** A network as the objects of Swarm mode carry it: with its spec apart from what was allocated. */
export interface SwarmNetwork {
  ID?: string
  Version?: { Index?: number }
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: {
    Name?: string
    Labels?: Record<string, string>
    DriverConfiguration?: SwarmDriver
    IPv6Enabled?: boolean
    Internal?: boolean
    Attachable?: boolean
    Ingress?: boolean
    IPAMOptions?: SwarmIpam
    Scope?: string
  }
  DriverState?: SwarmDriver
  IPAMOptions?: SwarmIpam
}

export interface SwarmDriver {
  Name?: string
  Options?: Record<string, string>
}

export interface SwarmIpam {
  Driver?: SwarmDriver
  Configs?: { Subnet?: string; Range?: string; Gateway?: string }[]
}

export type SwarmTask = Omit<Task, 'Spec' | 'NetworksAttachments'> & {
  Spec?: SwarmTaskSpec
  NetworksAttachments?: { Network?: SwarmNetwork; Addresses?: string[] }[]
}
