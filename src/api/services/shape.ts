import type {
  SwarmContainerSpec,
  SwarmNetworkAttachmentConfig,
  SwarmResources,
  SwarmServiceSpec,
  SwarmTaskSpec,
} from '../../model/engine-api/extensions.js'
import type { EndpointPortConfig, EndpointSpec, GenericResources, Limit, ResourceObject, ServiceSpec } from '../../model/engine-api/swarm.js'
import { healthConfig, mount } from '../containers/shape.js'
import { anyObject, count, flag, fraction, listOf, mapOf, oneOf, orNull, shape, text, whole, type Check } from '../json-check.js'

/** The JSON of a service's spec, as types that are checked. */
const strings = listOf(text)
const labels = mapOf(orNull(text, ''))
const options = mapOf(orNull(text, ''))

type Named = { Name?: string; Options?: Record<string, string> }
export const driver: Check<Named> = shape<Named>({ Name: text, Options: options })

type SecretReference = NonNullable<SwarmContainerSpec['Secrets']>[number]
type ConfigReference = NonNullable<SwarmContainerSpec['Configs']>[number]
type Privileges = NonNullable<SwarmContainerSpec['Privileges']>

const file = shape<NonNullable<SecretReference['File']>>({ Name: text, UID: text, GID: text, Mode: count })

const privileges = shape<Privileges>({
  CredentialSpec: shape<NonNullable<Privileges['CredentialSpec']>>({ Config: text, File: text, Registry: text }),
  SELinuxContext: shape<NonNullable<Privileges['SELinuxContext']>>({ Disable: flag, User: text, Role: text, Type: text, Level: text }),
  Seccomp: shape<NonNullable<Privileges['Seccomp']>>({ Mode: oneOf('default', 'unconfined', 'custom'), Profile: text }),
  AppArmor: shape<NonNullable<Privileges['AppArmor']>>({ Mode: oneOf('default', 'disabled') }),
  NoNewPrivileges: flag,
})

const containerSpec = shape<SwarmContainerSpec>({
  Image: text,
  Labels: labels,
  Command: strings,
  Args: strings,
  Hostname: text,
  Env: strings,
  Dir: text,
  User: text,
  Groups: strings,
  Privileges: privileges,
  TTY: flag,
  OpenStdin: flag,
  ReadOnly: flag,
  Mounts: listOf(mount),
  StopSignal: text,
  StopGracePeriod: whole,
  Healthcheck: healthConfig,
  HealthCheck: healthConfig,
  Hosts: strings,
  DNSConfig: shape<NonNullable<SwarmContainerSpec['DNSConfig']>>({ Nameservers: strings, Search: strings, Options: strings }),
  Secrets: listOf(shape<SecretReference>({ File: file, SecretID: text, SecretName: text })),
  OomScoreAdj: whole,
  Configs: listOf(shape<ConfigReference>({ File: file, Runtime: anyObject, ConfigID: text, ConfigName: text })),
  Isolation: oneOf('default', 'process', 'hyperv', ''),
  Init: flag,
  Sysctls: mapOf(text),
  CapabilityAdd: strings,
  CapabilityDrop: strings,
  Ulimits: listOf(shape<NonNullable<SwarmContainerSpec['Ulimits']>[number]>({ Name: text, Soft: whole, Hard: whole })),
  Skep: shape<NonNullable<SwarmContainerSpec['Skep']>>({
    Privileged: flag,
    ShmSize: count,
    PidMode: text,
    IpcMode: text,
    Devices: listOf(
      shape<{ PathOnHost?: string; PathInContainer?: string; CgroupPermissions?: string }>({
        PathOnHost: text,
        PathInContainer: text,
        CgroupPermissions: text,
      }),
    ),
  }),
})

const genericResources: Check<GenericResources> = listOf(
  shape<GenericResources[number]>({
    NamedResourceSpec: shape<{ Kind?: string; Value?: string }>({ Kind: text, Value: text }),
    DiscreteResourceSpec: shape<{ Kind?: string; Value?: number }>({ Kind: text, Value: whole }),
  }),
)

const resources = shape<SwarmResources>({
  Limits: shape<Limit>({ NanoCPUs: whole, MemoryBytes: whole, Pids: whole }),
  Reservations: shape<ResourceObject>({ NanoCPUs: whole, MemoryBytes: whole, GenericResources: genericResources }),
  SwapBytes: whole,
  MemorySwappiness: whole,
})

const networks = listOf(
  shape<SwarmNetworkAttachmentConfig>({
    Target: text,
    Aliases: strings,
    DriverOpts: mapOf(text),
    Skep: shape<{ Addresses?: string[] }>({ Addresses: strings }),
  }),
)

type Placement = NonNullable<SwarmTaskSpec['Placement']>

const taskSpec = shape<SwarmTaskSpec>({
  PluginSpec: shape<NonNullable<SwarmTaskSpec['PluginSpec']>>({
    Name: text,
    Remote: text,
    Disabled: flag,
    PluginPrivilege: listOf(shape<{ Name?: string; Description?: string; Value?: string[] }>({ Name: text, Description: text, Value: strings })),
  }),
  ContainerSpec: containerSpec,
  NetworkAttachmentSpec: shape<{ ContainerID?: string }>({ ContainerID: text }),
  Resources: resources,
  RestartPolicy: shape<NonNullable<SwarmTaskSpec['RestartPolicy']>>({
    Condition: oneOf('none', 'on-failure', 'any'),
    Delay: whole,
    MaxAttempts: count,
    Window: whole,
  }),
  Placement: shape<Placement>({
    Constraints: strings,
    Preferences: listOf(
      shape<NonNullable<Placement['Preferences']>[number]>({
        Spread: shape<{ SpreadDescriptor?: string }>({ SpreadDescriptor: text }),
      }),
    ),
    MaxReplicas: count,
    Platforms: listOf(shape<{ Architecture?: string; OS?: string }>({ Architecture: text, OS: text })),
  }),
  ForceUpdate: count,
  Runtime: text,
  Networks: networks,
  LogDriver: driver,
})

const updateConfig = shape<NonNullable<ServiceSpec['UpdateConfig']>>({
  Parallelism: count,
  Delay: whole,
  FailureAction: oneOf('continue', 'pause', 'rollback'),
  Monitor: whole,
  MaxFailureRatio: fraction,
  Order: oneOf('stop-first', 'start-first'),
})

const endpointSpec: Check<EndpointSpec> = shape<EndpointSpec>({
  Mode: oneOf('vip', 'dnsrr'),
  Ports: listOf(
    shape<EndpointPortConfig>({
      Name: text,
      Protocol: oneOf('tcp', 'udp', 'sctp'),
      TargetPort: count,
      PublishedPort: count,
      PublishMode: oneOf('ingress', 'host'),
    }),
  ),
})

type Mode = NonNullable<ServiceSpec['Mode']>

export const serviceSpec: Check<SwarmServiceSpec> = shape<SwarmServiceSpec>({
  Name: text,
  Labels: labels,
  TaskTemplate: taskSpec,
  Mode: shape<Mode>({
    Replicated: shape<NonNullable<Mode['Replicated']>>({ Replicas: count }),
    Global: anyObject,
    ReplicatedJob: shape<NonNullable<Mode['ReplicatedJob']>>({ MaxConcurrent: count, TotalCompletions: count }),
    GlobalJob: anyObject,
  }),
  UpdateConfig: updateConfig,
  RollbackConfig: updateConfig,
  Networks: networks,
  EndpointSpec: endpointSpec,
})
