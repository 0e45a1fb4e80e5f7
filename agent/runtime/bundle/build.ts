import type { ContainerConfig, HostConfig } from '../../../src/model/engine-api/container.js'
import { effectiveCapabilities } from './capabilities.js'
import { deviceNodes, deviceRules, type ResolvedDevice } from './devices.js'
import { mounts, type BundleMount, type SharedMemory } from './mounts.js'
import { namespaces, type NamespaceInput } from './namespaces.js'
import { containerProcess, initInContainer, securityOption } from './process.js'
import { ociResources, type DeviceNumbers } from './resources.js'
import { customSeccomp, defaultSeccomp } from './seccomp.js'
import type { OciLinux, OciSpec } from './spec.js'
import type { ResolvedUser } from './user.js'

/** Everything that a bundle depends on; nothing is looked up. */
export interface BundleInput {
  /** Image and client settings merged. */
  config: ContainerConfig
  hostConfig: HostConfig
  user: ResolvedUser
  /** Absolute path of the mounted root file system. */
  rootfs: string
  hostname: string
  /** From the cgroup mount's root: `/skep-1a2b3c4d/<id>`. */
  cgroupPath: string
  namespaces: NamespaceInput
  shm: SharedMemory
  /** Binds, volumes, tmpfs and the files under /etc. */
  mounts: readonly BundleMount[]
  devices: readonly ResolvedDevice[]
  /** Path on the host of the program for `Init`; undefined when it is not wanted. */
  initProgram: string | undefined
  host: { arch: string; kernel: string; seccomp: boolean; capabilities: readonly string[] }
  deviceNumbers: DeviceNumbers
}

/** Files of /proc and /sys that tell or change too much of the host: Docker's lists. */
const defaultMaskedPaths: readonly string[] = [
  '/proc/acpi', '/proc/asound', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/sched_debug', '/proc/scsi',
  '/proc/timer_list', '/proc/timer_stats', '/sys/devices/virtual/powercap', '/sys/firmware',
]
const defaultReadonlyPaths: readonly string[] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** The OCI bundle's `config.json`. Throws `invalid` for settings that cannot be. */
export function buildBundle(input: BundleInput): OciSpec {
  const { config, hostConfig, user } = input
  const privileged = hostConfig.Privileged ?? false
  const capabilities = effectiveCapabilities({ add: hostConfig.CapAdd ?? [], drop: hostConfig.CapDrop ?? [], privileged, available: input.host.capabilities })
  const ownUts = input.namespaces.uts === 'own'
  const init: BundleMount[] =
    input.initProgram === undefined
      ? []
      : [{ kind: 'bind', source: input.initProgram, target: initInContainer, readOnly: true, propagation: 'rprivate', recursive: false, recursiveReadOnly: false }]
  return {
    ociVersion: '1.0.2',
    process: containerProcess({ config, hostConfig, user, hostname: input.hostname, capabilities, init: input.initProgram !== undefined }),
    root: { path: input.rootfs, readonly: hostConfig.ReadonlyRootfs ?? false },
    ...(ownUts && { hostname: input.hostname }),
    ...(ownUts && config.Domainname && { domainname: config.Domainname }),
    mounts: mounts({
      hostConfig,
      mounts: [...init, ...input.mounts],
      networkHost: input.namespaces.network === 'host',
      shm: input.shm,
    }),
    ...(hostConfig.Annotations && { annotations: hostConfig.Annotations }),
    linux: linux(input, capabilities, privileged),
  }
}

function linux(input: BundleInput, capabilities: readonly string[], privileged: boolean): OciLinux {
  const { hostConfig } = input
  const seccomp = seccompOf(input, capabilities, privileged)
  return {
    namespaces: namespaces(input.namespaces),
    cgroupsPath: input.cgroupPath,
    resources: {
      devices: deviceRules(input.devices, hostConfig.DeviceCgroupRules ?? [], privileged),
      ...ociResources(hostConfig, input.deviceNumbers),
    },
    ...(input.devices.length > 0 && { devices: deviceNodes(input.devices) }),
    ...(seccomp && { seccomp }),
    sysctl: sysctls(input),
    ...systemPaths(hostConfig),
    ...rootfsPropagation(input.mounts),
  }
}

/** The paths of /proc and /sys that a container does not see or change. */
export function systemPaths(hostConfig: HostConfig): { maskedPaths: string[]; readonlyPaths: string[] } {
  if (hostConfig.Privileged || securityOption(hostConfig, 'systempaths') === 'unconfined') return { maskedPaths: [], readonlyPaths: [] }
  return { maskedPaths: [...(hostConfig.MaskedPaths ?? defaultMaskedPaths)], readonlyPaths: [...(hostConfig.ReadonlyPaths ?? defaultReadonlyPaths)] }
}

function seccompOf(input: BundleInput, capabilities: readonly string[], privileged: boolean): OciLinux['seccomp'] {
  const wanted = securityOption(input.hostConfig, 'seccomp')
  if (!input.host.seccomp || wanted === 'unconfined') return undefined
  if (wanted !== undefined && wanted !== 'builtin') return customSeccomp(wanted, capabilities, input.host)
  return privileged ? undefined : defaultSeccomp(capabilities, input.host.arch)
}

/** Unprivileged ports and ping belong to the container's own network namespace, so every user may have them. */
function sysctls(input: BundleInput): Record<string, string> {
  const own = input.namespaces.network !== 'host' && !input.hostConfig.Privileged
  return {
    ...(own && { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' }),
    ...input.hostConfig.Sysctls,
  }
}

/** As little as the mounts need: what is mounted in a container with slaves alone must not show on the host. */
function rootfsPropagation(list: readonly BundleMount[]): Pick<OciLinux, 'rootfsPropagation'> {
  const modes = list.flatMap((mount) => (mount.kind === 'bind' ? [mount.propagation] : []))
  if (modes.some((mode) => /^r?shared$/.test(mode))) return { rootfsPropagation: 'rshared' }
  return modes.some((mode) => /^r?slave$/.test(mode)) ? { rootfsPropagation: 'rslave' } : {}
}
