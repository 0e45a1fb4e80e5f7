/** What to run: the container part of a task's spec. */
export interface ContainerSpec {
  image: string
  labels: Record<string, string>
  /** Replaces the image's entrypoint. */
  command: string[]
  /** Replaces the image's command, or the arguments of `command`. */
  args: string[]
  hostname: string
  /** NAME=value */
  env: string[]
  dir: string
  user: string
  groups: string[]
  tty: boolean
  openStdin: boolean
  readOnly: boolean
  /** `SIGTERM`; empty for the image's. */
  stopSignal: string
  /** Absent: 10 s. */
  stopGracePeriodNs?: number
  healthCheck?: HealthCheck
  /** Lines of /etc/hosts: `IP name [alias...]`. */
  hosts: string[]
  dns?: { nameservers: string[]; search: string[]; options: string[] }
  secrets: FileReference[]
  configs: FileReference[]
  /** Absent: the daemon's default. */
  init?: boolean
  sysctls: Record<string, string>
  capabilityAdd: string[]
  capabilityDrop: string[]
  ulimits: { name: string; soft: number; hard: number }[]
  oomScoreAdj: number
  privileges?: Privileges
  mounts: MountSpec[]
  isolation: string
  /** Goes past Docker: what users of services have long asked for. */
  privileged?: boolean
  shmBytes?: number
  pidMode?: string
  ipcMode?: string
  devices: { pathOnHost: string; pathInContainer: string; permissions: string }[]
  /** What the image is pulled with: an `X-Registry-Auth` header. It is shown to nobody, and no agent writes it down. */
  registryAuth?: string
}

/** A health check as Docker has it. `test`: [], ["NONE"], ["CMD", ...] or ["CMD-SHELL", line]. */
export interface HealthCheck {
  test: string[]
  /** 0 inherits the image's, or Docker's default, for each of these. */
  intervalNs: number
  timeoutNs: number
  startPeriodNs: number
  startIntervalNs: number
  retries: number
}

/** A secret or config given to the container as a file. */
export interface FileReference {
  id: string
  name: string
  /** Absent for a config used as `runtime` (a credential spec). */
  file?: { name: string; uid: string; gid: string; mode: number }
}

export interface Privileges {
  credentialSpec?: { config: string; file: string; registry: string }
  seLinux?: { disable: boolean; user: string; role: string; type: string; level: string }
  /** `default`, `unconfined` or `custom` with the profile's JSON. */
  seccomp?: { mode: string; profile: Uint8Array }
  /** `default` or `disabled`. */
  appArmor?: { mode: string }
  noNewPrivileges: boolean
}

export interface MountSpec {
  /** `bind`, `volume`, `tmpfs`, `cluster`, `image`, `npipe`. */
  type: string
  source: string
  target: string
  readOnly: boolean
  consistency: string
  bind?: {
    propagation: string
    nonRecursive: boolean
    createMountpoint: boolean
    readOnlyNonRecursive: boolean
    readOnlyForceRecursive: boolean
  }
  volume?: { noCopy: boolean; labels: Record<string, string>; driver?: { name: string; options: Record<string, string> }; subpath: string }
  tmpfs?: { sizeBytes: number; mode: number; options: string[] }
  image?: { subpath: string }
}
