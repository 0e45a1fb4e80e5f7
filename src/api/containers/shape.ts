import type { HostConfig, HealthConfig, Mount, Resources, RestartPolicy } from '../../model/engine-api/container.js'
import type { CreateRequest } from '../../model/engine-api/create.js'
import type { EndpointSettings } from '../../model/engine-api/network.js'
import { anyObject, flag, listOf, mapOf, oneOf, orNull, shape, text, textOrList, whole, type Check } from '../json-check.js'

/** The bodies of the container endpoints, as types that are checked. */
const strings = listOf(text)
const labels = mapOf(orNull(text, ''))

const throttle = listOf(shape<{ Path?: string; Rate?: number }>({ Path: text, Rate: whole }))

export const healthConfig: Check<HealthConfig> = shape<HealthConfig>({
  Test: strings,
  Interval: whole,
  Timeout: whole,
  Retries: whole,
  StartPeriod: whole,
  StartInterval: whole,
})

export const mount: Check<Mount> = shape<Mount>({
  Target: text,
  Source: text,
  Type: oneOf('bind', 'cluster', 'image', 'npipe', 'tmpfs', 'volume'),
  ReadOnly: flag,
  Consistency: text,
  BindOptions: shape<NonNullable<Mount['BindOptions']>>({
    Propagation: oneOf('private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'),
    NonRecursive: flag,
    CreateMountpoint: flag,
    ReadOnlyNonRecursive: flag,
    ReadOnlyForceRecursive: flag,
  }),
  VolumeOptions: shape<NonNullable<Mount['VolumeOptions']>>({
    NoCopy: flag,
    Labels: labels,
    DriverConfig: shape<{ Name?: string; Options?: Record<string, string> }>({ Name: text, Options: mapOf(text) }),
    Subpath: text,
  }),
  ImageOptions: shape<{ Subpath?: string }>({ Subpath: text }),
  TmpfsOptions: shape<NonNullable<Mount['TmpfsOptions']>>({ SizeBytes: whole, Mode: whole, Options: listOf(strings) }),
})

/** One of the words that the type knows: the engine refuses others, in Docker's words. */
const word = <T extends string>(): Check<T> => text as Check<T>

const restartPolicy: Check<RestartPolicy> = shape<RestartPolicy>({
  Name: word(),
  MaximumRetryCount: whole,
})

const ulimits = listOf(shape<{ Name?: string; Soft?: number; Hard?: number }>({ Name: text, Soft: whole, Hard: whole }))

const resourceFields = {
  CpuShares: whole,
  Memory: whole,
  CgroupParent: text,
  BlkioWeight: whole,
  BlkioWeightDevice: listOf(shape<{ Path?: string; Weight?: number }>({ Path: text, Weight: whole })),
  BlkioDeviceReadBps: throttle,
  BlkioDeviceWriteBps: throttle,
  BlkioDeviceReadIOps: throttle,
  BlkioDeviceWriteIOps: throttle,
  CpuPeriod: whole,
  CpuQuota: whole,
  CpuRealtimePeriod: whole,
  CpuRealtimeRuntime: whole,
  CpusetCpus: text,
  CpusetMems: text,
  Devices: listOf(
    shape<{ PathOnHost?: string; PathInContainer?: string; CgroupPermissions?: string }>({
      PathOnHost: text,
      PathInContainer: text,
      CgroupPermissions: text,
    }),
  ),
  DeviceCgroupRules: strings,
  DeviceRequests: listOf(
    shape<NonNullable<Resources['DeviceRequests']>[number]>({
      Driver: text,
      Count: whole,
      DeviceIDs: strings,
      Capabilities: listOf(strings),
      Options: mapOf(text),
    }),
  ),
  KernelMemoryTCP: whole,
  MemoryReservation: whole,
  MemorySwap: whole,
  MemorySwappiness: whole,
  NanoCpus: whole,
  OomKillDisable: flag,
  Init: flag,
  PidsLimit: whole,
  Ulimits: ulimits,
  CpuCount: whole,
  CpuPercent: whole,
  IOMaximumIOps: whole,
  IOMaximumBandwidth: whole,
}

export const updateBody: Check<Resources & { RestartPolicy?: RestartPolicy }> = shape<Resources & { RestartPolicy?: RestartPolicy }>({
  ...resourceFields,
  RestartPolicy: restartPolicy,
})

/** Docker takes a port number where a string is meant. */
const portText: Check<string> = (value, path) => (typeof value === 'number' ? String(whole(value, path)) : text(value, path))
const portBindings = listOf(shape<{ HostIp?: string; HostPort?: string }>({ HostIp: text, HostPort: portText }))

const hostConfig: Check<HostConfig> = shape<HostConfig>({
  ...resourceFields,
  Binds: strings,
  ContainerIDFile: text,
  LogConfig: shape<NonNullable<HostConfig['LogConfig']>>({
    // Which drivers there are is for the engine to say.
    Type: text as Check<NonNullable<NonNullable<HostConfig['LogConfig']>['Type']>>,
    Config: mapOf(text),
  }),
  NetworkMode: text,
  PortBindings: mapOf(orNull(portBindings, [])),
  RestartPolicy: restartPolicy,
  AutoRemove: flag,
  VolumeDriver: text,
  VolumesFrom: strings,
  Mounts: listOf(mount),
  ConsoleSize: listOf(whole),
  Annotations: mapOf(text),
  CapAdd: textOrList,
  CapDrop: textOrList,
  CgroupnsMode: word(),
  Dns: strings,
  DnsOptions: strings,
  DnsSearch: strings,
  ExtraHosts: strings,
  GroupAdd: strings,
  IpcMode: text,
  Cgroup: text,
  Links: strings,
  OomScoreAdj: whole,
  PidMode: text,
  Privileged: flag,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: strings,
  StorageOpt: mapOf(text),
  Tmpfs: mapOf(text),
  UTSMode: text,
  UsernsMode: text,
  ShmSize: whole,
  Sysctls: mapOf(text),
  Runtime: text,
  Isolation: word(),
  MaskedPaths: strings,
  ReadonlyPaths: strings,
})

export const endpointSettings: Check<EndpointSettings> = shape<EndpointSettings>({
  IPAMConfig: shape<NonNullable<EndpointSettings['IPAMConfig']>>({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: strings }),
  Links: strings,
  MacAddress: text,
  Aliases: strings,
  DriverOpts: mapOf(text),
  GwPriority: whole,
  NetworkID: text,
  EndpointID: text,
  Gateway: text,
  IPAddress: text,
  IPPrefixLen: whole,
  IPv6Gateway: text,
  GlobalIPv6Address: text,
  GlobalIPv6PrefixLen: whole,
  DNSNames: strings,
})

export const createBody: Check<CreateRequest> = shape<CreateRequest>({
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: mapOf(anyObject),
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: strings,
  Cmd: textOrList,
  Healthcheck: healthConfig,
  ArgsEscaped: flag,
  Image: text,
  Volumes: mapOf(anyObject),
  WorkingDir: text,
  Entrypoint: textOrList,
  NetworkDisabled: flag,
  MacAddress: text,
  OnBuild: strings,
  Labels: labels,
  StopSignal: text,
  StopTimeout: whole,
  Shell: strings,
  Runtime: text,
  HostConfig: hostConfig,
  NetworkingConfig: shape<NonNullable<CreateRequest['NetworkingConfig']>>({
    EndpointsConfig: mapOf(orNull(endpointSettings, {})),
  }),
})
