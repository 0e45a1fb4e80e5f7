import { readdirSync, readFileSync } from 'node:fs'
import { hostname, release } from 'node:os'
import { rfc3339, type Clock } from '../../base/clock.js'
import type { SystemBackend } from '../../api/system/backend.js'
import { apiVersionMax, apiVersionMin } from '../../api/versions.js'
import type { SystemInfo, SystemVersion } from '../../model/engine-api/system.js'
import { chainIds } from '../../../agent/image/descriptor.js'
import { shownProxy } from '../../../agent/image/registry/proxies.js'
import { proxySettings, type DaemonConfig } from '../config.js'
import type { HostParts } from '../host-parts.js'
import type { HostTools } from '../host-check.js'
import type { MetricsText } from '../metrics-server.js'
import { usableLogDrivers } from '../../../agent/log-drivers/options.js'
import { commit, version } from '../version.js'
import { credentialsOf } from './images.js'

export interface SystemDeps {
  parts: HostParts
  tools: HostTools
  config: DaemonConfig
  /** This daemon's own id, kept across restarts. */
  engineId: string
  clock: Clock
  metrics: () => Promise<MetricsText>
}

/** Processors as `uname -m` names them. */
export const machineName = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch
/** And as Go names them. */
const goArch = process.arch === 'x64' ? 'amd64' : process.arch

/** What this host and this daemon are. */
export function systemBackend(deps: SystemDeps): SystemBackend {
  return {
    // Plugins that the daemon runs have a list of their own, as in Docker.
    info: async () => systemInfo(deps, await deps.parts.volumes.driverNames({ own: false })),
    version: async () => systemVersion(deps.tools),
    metrics: deps.metrics,
    layersBytes: async () => layersBytes(deps.parts),
    authenticate: async (auth, signal) => {
      const { identityToken } = await deps.parts.registries.logIn(auth.serveraddress ?? '', credentialsOf(auth), signal)
      return { status: 'Login Succeeded', identityToken }
    },
  }
}

function systemInfo({ parts, tools, config, engineId, clock }: SystemDeps, volumeDrivers: string[]): Omit<SystemInfo, 'Swarm'> {
  const containers = parts.engine.all()
  const count = (status: string): number => containers.filter((container) => container.status === status).length
  const runtime = tools.runtimes[0]
  const v2 = tools.cgroupMode.version === 2
  const facts = parts.engine.context.host
  const proxies = proxySettings(config, process.env)
  return {
    ID: engineId,
    Containers: containers.length,
    ContainersRunning: count('running') + count('restarting'),
    ContainersPaused: count('paused'),
    ContainersStopped: containers.length - count('running') - count('paused') - count('restarting'),
    Images: parts.images.store.list().length,
    Driver: 'overlay2',
    DriverStatus: [['Backing Filesystem', backingFileSystem(config['data-root'])]],
    DockerRootDir: config['data-root'],
    Plugins: { Volume: volumeDrivers, Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'none', 'overlay'], Authorization: null as never, Log: usableLogDrivers() },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    OomKillDisable: !v2,
    IPv4Forwarding: readText('/proc/sys/net/ipv4/ip_forward') === '1',
    Debug: config.debug,
    NFd: openFiles(),
    NGoroutines: 0,
    SystemTime: rfc3339(clock.nowMs()),
    LoggingDriver: config['log-driver'],
    CgroupDriver: 'cgroupfs',
    CgroupVersion: v2 ? '2' : '1',
    NEventsListener: parts.events.subscriberCount,
    KernelVersion: release(),
    OperatingSystem: operatingSystem(),
    OSVersion: osRelease('VERSION_ID'),
    OSType: 'linux',
    Architecture: machineName,
    NCPU: facts.cpus,
    MemTotal: facts.memoryBytes,
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      InsecureRegistryCIDRs: ['127.0.0.0/8', '::1/128', ...config['insecure-registry'].filter((one) => one.includes('/'))],
      IndexConfigs: indexConfigs(config),
      Mirrors: config['registry-mirror'],
    },
    GenericResources: [],
    HttpProxy: shownProxy(proxies.httpProxy),
    HttpsProxy: shownProxy(proxies.httpsProxy),
    NoProxy: proxies.noProxy,
    Name: hostname(),
    Labels: config.label,
    ExperimentalBuild: false,
    ServerVersion: version,
    Runtimes: Object.fromEntries(tools.runtimes.map(({ name, path, args = [] }) => [name, { path, ...(args.length > 0 && { runtimeArgs: [...args] }) }])),
    DefaultRuntime: runtime?.name ?? '',
    LiveRestoreEnabled: true,
    Isolation: '',
    InitBinary: parts.engine.context.settings.initPath ?? '',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: runtime?.version ?? '' },
    InitCommit: { ID: '' },
    SecurityOptions: [...(facts.seccomp ? ['name=seccomp,profile=builtin'] : []), ...(v2 ? ['name=cgroupns'] : [])],
    Warnings: tools.warnings,
  }
}

/** What is known of registries by name, in the shape of `docker info`. */
function indexConfigs(config: DaemonConfig): NonNullable<NonNullable<SystemInfo['RegistryConfig']>['IndexConfigs']> {
  const hosts = config['insecure-registry'].filter((one) => !one.includes('/'))
  return {
    'docker.io': { Name: 'docker.io', Mirrors: config['registry-mirror'], Secure: true, Official: true },
    ...Object.fromEntries(hosts.map((host) => [host, { Name: host, Mirrors: [], Secure: false, Official: false }])),
  }
}

function systemVersion(tools: HostTools): SystemVersion {
  const details = {
    ApiVersion: apiVersionMax,
    MinAPIVersion: apiVersionMin,
    Arch: goArch,
    BuildTime: '',
    Experimental: 'false',
    GitCommit: commit,
    GoVersion: '',
    KernelVersion: release(),
    NodeVersion: process.version,
    Os: 'linux',
  }
  return {
    Platform: { Name: 'skep' },
    Components: [
      { Name: 'Engine', Version: version, Details: details },
      ...tools.runtimes.slice(0, 1).map((runtime) => ({ Name: runtime.name, Version: runtime.version, Details: { Path: runtime.path } })),
      { Name: 'conmon', Version: tools.conmonVersion, Details: { Path: tools.conmon } },
    ],
    Version: version,
    GitCommit: commit,
    GoVersion: '',
    Os: 'linux',
    Arch: goArch,
    KernelVersion: release(),
    BuildTime: '',
  }
}

/** Of images and containers: layers that only plugins have are not counted, as in Docker. */
function layersBytes({ snapshots, images, plugins }: HostParts): number {
  const ofPlugins = new Set(plugins.layers())
  const ofImages = new Set(ofPlugins.size === 0 ? [] : images.store.list().flatMap(({ config }) => chainIds(config.rootfs.diff_ids)))
  const counted = snapshots.layers().filter(({ chainId }) => !ofPlugins.has(chainId) || ofImages.has(chainId))
  return counted.reduce((total, layer) => total + layer.sizeBytes, 0)
}

function backingFileSystem(folder: string): string {
  let best = { target: '', type: 'unknown' }
  for (const line of readText('/proc/self/mounts').split('\n')) {
    const [, target = '', type = ''] = line.split(' ')
    if ((folder === target || folder.startsWith(target === '/' ? '/' : `${target}/`)) && target.length >= best.target.length) best = { target, type }
  }
  return best.type
}

function operatingSystem(): string {
  return osRelease('PRETTY_NAME') || 'Linux'
}

function osRelease(key: string): string {
  const match = new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(readText('/etc/os-release'))
  return match?.[1] ?? ''
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
