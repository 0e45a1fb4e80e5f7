import type { ContainerInspectResponse, ContainerSummary, HostConfig } from '../../model/engine-api/container.js'
import type { EndpointSettings } from '../../model/engine-api/network.js'
import { atLeast, type ApiVersion } from '../versions.js'

/** Fields that Docker shows though nobody set them: programs read them without looking whether they are there. Lists are empty, as the definition wants them. */
const hostDefaults: Record<string, unknown> = {
  Binds: [], ContainerIDFile: '', VolumesFrom: [], CapAdd: [], CapDrop: [], Dns: [], DnsOptions: [], DnsSearch: [], ExtraHosts: [],
  GroupAdd: [], Cgroup: '', OomScoreAdj: 0, PidMode: '', Privileged: false, PublishAllPorts: false, ReadonlyRootfs: false, SecurityOpt: [],
  UTSMode: '', UsernsMode: '', VolumeDriver: '', AutoRemove: false, ConsoleSize: [0, 0], Isolation: '', CpuShares: 0, Memory: 0, NanoCpus: 0,
  CgroupParent: '', BlkioWeight: 0, BlkioWeightDevice: [], BlkioDeviceReadBps: [], BlkioDeviceWriteBps: [], BlkioDeviceReadIOps: [],
  BlkioDeviceWriteIOps: [], CpuPeriod: 0, CpuQuota: 0, CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0, CpusetCpus: '', CpusetMems: '',
  Devices: [], DeviceCgroupRules: [], DeviceRequests: [], MemoryReservation: 0, MemorySwap: 0,
  OomKillDisable: false, PidsLimit: null, Ulimits: [], CpuCount: 0, CpuPercent: 0, IOMaximumIOps: 0, IOMaximumBandwidth: 0,
}

/** The same of an image's settings. */
export const imageConfigDefaults: Record<string, unknown> = {
  User: '', Env: [], Cmd: [], Volumes: {}, WorkingDir: '', Entrypoint: [], OnBuild: null, Labels: {},
}

/** The same of a container's own settings. */
export const configDefaults: Record<string, unknown> = {
  Hostname: '', Domainname: '', AttachStdin: false, AttachStdout: false, AttachStderr: false, Tty: false, OpenStdin: false, StdinOnce: false,
  Image: '', ...imageConfigDefaults,
}

/**
 * The fields of old versions: until 1.44 the short id was among the aliases of networks with names, until 1.41 limits of
 * kernel memory were told also where there are none.
 */
export function encodeInspect(container: ContainerInspectResponse, version: ApiVersion): ContainerInspectResponse {
  const { NetworkSettings: settings, Id = '', HostConfig: host } = container
  const whole = { ...container, Config: { ...configDefaults, ...container.Config }, HostConfig: { ...hostDefaults, ...(!atLeast(version, '1.42') && { KernelMemory: 0, KernelMemoryTCP: 0 }), ...withoutUnset(host) } }
  if (atLeast(version, '1.45') || !settings?.Networks) return whole
  return { ...whole, NetworkSettings: { ...settings, Networks: withShortId(settings.Networks, Id) } }
}

/** What clients send for limits that are not set is not shown as a limit; ports are bound to all addresses when none is named. */
function withoutUnset(host: HostConfig = {}): HostConfig {
  const { MemorySwappiness, PidsLimit, PortBindings, ...others } = host
  const bindings = Object.entries(PortBindings ?? {}).map(([port, list]) => [port, list && list.map((one) => ({ HostIp: '', HostPort: '', ...one }))] as const)
  return {
    ...others,
    PortBindings: Object.fromEntries(bindings),
    ...(MemorySwappiness !== undefined && MemorySwappiness !== null && MemorySwappiness >= 0 && { MemorySwappiness }),
    PidsLimit: PidsLimit !== undefined && PidsLimit !== null && PidsLimit > 0 ? PidsLimit : null,
  }
}

export function encodeSummary(container: ContainerSummary, version: ApiVersion): ContainerSummary {
  const { NetworkSettings: settings, Id = '' } = container
  if (atLeast(version, '1.45') || !settings?.Networks) return container
  return { ...container, NetworkSettings: { ...settings, Networks: withShortId(settings.Networks, Id) } }
}

function withShortId(networks: Record<string, EndpointSettings>, id: string): Record<string, EndpointSettings> {
  const shortId = id.slice(0, 12)
  return Object.fromEntries(
    Object.entries(networks).map(([name, endpoint]) => {
      const named = !['bridge', 'host', 'none'].includes(name) && endpoint.EndpointID !== ''
      return [name, named ? { ...endpoint, Aliases: [...new Set([...(endpoint.Aliases ?? []), shortId])] } : endpoint]
    }),
  )
}
