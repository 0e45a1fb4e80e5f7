import type { ArchiveUnpacker } from '../image/archive-unpacker.js'
import type { Clock } from '../../src/base/clock.js'
import type { IdSource } from '../../src/base/id.js'
import type { Logger } from '../../src/base/log.js'
import type { Rng } from '../../src/base/rng.js'
import type { Cgroups } from '../runtime/cgroup/cgroup.js'
import type { Conmon } from '../runtime/conmon.js'
import type { ExitWatch } from '../runtime/exit-watch.js'
import type { OciRuntimes } from '../runtime/oci-runtimes.js'
import type { SeccompCache } from '../runtime/seccomp-cache.js'
import type { DnsSettings } from '../network/dns/resolv-conf.js'
import type { Background } from './background.js'
import type { ContainerLogs } from './io/container-logs.js'
import type { ContainerStore } from './container-store.js'
import type { EventLog } from './view/events.js'
import type { EnginePaths } from './paths.js'
import type { StatsSampler } from './view/stats-sampler.js'
import type { ImageProvider, NetworkProvider, RootfsProvider, VolumeProvider } from './net/ports.js'

/** The daemon's settings that matter to containers. */
export interface EngineSettings {
  /** Sends SIGTERM and waits this long by default, in seconds. */
  stopTimeoutSeconds: number
  /** Control group above the containers; made from the exec root when left out. */
  cgroupParent?: string
  defaultShmBytes: number
  defaultUlimits: { Name: string; Soft: number; Hard: number }[]
  /** Run an init program in every container. */
  init: boolean
  /** Path of the init program; looked for in the usual places when left out. */
  initPath?: string
  dns: DnsSettings
  /** Addresses that `host-gateway` stands for in extra hosts; those of the default bridge when there are none. */
  hostGateways: readonly string[]
  /** The log driver of containers that name none, and what `--log-opt` sets for it. */
  logDriver: string
  logOptions: Record<string, string>
}

export const defaultEngineSettings: EngineSettings = {
  stopTimeoutSeconds: 10,
  defaultShmBytes: 64 * 1024 * 1024,
  defaultUlimits: [],
  init: false,
  dns: {},
  hostGateways: [],
  logDriver: 'json-file',
  logOptions: {},
}

/** What this host is and can do. */
export interface HostFacts {
  /** As Node.js names processors: `x64`. */
  arch: string
  kernel: string
  cpus: number
  memoryBytes: number
  /** The kernel filters system calls. */
  seccomp: boolean
  /** Capabilities that this process can give to others. */
  capabilities: readonly string[]
}

/** Hears of what the engine does, for figures. */
export interface EngineObserver {
  onAction: (action: 'changes' | 'commit' | 'create' | 'delete' | 'start', tookMs: number) => void
  onHealthCheck: (healthy: boolean) => void
}

/** Everything that the engine's operations share. */
export interface EngineContext {
  clock: Clock
  rng: Rng
  ids: IdSource
  log: Logger
  paths: EnginePaths
  settings: EngineSettings
  host: HostFacts
  store: ContainerStore
  events: EventLog
  images: ImageProvider
  archives: ArchiveUnpacker
  rootfs: RootfsProvider
  volumes: VolumeProvider
  network: NetworkProvider
  runtimes: OciRuntimes
  conmon: Conmon
  seccomp: SeccompCache
  cgroups: Cgroups
  exitWatch: ExitWatch
  background: Background
  logs: ContainerLogs
  observer: EngineObserver
  stats: StatsSampler
  /** Aborted when the engine begins to close: from then on it begins nothing of itself, which the next one does. */
  ending: AbortSignal
}
