import { rfc3339, zeroTime } from '../../../src/base/clock.js'
import type { ContainerInspectResponse, ContainerState, MountPoint, NetworkSettings, PortMap } from '../../../src/model/engine-api/container.js'
import type { EndpointSettings } from '../../../src/model/engine-api/network.js'
import type { EndpointInfo } from '../../network/types.js'
import { systemPaths } from '../../runtime/bundle/build.js'
import type { Container } from '../container.js'
import type { ContainerRecord, MountRecord } from '../container-record.js'
import type { EngineContext } from '../context.js'
import { linkTexts } from '../net/links.js'
import { endpointSettings, mainNetwork } from '../net/network-plan.js'

/** Everything about a container, as `GET /containers/{id}/json` has it. */
export async function inspectContainer(context: EngineContext, container: Container, options: { size: boolean }): Promise<ContainerInspectResponse> {
  const { record, id } = container
  const [path = '', ...args] = [...(record.config.Entrypoint ?? []), ...(record.config.Cmd ?? [])]
  const writable = context.rootfs.writable(id)
  const paths = systemPaths(record.hostConfig)
  const execIds = [...container.execs.values()].filter(({ status }) => status !== 'ended').map((exec) => exec.id)
  const sizeRw = options.size ? await context.rootfs.usage(id) : undefined
  return {
    Id: id,
    Created: rfc3339(record.createdMs),
    Path: path,
    Args: args,
    State: stateOf(record),
    Image: record.imageId,
    ResolvConfPath: context.paths.resolvConf(id),
    HostnamePath: context.paths.hostname(id),
    HostsPath: context.paths.hosts(id),
    LogPath: record.hostConfig.LogConfig?.Type === 'none' ? '' : context.paths.log(id),
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: context.rootfs.driver,
    Platform: record.platform.split('/')[0] ?? 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: execIds.length > 0 ? execIds : null,
    HostConfig: {
      ...record.hostConfig,
      Runtime: record.hostConfig.Runtime || context.runtimes.byDefault.name,
      Links: record.links ? linkTexts(context, container) : null,
      MaskedPaths: paths.maskedPaths,
      ReadonlyPaths: paths.readonlyPaths,
    },
    GraphDriver: {
      Name: context.rootfs.driver,
      Data: writable
        ? { LowerDir: writable.lowers.join(':'), MergedDir: writable.merged, UpperDir: writable.upper, WorkDir: writable.work }
        : {},
    },
    ...(sizeRw !== undefined && { SizeRw: sizeRw, SizeRootFs: context.images.bytesOf(record.imageId) + sizeRw }),
    Mounts: record.mounts.filter((mount) => mount.type !== 'tmpfs' || !(mount.destination in (record.hostConfig.Tmpfs ?? {}))).map(mountPoint),
    Config: record.config,
    NetworkSettings: networkSettings(context, container),
  }
}

function stateOf({ state }: ContainerRecord): ContainerState {
  const status = state.status
  return {
    Status: status,
    Running: status === 'running' || status === 'paused' || status === 'restarting',
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: state.oomKilled,
    Dead: status === 'dead',
    Pid: status === 'running' || status === 'paused' ? (state.process?.pid ?? 0) : 0,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: timeOf(state.startedMs),
    FinishedAt: timeOf(state.finishedMs),
    ...(state.health && { Health: { Status: state.health.status, FailingStreak: state.health.failingStreak, Log: state.health.log } }),
  }
}

function timeOf(ms: number): string {
  return ms === 0 ? zeroTime : rfc3339(ms)
}

/** A mount as inspection and listing show it. */
export function mountPoint(mount: MountRecord): MountPoint {
  return {
    Type: mount.type,
    ...(mount.name !== undefined && { Name: mount.name }),
    Source: mount.source,
    Destination: mount.destination,
    ...(mount.driver !== undefined && { Driver: mount.driver }),
    Mode: mount.mode,
    RW: mount.readWrite,
    Propagation: mount.type === 'bind' ? mount.propagation : '',
  }
}

function networkSettings(context: EngineContext, container: Container): NetworkSettings {
  const { record, id } = container
  const networks = networksOf(container)
  const sandbox = container.isUp ? context.network.sandbox(id) : undefined
  const bridge = networks['bridge']
  return {
    Bridge: '',
    SandboxID: sandbox ? id : '',
    SandboxKey: sandbox?.path ?? '',
    Ports: portMap(context, container),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: bridge?.EndpointID ?? '',
    Gateway: bridge?.Gateway ?? '',
    GlobalIPv6Address: bridge?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: bridge?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: bridge?.IPAddress ?? '',
    IPPrefixLen: bridge?.IPPrefixLen ?? 0,
    IPv6Gateway: bridge?.IPv6Gateway ?? '',
    MacAddress: bridge?.MacAddress ?? record.config.MacAddress ?? '',
    Networks: networks,
  }
}

/** What an endpoint shows that its container was not given: clients look for the fields. */
const nothingAsked: EndpointSettings = { IPAMConfig: null, Links: null, Aliases: null, DriverOpts: null, GwPriority: 0 }

/** By network name; of a container that does not run, what it will be attached to. */
export function networksOf(container: Container): Record<string, EndpointSettings> {
  const { record } = container
  const endpoints = container.isUp ? record.endpoints : []
  const named = Object.keys(record.networking).filter((name) => name !== 'default')
  const mode = record.hostConfig.NetworkMode ?? ''
  const main = mode.startsWith('container:') || record.leftMainNetwork ? [] : [mainNetwork(record.hostConfig)]
  const entries = [...new Set([...main, ...named])].map((name): [string, EndpointSettings] => {
    const asked = record.networking[name] ?? {}
    const live = endpoints.find((endpoint) => endpoint.networkName === name || endpoint.networkId === name)
    return [live?.networkName ?? name, { ...nothingAsked, ...asked, ...apiEndpoint(live, record, name) }]
  })
  return Object.fromEntries(entries)
}

function apiEndpoint(live: EndpointInfo | undefined, record: ContainerRecord, name: string): EndpointSettings {
  const asked = endpointSettings(record, name, record.networking[name] ?? {})
  const names = live ? [...new Set([record.name, ...live.aliases, record.config.Hostname ?? ''])] : []
  return {
    MacAddress: live?.macAddress ?? asked.macAddress ?? '',
    NetworkID: live?.networkId ?? '',
    EndpointID: live?.endpointId ?? '',
    Gateway: live?.ipv4Gateway ?? '',
    IPAddress: live?.ipv4Address ?? '',
    IPPrefixLen: live?.ipv4PrefixLength ?? 0,
    IPv6Gateway: live?.ipv6Gateway ?? '',
    GlobalIPv6Address: live?.ipv6Address ?? '',
    GlobalIPv6PrefixLen: live?.ipv6PrefixLength ?? 0,
    DNSNames: names.length > 0 ? names.filter((one) => one !== '') : null,
  }
}

function portMap(context: EngineContext, container: Container): PortMap {
  const map: PortMap = {}
  if (!container.isUp) return map
  for (const port of Object.keys(container.record.config.ExposedPorts ?? {})) map[port.includes('/') ? port : `${port}/tcp`] = null
  for (const { containerPort, protocol, hostIp, hostPort } of context.network.published(container.id)) {
    const key = `${containerPort}/${protocol}`
    map[key] = [...(map[key] ?? []), { HostIp: hostIp, HostPort: String(hostPort) }]
  }
  return map
}
