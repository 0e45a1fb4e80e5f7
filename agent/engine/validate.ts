import { invalid } from '../../src/base/errors.js'
import type { ContainerConfig, HostConfig, NetworkingConfig, Resources, RestartPolicy } from '../../src/model/engine-api/container.js'
import { interfaceSysctls } from '../network/endpoint-plan.js'
import { deviceRules } from '../runtime/bundle/devices.js'
import { effectiveCapabilities } from '../runtime/bundle/capabilities.js'
import { rlimits, securityOption, writableCgroups } from '../runtime/bundle/process.js'
import type { HostFacts } from './context.js'
import { parseLink } from './net/links.js'
import { parsePort, portBindings } from './net/network-plan.js'
import { signalNumber } from './signals.js'

const memoryMinBytes = 6 * 1024 * 1024
const hostnamePattern = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9])?$/

/** Refuses figures that cannot be, with Docker's sentences. Throws `invalid`. */
export function validateResources(resources: Resources, host: HostFacts): void {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0, NanoCpus = 0, CpuQuota = 0, CpuPeriod = 0 } = resources
  if (Memory < 0 || (Memory > 0 && Memory < memoryMinBytes)) throw invalid('Minimum memory limit allowed is 6MB')
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory) {
    throw invalid('Minimum memoryswap limit should be larger than memory limit, see usage')
  }
  if (Memory === 0 && MemorySwap > 0) throw invalid('You should always set the Memory limit when using Memoryswap limit, see usage')
  if (MemoryReservation < 0 || (MemoryReservation > 0 && MemoryReservation < memoryMinBytes)) {
    throw invalid('Minimum memory reservation allowed is 6MB')
  }
  if (Memory > 0 && MemoryReservation > Memory) {
    throw invalid('Minimum memory limit can not be less than memory reservation limit, see usage')
  }
  const swappiness = resources.MemorySwappiness ?? -1
  if (swappiness < -1 || swappiness > 100) throw invalid(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`)
  if (NanoCpus !== 0) {
    if (CpuPeriod > 0) throw invalid('Conflicting options: Nano CPUs and CPU Period cannot both be set.')
    if (CpuQuota > 0) throw invalid('Conflicting options: Nano CPUs and CPU Quota cannot both be set.')
    if (NanoCpus < 0.01e9 || NanoCpus > host.cpus * 1e9) {
      throw invalid(`range of CPUs is from 0.01 to ${host.cpus}.00, as there are only ${host.cpus} CPUs available`)
    }
  }
  if (CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000)) {
    throw invalid('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)')
  }
  if (CpuQuota > 0 && CpuQuota < 1000) throw invalid('CPU cfs quota can not be less than 1ms (i.e. 1000)')
  const shares = resources.CpuShares ?? 0
  if (shares < 0) throw invalid(`invalid CPU shares (${shares}): value must be a positive integer`)
  const { CpuRealtimePeriod = 0, CpuRealtimeRuntime = 0 } = resources
  if (CpuRealtimePeriod < 0 || CpuRealtimeRuntime < 0) throw invalid('invalid CPU real-time period or runtime: value must be a positive integer')
  if (CpuRealtimePeriod > 0 && CpuRealtimeRuntime > CpuRealtimePeriod) throw invalid('cpu real-time runtime cannot be higher than cpu real-time period')
  validateCpuset(resources.CpusetCpus ?? '', host.cpus)
  if (!/^(\d{1,4}(-\d{1,4})?(,|$))*$/.test(resources.CpusetMems ?? '')) throw invalid(`Invalid value ${(resources.CpusetMems ?? '').slice(0, 100)} for cpuset mems`)
  const weight = resources.BlkioWeight ?? 0
  if (weight !== 0 && (weight < 10 || weight > 1000)) throw invalid('Range of blkio weight is from 10 to 1000')
  for (const device of resources.BlkioWeightDevice ?? []) {
    if ((device.Weight ?? 0) !== 0 && ((device.Weight ?? 0) < 10 || (device.Weight ?? 0) > 1000)) {
      throw invalid('Range of blkio weight is from 10 to 1000')
    }
  }
}

function validateCpuset(text: string, cpus: number): void {
  if (text === '') return
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim())
    const last = Number(match?.[2] ?? match?.[1])
    if (!match || last < Number(match[1])) throw invalid(`Invalid value ${text} for cpuset cpus`)
    if (last >= cpus) throw invalid(`Requested CPUs are not available - requested ${text}, available: 0-${cpus - 1}`)
  }
}

/** Refuses unknown policies and counts that make no sense. Throws `invalid`. */
export function validateRestartPolicy(policy: RestartPolicy): void {
  const name = policy.Name ?? ''
  if (!['', 'no', 'always', 'on-failure', 'unless-stopped'].includes(name)) {
    throw invalid(`invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`)
  }
  const retries = policy.MaximumRetryCount ?? 0
  if (retries < 0) throw invalid('invalid restart policy: maximum retry count cannot be negative')
  if (retries > 0 && name !== 'on-failure') {
    throw invalid("invalid restart policy: maximum retry count can only be used with 'on-failure'")
  }
}

/** Checks everything that needs neither image nor host files. Throws `invalid`. */
export function validateConfig(config: ContainerConfig, hostConfig: HostConfig, host: HostFacts): void {
  if (config.Hostname && !hostnamePattern.test(config.Hostname)) throw invalid(`invalid hostname format: ${config.Hostname}`)
  if (config.WorkingDir && !config.WorkingDir.startsWith('/')) {
    throw invalid(`the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`)
  }
  for (const entry of config.Env ?? []) if (entry === '' || entry.startsWith('=')) throw invalid(`invalid environment variable: ${entry}`)
  if (config.StopSignal) signalNumber(config.StopSignal)
  validateHealth(config)
  validateResources(hostConfig, host)
  validateRestartPolicy(hostConfig.RestartPolicy ?? {})
  const policy = hostConfig.RestartPolicy?.Name ?? ''
  if (hostConfig.AutoRemove && policy !== '' && policy !== 'no') throw invalid("can't create 'AutoRemove' container with restart policy")
  if ((hostConfig.ShmSize ?? 0) < 0) throw invalid('SHM size can not be less than 0')
  const oom = hostConfig.OomScoreAdj ?? 0
  if (oom < -1000 || oom > 1000) throw invalid(`Invalid value ${oom}, range for oom score adj is [-1000, 1000]`)
  for (const entry of hostConfig.ExtraHosts ?? []) if (!/^[^:=]+[:=].+$/.test(entry)) throw invalid(`bad format for add-host: "${entry}"`)
  validateModes(hostConfig)
  validateSecurity(hostConfig)
  for (const { PathOnHost = '', CgroupPermissions = '' } of hostConfig.Devices ?? []) {
    if (!/^[rwm]{0,3}$/.test(CgroupPermissions)) throw invalid(`invalid device mode: ${CgroupPermissions} for ${PathOnHost}`)
  }
  // These throw their own sentences.
  effectiveCapabilities({ add: hostConfig.CapAdd ?? [], drop: hostConfig.CapDrop ?? [] })
  rlimits(hostConfig.Ulimits ?? [])
  deviceRules([], hostConfig.DeviceCgroupRules ?? [], false)
  if ((hostConfig.DeviceRequests ?? []).length > 0) {
    const [first] = hostConfig.DeviceRequests ?? []
    throw invalid(`could not select device driver "${first?.Driver ?? ''}" with capabilities: ${JSON.stringify(first?.Capabilities ?? [])}; give devices by path instead`)
  }
}

/**
 * Refuses what says nothing or contradicts itself about networks, ports and links: a record with such a thing could neither be
 * started nor shown. `config` is what the client asked for, without the image's settings. Throws `invalid`.
 */
export function validateNetworking(config: ContainerConfig, hostConfig: HostConfig, networking: NetworkingConfig): void {
  Object.keys(config.ExposedPorts ?? {}).forEach(parsePort)
  portBindings(config, hostConfig).forEach(({ hostPort }) => checkHostPort(hostPort))
  for (const endpoint of Object.values(networking.EndpointsConfig ?? {})) {
    endpoint?.Links?.forEach(parseLink)
    if (endpoint?.DriverOpts) interfaceSysctls({ driverOptions: endpoint.DriverOpts }, '')
  }
  const refuse = (what: string, where = 'network mode'): Error => invalid(`conflicting options: ${what} and the ${where}`)
  if (hostConfig.UTSMode === 'host' && config.Hostname) throw refuse('hostname', 'UTS mode')
  if (!hostConfig.NetworkMode?.startsWith('container:')) return
  if (config.Hostname) throw refuse('hostname')
  if (config.MacAddress) throw refuse('mac-address')
  if ((hostConfig.Dns ?? []).length > 0) throw refuse('dns')
  if ((hostConfig.ExtraHosts ?? []).length > 0) throw refuse('custom host-to-IP mapping')
  if (Object.keys(hostConfig.PortBindings ?? {}).length > 0 || hostConfig.PublishAllPorts) throw refuse('port publishing', 'container type network mode')
  if (Object.keys(config.ExposedPorts ?? {}).length > 0) throw refuse('port exposing', 'container type network mode')
}

/** A port or a range of them; an empty one is chosen. */
function checkHostPort(text = ''): void {
  if (text === '') return
  const [first = NaN, last = first, ...rest] = text.split('-').map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : NaN))
  if (rest.length > 0 || !(first <= last && last <= 65_535)) throw invalid(`invalid port specification: "${text}"`)
}

/** Refuses modes that nobody knows, and what this engine does not do. */
function validateModes(hostConfig: HostConfig): void {
  const { PidMode = '', IpcMode = '', UTSMode = '', UsernsMode = '', CgroupnsMode, Isolation = '' } = hostConfig
  if (!/^(default)?$/i.test(Isolation)) throw invalid(`invalid isolation (${Isolation}): linux only supports 'default'`)
  if (!/^(host|container:.+)?$/.test(PidMode)) throw invalid(`invalid PID mode: ${PidMode}`)
  if (!/^(none|private|shareable|host|container:.+)?$/.test(IpcMode)) throw invalid(`Invalid IPC mode: ${IpcMode}`)
  if (!/^(host)?$/.test(UTSMode)) throw invalid(`invalid UTS mode: ${UTSMode}`)
  if (!/^(host)?$/.test(UsernsMode)) throw invalid(`invalid user namespace mode: ${UsernsMode}; use host`)
  if (CgroupnsMode !== undefined && !/^(private|host)?$/.test(CgroupnsMode)) throw invalid(`invalid cgroup namespace mode: ${CgroupnsMode}`)
  if (Object.keys(hostConfig.StorageOpt ?? {}).length > 0) {
    throw invalid('--storage-opt is not supported by the storage driver overlay2 of this engine; limit a volume or a tmpfs mount instead')
  }
}

const securityKeys = ['seccomp', 'apparmor', 'label', 'no-new-privileges', 'systempaths', 'writable-cgroups', 'credentialspec']

function validateSecurity(hostConfig: HostConfig): void {
  for (const option of hostConfig.SecurityOpt ?? []) {
    const key = option.split(/[=:]/)[0] ?? ''
    if (!securityKeys.includes(key)) throw invalid(`invalid --security-opt 2: "${option}"`)
  }
  if (writableCgroups(hostConfig) && hostConfig.CgroupnsMode === 'host' && !hostConfig.Privileged) {
    throw invalid('writable-cgroups: a container in the host\'s cgroup namespace would have the cgroups of others too: use --cgroupns private, or --privileged')
  }
  const seccomp = securityOption(hostConfig, 'seccomp')
  if (seccomp !== undefined && seccomp !== 'unconfined' && seccomp !== 'builtin' && !seccomp.trim().startsWith('{')) {
    throw invalid('invalid seccomp option: unconfined, builtin or the JSON of a profile expected')
  }
  const apparmor = securityOption(hostConfig, 'apparmor')
  if (apparmor !== undefined && apparmor !== '' && apparmor !== 'unconfined') {
    throw invalid(`AppArmor profile "${apparmor}" cannot be applied: this engine runs containers without AppArmor; leave the option out`)
  }
}

function validateHealth(config: ContainerConfig): void {
  const health = config.Healthcheck
  if (!health) return
  const kind = health.Test?.[0]
  if (kind !== undefined && !['', 'NONE', 'CMD', 'CMD-SHELL'].includes(kind)) {
    throw invalid(`Unknown healthcheck type '${kind}' (expected 'CMD') in container config`)
  }
  const shortest = 1_000_000
  for (const field of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const) {
    const value = health[field] ?? 0
    if (value < 0 || (value > 0 && value < shortest)) throw invalid(`${field} in Healthcheck cannot be less than one millisecond`)
  }
  if ((health.Retries ?? 0) < 0) throw invalid('Retries in Healthcheck cannot be negative')
}
