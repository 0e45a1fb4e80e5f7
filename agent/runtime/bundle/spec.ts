/** The parts of the OCI runtime specification 1.0 that bundles of ours use: `config.json`. */
export interface OciSpec {
  ociVersion: string
  process: OciProcess
  root: { path: string; readonly: boolean }
  hostname?: string
  domainname?: string
  mounts: OciMount[]
  annotations?: Record<string, string>
  linux: OciLinux
}

export interface OciProcess {
  terminal: boolean
  consoleSize?: { height: number; width: number }
  user: { uid: number; gid: number; additionalGids?: number[] }
  args: string[]
  env: string[]
  cwd: string
  capabilities?: OciCapabilities
  rlimits?: { type: string; soft: number; hard: number }[]
  noNewPrivileges?: boolean
  oomScoreAdj?: number
}

export interface OciCapabilities {
  bounding: string[]
  effective: string[]
  permitted: string[]
  inheritable?: string[]
  ambient?: string[]
}

export interface OciMount {
  destination: string
  type?: string
  source?: string
  options?: string[]
}

export type OciNamespaceType = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup'

export interface OciLinux {
  namespaces: { type: OciNamespaceType; path?: string }[]
  cgroupsPath: string
  resources: OciResources
  devices?: OciDevice[]
  seccomp?: OciSeccomp
  sysctl?: Record<string, string>
  maskedPaths?: string[]
  readonlyPaths?: string[]
  rootfsPropagation?: string
}

export interface OciDevice {
  path: string
  type: 'c' | 'b' | 'p'
  major: number
  minor: number
  fileMode: number
  uid: number
  gid: number
}

export interface OciDeviceRule {
  allow: boolean
  type?: string
  major?: number
  minor?: number
  access: string
}

export interface OciResources {
  devices?: OciDeviceRule[]
  memory?: { limit?: number; reservation?: number; swap?: number; swappiness?: number; disableOOMKiller?: boolean; kernelTCP?: number }
  cpu?: { shares?: number; quota?: number; period?: number; cpus?: string; mems?: string; realtimeRuntime?: number; realtimePeriod?: number }
  pids?: { limit: number }
  blockIO?: {
    weight?: number
    weightDevice?: { major: number; minor: number; weight: number }[]
    throttleReadBpsDevice?: OciThrottle[]
    throttleWriteBpsDevice?: OciThrottle[]
    throttleReadIOPSDevice?: OciThrottle[]
    throttleWriteIOPSDevice?: OciThrottle[]
  }
}

export interface OciThrottle {
  major: number
  minor: number
  rate: number
}

export interface OciSeccomp {
  defaultAction: string
  defaultErrnoRet?: number
  architectures?: string[]
  flags?: string[]
  syscalls: OciSyscallRule[]
}

export interface OciSyscallRule {
  names: string[]
  action: string
  errnoRet?: number
  args?: { index: number; value: number; valueTwo?: number; op: string }[]
}
