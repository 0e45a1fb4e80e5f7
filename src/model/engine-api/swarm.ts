/**
 * JSON shapes of the Engine API, version 1.51: swarm. Field names, casing and nesting are the contract of
 * Docker's published definition; every field is optional because old clients leave out what they do not know.
 */
import type { PluginPrivilege } from './plugin.js'
import type { HealthConfig, Mount } from './container.js'
import type { Network } from './network.js'

export interface ObjectVersion {
  Index?: number
}

export interface NodeSpec {
  Name?: string
  Labels?: Record<string, string>
  Role?: 'worker' | 'manager'
  Availability?: 'active' | 'pause' | 'drain'
}

export interface Node {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: NodeSpec
  Description?: NodeDescription
  Status?: NodeStatus
  ManagerStatus?: ManagerStatus
}

export interface NodeDescription {
  Hostname?: string
  Platform?: Platform
  Resources?: ResourceObject
  Engine?: EngineDescription
  TLSInfo?: TLSInfo
}

export interface Platform {
  Architecture?: string
  OS?: string
}

export interface EngineDescription {
  EngineVersion?: string
  Labels?: Record<string, string>
  Plugins?: ({
    Type?: string
    Name?: string
  })[]
}

export interface TLSInfo {
  TrustRoot?: string
  CertIssuerSubject?: string
  CertIssuerPublicKey?: string
}

export interface NodeStatus {
  State?: NodeState
  Message?: string
  Addr?: string
}

export type NodeState = 'unknown' | 'down' | 'ready' | 'disconnected'

export interface ManagerStatus {
  Leader?: boolean
  Reachability?: Reachability
  Addr?: string
}

export type Reachability = 'unknown' | 'unreachable' | 'reachable'

export interface SwarmSpec {
  Name?: string
  Labels?: Record<string, string>
  Orchestration?: {
    TaskHistoryRetentionLimit?: number
  } | null
  Raft?: {
    SnapshotInterval?: number
    KeepOldSnapshots?: number
    LogEntriesForSlowFollowers?: number
    ElectionTick?: number
    HeartbeatTick?: number
  }
  Dispatcher?: {
    HeartbeatPeriod?: number
  } | null
  CAConfig?: {
    NodeCertExpiry?: number
    ExternalCAs?: ({
      Protocol?: 'cfssl'
      URL?: string
      Options?: Record<string, string>
      CACert?: string
    })[]
    SigningCACert?: string
    SigningCAKey?: string
    ForceRotate?: number
  } | null
  EncryptionConfig?: {
    AutoLockManagers?: boolean
  }
  TaskDefaults?: {
    LogDriver?: {
      Name?: string
      Options?: Record<string, string>
    }
  }
}

export interface ClusterInfo {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: SwarmSpec
  TLSInfo?: TLSInfo
  RootRotationInProgress?: boolean
  DataPathPort?: number
  DefaultAddrPool?: string[]
  SubnetSize?: number
}

export interface JoinTokens {
  Worker?: string
  Manager?: string
}

export type Swarm = ClusterInfo & {
  JoinTokens?: JoinTokens
}

export interface TaskSpec {
  PluginSpec?: {
    Name?: string
    Remote?: string
    Disabled?: boolean
    PluginPrivilege?: PluginPrivilege[]
  }
  ContainerSpec?: {
    Image?: string
    Labels?: Record<string, string>
    Command?: string[]
    Args?: string[]
    Hostname?: string
    Env?: string[]
    Dir?: string
    User?: string
    Groups?: string[]
    Privileges?: {
      CredentialSpec?: {
        Config?: string
        File?: string
        Registry?: string
      }
      SELinuxContext?: {
        Disable?: boolean
        User?: string
        Role?: string
        Type?: string
        Level?: string
      }
      Seccomp?: {
        Mode?: 'default' | 'unconfined' | 'custom'
        Profile?: string
      }
      AppArmor?: {
        Mode?: 'default' | 'disabled'
      }
      NoNewPrivileges?: boolean
    }
    TTY?: boolean
    OpenStdin?: boolean
    ReadOnly?: boolean
    Mounts?: Mount[]
    StopSignal?: string
    StopGracePeriod?: number
    /** What Docker writes and reads; the published definition has it as `HealthCheck`. */
    Healthcheck?: HealthConfig
    HealthCheck?: HealthConfig
    Hosts?: string[]
    DNSConfig?: {
      Nameservers?: string[]
      Search?: string[]
      Options?: string[]
    }
    Secrets?: ({
      File?: {
        Name?: string
        UID?: string
        GID?: string
        Mode?: number
      }
      SecretID?: string
      SecretName?: string
    })[]
    OomScoreAdj?: number
    Configs?: ({
      File?: {
        Name?: string
        UID?: string
        GID?: string
        Mode?: number
      }
      Runtime?: Record<string, unknown>
      ConfigID?: string
      ConfigName?: string
    })[]
    Isolation?: 'default' | 'process' | 'hyperv' | ''
    Init?: boolean | null
    Sysctls?: Record<string, string>
    CapabilityAdd?: string[]
    CapabilityDrop?: string[]
    Ulimits?: ({
      Name?: string
      Soft?: number
      Hard?: number
    })[]
  }
  NetworkAttachmentSpec?: {
    ContainerID?: string
  }
  Resources?: {
    Limits?: Limit
    Reservations?: ResourceObject
  }
  RestartPolicy?: {
    Condition?: 'none' | 'on-failure' | 'any'
    Delay?: number
    MaxAttempts?: number
    Window?: number
  }
  Placement?: {
    Constraints?: string[]
    Preferences?: ({
      Spread?: {
        SpreadDescriptor?: string
      }
    })[]
    MaxReplicas?: number
    Platforms?: Platform[]
  }
  ForceUpdate?: number
  Runtime?: string
  Networks?: NetworkAttachmentConfig[]
  LogDriver?: {
    Name?: string
    Options?: Record<string, string>
  }
}

export type TaskState = 'new' | 'allocated' | 'pending' | 'assigned' | 'accepted' | 'preparing' | 'ready' | 'starting' | 'running' | 'complete' | 'shutdown' | 'failed' | 'rejected' | 'remove' | 'orphaned'

export interface ContainerStatus {
  ContainerID?: string
  PID?: number
  ExitCode?: number
}

export interface PortStatus {
  Ports?: EndpointPortConfig[]
}

export interface TaskStatus {
  Timestamp?: string
  State?: TaskState
  Message?: string
  Err?: string
  ContainerStatus?: ContainerStatus
  PortStatus?: PortStatus
}

export interface NetworkAttachment {
  Network?: Network
  Addresses?: string[]
}

export interface Task {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Name?: string
  Labels?: Record<string, string>
  Spec?: TaskSpec
  ServiceID?: string
  Slot?: number
  NodeID?: string
  AssignedGenericResources?: GenericResources
  Status?: TaskStatus
  DesiredState?: TaskState
  JobIteration?: ObjectVersion
  NetworksAttachments?: NetworkAttachment[]
}

export interface ServiceSpec {
  Name?: string
  Labels?: Record<string, string>
  TaskTemplate?: TaskSpec
  Mode?: {
    Replicated?: {
      Replicas?: number
    }
    Global?: Record<string, unknown>
    ReplicatedJob?: {
      MaxConcurrent?: number
      TotalCompletions?: number
    }
    GlobalJob?: Record<string, unknown>
  }
  UpdateConfig?: {
    Parallelism?: number
    Delay?: number
    FailureAction?: 'continue' | 'pause' | 'rollback'
    Monitor?: number
    MaxFailureRatio?: number
    Order?: 'stop-first' | 'start-first'
  }
  RollbackConfig?: {
    Parallelism?: number
    Delay?: number
    FailureAction?: 'continue' | 'pause'
    Monitor?: number
    MaxFailureRatio?: number
    Order?: 'stop-first' | 'start-first'
  }
  Networks?: NetworkAttachmentConfig[]
  EndpointSpec?: EndpointSpec
}

export interface EndpointPortConfig {
  Name?: string
  Protocol?: 'tcp' | 'udp' | 'sctp'
  TargetPort?: number
  PublishedPort?: number
  PublishMode?: 'ingress' | 'host'
}

export interface EndpointSpec {
  Mode?: 'vip' | 'dnsrr'
  Ports?: EndpointPortConfig[]
}

export interface Service {
  ID?: string
  Version?: ObjectVersion
  CreatedAt?: string
  UpdatedAt?: string
  Spec?: ServiceSpec
  Endpoint?: {
    Spec?: EndpointSpec
    Ports?: EndpointPortConfig[]
    VirtualIPs?: ({
      NetworkID?: string
      Addr?: string
    })[]
  }
  UpdateStatus?: {
    State?: 'updating' | 'paused' | 'completed'
    StartedAt?: string
    CompletedAt?: string
    Message?: string
  }
  ServiceStatus?: {
    RunningTasks?: number
    DesiredTasks?: number
    CompletedTasks?: number
  }
  JobStatus?: {
    JobIteration?: ObjectVersion
    LastExecution?: string
  }
}

export interface ServiceCreateResponse {
  ID?: string
  Warnings?: string[] | null
}

export interface ServiceUpdateResponse {
  Warnings?: string[]
}

export interface Driver {
  Name?: string
  Options?: Record<string, string>
}

export interface Limit {
  NanoCPUs?: number
  MemoryBytes?: number
  Pids?: number
}

export interface ResourceObject {
  NanoCPUs?: number
  MemoryBytes?: number
  GenericResources?: GenericResources
}

export type GenericResources = ({
  NamedResourceSpec?: {
    Kind?: string
    Value?: string
  }
  DiscreteResourceSpec?: {
    Kind?: string
    Value?: number
  }
})[]

export interface NetworkAttachmentConfig {
  Target?: string
  Aliases?: string[]
  DriverOpts?: Record<string, string>
}

/** The body of `POST /swarm/init`. */
export interface SwarmInitRequest {
  ListenAddr?: string
  AdvertiseAddr?: string
  DataPathAddr?: string
  DataPathPort?: number
  DefaultAddrPool?: string[]
  SubnetSize?: number
  ForceNewCluster?: boolean
  AutoLockManagers?: boolean
  Availability?: 'active' | 'pause' | 'drain'
  Spec?: SwarmSpec
}

/** The body of `POST /swarm/join`. */
export interface SwarmJoinRequest {
  ListenAddr?: string
  AdvertiseAddr?: string
  DataPathAddr?: string
  RemoteAddrs?: string[]
  JoinToken?: string
  Availability?: 'active' | 'pause' | 'drain'
}

export interface SwarmInfo {
  NodeID?: string
  NodeAddr?: string
  LocalNodeState?: LocalNodeState
  ControlAvailable?: boolean
  Error?: string
  RemoteManagers?: PeerNode[] | null
  Nodes?: number | null
  Managers?: number | null
  Cluster?: ClusterInfo
}

export type LocalNodeState = '' | 'inactive' | 'pending' | 'active' | 'error' | 'locked'

export interface PeerNode {
  NodeID?: string
  Addr?: string
}
