import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { invalid } from '../../../base/errors.js'
import type { ContainerConfig, HostConfig, NetworkingConfig, RestartPolicy } from '../../../model/engine-api/container.js'
import { flag, type FlagValues } from '../../../base/flags.js'
import { parseBytes } from '../../../base/values.js'
import { deviceMapping, deviceRate, deviceWeight, gpuRequest } from '../../options/device.js'
import { parseCpus } from '../../options/cpus.js'
import { csvFields } from '../../options/csv.js'
import { extraHost } from '../../options/extra-host.js'
import { environmentOf, labelsOf, linesOfFiles, optionsOf, pairsOf } from '../../options/key-value.js'
import { parseMount } from '../../options/mount.js'
import { parsePublish, portBindings } from '../../options/port.js'
import { parseUlimit } from '../../options/ulimit.js'

/** The flags that `run` and `create` share. */
export const createFlags = {
  'add-host': flag.list('Add a custom host-to-IP mapping (host:ip)'),
  annotation: flag.list('Add an annotation to the container (passed through to the OCI runtime)', { valueName: 'map' }),
  attach: flag.list('Attach to STDIN, STDOUT or STDERR', { short: 'a' }),
  'blkio-weight': flag.int('Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)', { valueName: 'uint16' }),
  'cap-add': flag.list('Add Linux capabilities'),
  'cap-drop': flag.list('Drop Linux capabilities'),
  'cgroup-parent': flag.string('Optional parent cgroup for the container'),
  cgroupns: flag.string(
    "Cgroup namespace to use (host|private)\n'host':    Run the container in the host's cgroup namespace\n'private': Run the container in its own private cgroup namespace\n'':        Use the cgroup namespace as configured by the daemon's\n           default-cgroupns-mode option (default)",
  ),
  cidfile: flag.string('Write the container ID to the file'),
  'blkio-weight-device': flag.list('Block IO weight (relative device weight)'),
  'cpu-period': flag.int('Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': flag.int('Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-shares': flag.int('CPU shares (relative weight)', { short: 'c' }),
  'cpu-rt-period': flag.int('Limit CPU real-time period in microseconds'),
  'cpu-rt-runtime': flag.int('Limit CPU real-time runtime in microseconds'),
  cpus: flag.string('Number of CPUs', { valueName: 'decimal' }),
  'cpuset-cpus': flag.string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': flag.string('MEMs in which to allow execution (0-3, 0,1)'),
  device: flag.list('Add a host device to the container'),
  'device-cgroup-rule': flag.list('Add a rule to the cgroup allowed devices list'),
  'device-read-bps': flag.list('Limit read rate (bytes per second) from a device'),
  'device-read-iops': flag.list('Limit read rate (IO per second) from a device'),
  'device-write-bps': flag.list('Limit write rate (bytes per second) to a device'),
  'device-write-iops': flag.list('Limit write rate (IO per second) to a device'),
  'disable-content-trust': flag.bool('Skip image verification', { default: true }),
  dns: flag.list('Set custom DNS servers'),
  'dns-opt': flag.list('Set DNS options', { hidden: true }),
  'dns-option': flag.list('Set DNS options'),
  'dns-search': flag.list('Set custom DNS search domains'),
  domainname: flag.string('Container NIS domain name'),
  entrypoint: flag.string('Overwrite the default ENTRYPOINT of the image'),
  env: flag.list('Set environment variables', { short: 'e' }),
  'env-file': flag.list('Read in a file of environment variables'),
  expose: flag.list('Expose a port or a range of ports'),
  gpus: flag.string("GPU devices to add to the container ('all' to pass all GPUs)", { valueName: 'gpu-request' }),
  'group-add': flag.list('Add additional groups to join'),
  'health-cmd': flag.string('Command to run to check health'),
  'health-interval': flag.duration('Time between running the check (ms|s|m|h)'),
  'health-retries': flag.int('Consecutive failures needed to report unhealthy'),
  'health-start-interval': flag.duration('Time between running the check during the start period (ms|s|m|h)'),
  'health-start-period': flag.duration('Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)'),
  'health-timeout': flag.duration('Maximum time to allow one check to run (ms|s|m|h)'),
  hostname: flag.string('Container host name', { short: 'h' }),
  init: flag.bool('Run an init inside the container that forwards signals and reaps processes'),
  interactive: flag.bool('Keep STDIN open even if not attached', { short: 'i' }),
  ip: flag.string('IPv4 address (e.g., 172.30.100.104)'),
  ip6: flag.string('IPv6 address (e.g., 2001:db8::33)'),
  ipc: flag.string('IPC mode to use'),
  isolation: flag.string('Container isolation technology'),
  label: flag.list('Set meta data on a container', { short: 'l' }),
  'label-file': flag.list('Read in a line delimited file of labels'),
  link: flag.list('Add link to another container'),
  'link-local-ip': flag.list('Container IPv4/IPv6 link-local addresses'),
  'log-driver': flag.string('Logging driver for the container'),
  'log-opt': flag.list('Log driver options'),
  'mac-address': flag.string('Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
  memory: flag.bytes('Memory limit', { short: 'm' }),
  'memory-reservation': flag.bytes('Memory soft limit'),
  'memory-swap': flag.string("Swap limit equal to memory plus swap: '-1' to enable unlimited swap", { valueName: 'bytes' }),
  'memory-swappiness': flag.int('Tune container memory swappiness (0 to 100) (default -1)'),
  mount: flag.list('Attach a filesystem mount to the container', { valueName: 'mount' }),
  name: flag.string('Assign a name to the container'),
  net: flag.list('Connect a container to a network', { valueName: 'network', hidden: true }),
  'net-alias': flag.list('Add network-scoped alias for the container', { hidden: true }),
  network: flag.list('Connect a container to a network', { valueName: 'network' }),
  'network-alias': flag.list('Add network-scoped alias for the container'),
  'no-healthcheck': flag.bool('Disable any container-specified HEALTHCHECK'),
  'oom-kill-disable': flag.bool('Disable OOM Killer'),
  'oom-score-adj': flag.int("Tune host's OOM preferences (-1000 to 1000)"),
  pid: flag.string('PID namespace to use'),
  'pids-limit': flag.int('Tune container pids limit (set -1 for unlimited)'),
  platform: flag.string('Set platform if server is multi-platform capable'),
  privileged: flag.bool('Give extended privileges to this container'),
  publish: flag.list("Publish a container's port(s) to the host", { short: 'p' }),
  'publish-all': flag.bool('Publish all exposed ports to random ports', { short: 'P' }),
  'read-only': flag.bool("Mount the container's root filesystem as read only"),
  restart: flag.string('Restart policy to apply when a container exits', { default: 'no' }),
  rm: flag.bool('Automatically remove the container and its associated anonymous volumes when it exits'),
  runtime: flag.string('Runtime to use for this container'),
  'security-opt': flag.list('Security Options'),
  'shm-size': flag.bytes('Size of /dev/shm'),
  'stop-signal': flag.string('Signal to stop the container'),
  'stop-timeout': flag.int('Timeout (in seconds) to stop a container'),
  'storage-opt': flag.list('Storage driver options for the container'),
  sysctl: flag.list('Sysctl options', { valueName: 'map' }),
  tmpfs: flag.list('Mount a tmpfs directory'),
  tty: flag.bool('Allocate a pseudo-TTY', { short: 't' }),
  ulimit: flag.list('Ulimit options', { valueName: 'ulimit' }),
  user: flag.string('Username or UID (format: <name|uid>[:<group|gid>])', { short: 'u' }),
  userns: flag.string('User namespace to use'),
  uts: flag.string('UTS namespace to use'),
  volume: flag.list('Bind mount a volume', { short: 'v' }),
  'volume-driver': flag.string('Optional volume driver for the container'),
  'volumes-from': flag.list('Mount volumes from the specified container(s)'),
  workdir: flag.string('Working directory inside the container', { short: 'w' }),
} as const

export type CreateFlagValues = FlagValues<typeof createFlags>

/** The body of a container create call. */
export type CreateBody = ContainerConfig & { HostConfig: HostConfig; NetworkingConfig: NetworkingConfig }

/**
 * Translates flags, image and command into the body of a create call. `detached` says that nobody
 * attaches. Throws `invalid` naming the flag.
 */
export function createBody(
  flags: CreateFlagValues,
  given: ReadonlySet<string>,
  image: string,
  command: readonly string[],
  { detached, environment }: { detached: boolean; environment: NodeJS.ProcessEnv },
): CreateBody {
  const { exposed, bindings } = portBindings(flags.publish)
  for (const text of flags.expose) {
    if (text.includes(':')) throw invalid(`invalid port format for --expose: ${text}`)
    for (const { containerPort, protocol } of parsePublish(text)) exposed[`${containerPort}/${protocol}`] = {}
  }
  const attach = flags.attach.map((stream) => stream.toLowerCase())
  for (const stream of attach) {
    if (!['stdin', 'stdout', 'stderr'].includes(stream)) throw invalid('invalid argument for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR')
  }
  const attachAll = !detached && attach.length === 0
  const volumes = flags.volume.filter((volume) => !volume.includes(':'))
  const healthcheck = healthOf(flags)
  const networks = [...flags.network, ...flags.net].map(networkOption)
  const first = networks[0]
  const aliases = [...flags['network-alias'], ...flags['net-alias']]
  const addresses = {
    ...(flags.ip && { IPv4Address: flags.ip }),
    ...(flags.ip6 && { IPv6Address: flags.ip6 }),
    ...(flags['link-local-ip'].length > 0 && { LinkLocalIPs: flags['link-local-ip'] }),
  }
  const endpoint = {
    ...(aliases.length > 0 && { Aliases: aliases }),
    ...(Object.keys(addresses).length > 0 && { IPAMConfig: addresses }),
    ...(flags['mac-address'] && { MacAddress: flags['mac-address'] }),
    ...(flags.link.length > 0 && first !== undefined && first.name !== 'bridge' && { Links: flags.link }),
  }
  const endpoints = Object.fromEntries(
    networks.map(({ name, settings }, index) => [name, index === 0 ? { ...settings, ...endpoint } : settings]),
  )
  if (first === undefined && Object.keys(endpoint).length > 0) endpoints['default'] = endpoint

  return {
    Hostname: flags.hostname ?? '',
    Domainname: flags.domainname ?? '',
    User: flags.user ?? '',
    AttachStdin: attach.includes('stdin') || (attachAll && flags.interactive),
    AttachStdout: attach.includes('stdout') || attachAll,
    AttachStderr: attach.includes('stderr') || attachAll,
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && !detached,
    Env: environmentOf(flags['env-file'], flags.env, environment),
    Image: image,
    Labels: labelsOf([...linesOfFiles(flags['label-file']), ...flags.label]),
    ...(command.length > 0 && { Cmd: [...command] }),
    ...(flags.entrypoint !== undefined && { Entrypoint: flags.entrypoint === '' ? [''] : [flags.entrypoint] }),
    ...(Object.keys(exposed).length > 0 && { ExposedPorts: exposed }),
    ...(volumes.length > 0 && { Volumes: Object.fromEntries(volumes.map((path) => [path, {}])) }),
    ...(flags.workdir !== undefined && { WorkingDir: flags.workdir }),
    ...(flags['stop-signal'] !== undefined && { StopSignal: flags['stop-signal'] }),
    ...(flags['stop-timeout'] !== undefined && { StopTimeout: flags['stop-timeout'] }),
    ...(healthcheck && { Healthcheck: healthcheck }),
    HostConfig: hostConfig(flags, given, bindings, first?.name ?? 'default'),
    NetworkingConfig: { EndpointsConfig: endpoints },
  }
}

function hostConfig(flags: CreateFlagValues, given: ReadonlySet<string>, bindings: HostConfig['PortBindings'], network: string): HostConfig {
  const swap = flags['memory-swap']
  const swapBytes = swap === undefined ? undefined : swap === '-1' ? -1 : parseBytes(swap)
  if (swap !== undefined && swapBytes === undefined) throw invalid(`invalid argument "${swap}" for "--memory-swap" flag: a size such as 512m or -1 expected`)
  for (const [name, what, valid] of modes) {
    if (!valid.test(flags[name] ?? '')) throw invalid(`--${name}: invalid ${what} mode`)
  }
  const restart = restartPolicy(flags.restart)
  if (flags.rm && !['', 'no'].includes(restart.Name ?? '')) throw invalid('conflicting options: cannot specify both --restart and --rm')
  return {
    Binds: flags.volume.filter((volume) => volume.includes(':')).map(absoluteBind),
    NetworkMode: network,
    PortBindings: bindings ?? {},
    RestartPolicy: restart,
    AutoRemove: flags.rm,
    PublishAllPorts: flags['publish-all'],
    Privileged: flags.privileged,
    ReadonlyRootfs: flags['read-only'],
    CapAdd: flags['cap-add'],
    CapDrop: flags['cap-drop'],
    Dns: flags.dns,
    DnsOptions: [...flags['dns-option'], ...flags['dns-opt']],
    DnsSearch: flags['dns-search'],
    ExtraHosts: flags['add-host'].map(extraHost),
    GroupAdd: flags['group-add'],
    SecurityOpt: flags['security-opt'],
    VolumesFrom: flags['volumes-from'],
    Devices: flags.device.map(deviceMapping),
    ...(flags.gpus !== undefined && { DeviceRequests: [gpuRequest(flags.gpus)] }),
    DeviceCgroupRules: flags['device-cgroup-rule'],
    Ulimits: flags.ulimit.map(parseUlimit),
    Mounts: flags.mount.map(parseMount),
    ...(flags.link.length > 0 && (network === 'default' || network === 'bridge') && { Links: flags.link }),
    ...(flags.tmpfs.length > 0 && { Tmpfs: Object.fromEntries(flags.tmpfs.map((item) => splitOnce(item, ':'))) }),
    ...(flags.sysctl.length > 0 && { Sysctls: pairsOf(flags.sysctl, 'sysctl') }),
    ...(flags.annotation.length > 0 && { Annotations: pairsOf(flags.annotation, 'annotation') }),
    ...(flags['storage-opt'].length > 0 && { StorageOpt: pairsOf(flags['storage-opt'], 'storage option') }),
    ...((flags['log-driver'] !== undefined || flags['log-opt'].length > 0) && {
      LogConfig: { Type: (flags['log-driver'] ?? '') as 'json-file', Config: optionsOf(flags['log-opt'], 'log option') },
    }),
    ...(flags.memory !== undefined && { Memory: flags.memory }),
    ...(flags['memory-reservation'] !== undefined && { MemoryReservation: flags['memory-reservation'] }),
    ...(swapBytes !== undefined && { MemorySwap: swapBytes }),
    ...(flags['memory-swappiness'] !== undefined && { MemorySwappiness: flags['memory-swappiness'] }),
    ...(flags.cpus !== undefined && { NanoCpus: parseCpus(flags.cpus) }),
    ...(flags['cpu-period'] !== undefined && { CpuPeriod: flags['cpu-period'] }),
    ...(flags['cpu-quota'] !== undefined && { CpuQuota: flags['cpu-quota'] }),
    ...(flags['cpu-shares'] !== undefined && { CpuShares: flags['cpu-shares'] }),
    ...(flags['cpuset-cpus'] !== undefined && { CpusetCpus: flags['cpuset-cpus'] }),
    ...(flags['cpuset-mems'] !== undefined && { CpusetMems: flags['cpuset-mems'] }),
    ...(flags['blkio-weight'] !== undefined && { BlkioWeight: flags['blkio-weight'] }),
    ...(flags['blkio-weight-device'].length > 0 && { BlkioWeightDevice: flags['blkio-weight-device'].map(deviceWeight) }),
    ...(flags['cpu-rt-period'] !== undefined && { CpuRealtimePeriod: flags['cpu-rt-period'] }),
    ...(flags['cpu-rt-runtime'] !== undefined && { CpuRealtimeRuntime: flags['cpu-rt-runtime'] }),
    ...(flags['device-read-bps'].length > 0 && { BlkioDeviceReadBps: flags['device-read-bps'].map((text) => deviceRate(text, true)) }),
    ...(flags['device-read-iops'].length > 0 && { BlkioDeviceReadIOps: flags['device-read-iops'].map((text) => deviceRate(text, false)) }),
    ...(flags['device-write-bps'].length > 0 && { BlkioDeviceWriteBps: flags['device-write-bps'].map((text) => deviceRate(text, true)) }),
    ...(flags['device-write-iops'].length > 0 && { BlkioDeviceWriteIOps: flags['device-write-iops'].map((text) => deviceRate(text, false)) }),
    ...(flags.isolation !== undefined && { Isolation: flags.isolation as 'default' }),
    ...(flags['pids-limit'] !== undefined && { PidsLimit: flags['pids-limit'] }),
    ...(flags['shm-size'] !== undefined && { ShmSize: flags['shm-size'] }),
    ...(flags['oom-score-adj'] !== undefined && { OomScoreAdj: flags['oom-score-adj'] }),
    ...(flags['oom-kill-disable'] && { OomKillDisable: true }),
    ...(flags['cgroup-parent'] !== undefined && { CgroupParent: flags['cgroup-parent'] }),
    ...(flags.cgroupns !== undefined && { CgroupnsMode: flags.cgroupns as 'private' }),
    ...(flags.ipc !== undefined && { IpcMode: flags.ipc }),
    ...(flags.pid !== undefined && { PidMode: flags.pid }),
    ...(flags.uts !== undefined && { UTSMode: flags.uts }),
    ...(flags.userns !== undefined && { UsernsMode: flags.userns }),
    ...(flags.runtime !== undefined && { Runtime: flags.runtime }),
    ...(flags['volume-driver'] !== undefined && { VolumeDriver: flags['volume-driver'] }),
    ...(given.has('init') && { Init: flags.init }),
  }
}

/** What docker's command line refuses by itself; of `--ipc` the daemon tells. */
const modes = [
  ['pid', 'PID', /^(host|container:.+)?$/],
  ['uts', 'UTS', /^(host)?$/],
  ['userns', 'USER', /^(host)?$/],
  ['cgroupns', 'CGROUP', /^(host|private)?$/],
] as const

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function absoluteBind(bind: string): string {
  const [source, rest] = splitOnce(bind, ':')
  // `./data:/data` is taken from here; a plain word names a volume.
  return source.startsWith('.') || source.startsWith('~') ? `${resolve(source.replace(/^~(?=\/|$)/, homedir()))}:${rest}` : bind
}

/** `no`, `always`, `unless-stopped`, `on-failure[:max]`. */
export function restartPolicy(text: string): RestartPolicy {
  const [name, count] = splitOnce(text, ':')
  if (count !== '' && !/^\d+$/.test(count)) throw invalid('invalid restart policy format: maximum retry count must be an integer')
  if (!['', 'no', 'always', 'unless-stopped', 'on-failure'].includes(name)) {
    throw invalid(`invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`)
  }
  return { Name: name as 'no', MaximumRetryCount: Number(count || 0) }
}

function healthOf(flags: CreateFlagValues): ContainerConfig['Healthcheck'] {
  const any =
    flags['health-cmd'] !== undefined ||
    [flags['health-interval'], flags['health-timeout'], flags['health-retries'], flags['health-start-period'], flags['health-start-interval']].some(
      (value) => value !== undefined,
    )
  if (flags['no-healthcheck']) {
    if (any) throw invalid('--no-healthcheck conflicts with --health-* options')
    return { Test: ['NONE'] }
  }
  if (!any) return undefined
  for (const name of ['health-interval', 'health-timeout', 'health-retries', 'health-start-period', 'health-start-interval'] as const) {
    if ((flags[name] ?? 0) < 0) throw invalid(`--${name} cannot be negative`)
  }
  return {
    ...(flags['health-cmd'] !== undefined && { Test: ['CMD-SHELL', flags['health-cmd']] }),
    ...(flags['health-interval'] !== undefined && { Interval: flags['health-interval'] }),
    ...(flags['health-timeout'] !== undefined && { Timeout: flags['health-timeout'] }),
    ...(flags['health-retries'] !== undefined && { Retries: flags['health-retries'] }),
    ...(flags['health-start-period'] !== undefined && { StartPeriod: flags['health-start-period'] }),
    ...(flags['health-start-interval'] !== undefined && { StartInterval: flags['health-start-interval'] }),
  }
}

function networkOption(text: string): { name: string; settings: NonNullable<NetworkingConfig['EndpointsConfig']>[string] } {
  if (!text.includes('=')) return { name: text, settings: {} }
  let name = ''
  const settings: NonNullable<NetworkingConfig['EndpointsConfig']>[string] = {}
  for (const { key, value = '' } of csvFields(text)) {
    if (key === 'name') name = value
    else if (key === 'alias') settings.Aliases = [...(settings.Aliases ?? []), value]
    else if (key === 'ip') settings.IPAMConfig = { ...settings.IPAMConfig, IPv4Address: value }
    else if (key === 'ip6') settings.IPAMConfig = { ...settings.IPAMConfig, IPv6Address: value }
    else if (key === 'mac-address') settings.MacAddress = value
    else if (key === 'driver-opt') settings.DriverOpts = { ...settings.DriverOpts, ...pairsOf([value], 'driver option') }
    else throw invalid(`invalid field key ${key}`)
  }
  if (name === '') throw invalid('network name/id is not specified')
  return { name, settings }
}
