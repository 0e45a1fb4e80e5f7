import type { ContainerConfig, HostConfig, HealthcheckResult, NetworkingConfig } from '../../src/model/engine-api/container.js'
import type { EndpointInfo } from '../network/types.js'
import type { ProcessIdentity } from '../kernel/process.js'
import type { ContainerStatus } from './container-state.js'

/** A container as it is stored. Times are milliseconds since the epoch. */
export interface ContainerRecord {
  id: string
  /** Without the leading slash. */
  name: string
  createdMs: number
  /** What the client asked for, and what it was then. */
  imageRef: string
  imageId: string
  platform: string
  chainId?: string
  /** Image and client settings merged. */
  config: ContainerConfig
  hostConfig: HostConfig
  networking: NonNullable<NetworkingConfig['EndpointsConfig']>
  /** The network of `NetworkMode` was left by hand: a start does not join it again. */
  leftMainNetwork?: true
  mounts: MountRecord[]
  /** Links of the default bridge; those of other networks are in `networking`. */
  links?: LinkRecord[]
  state: StateRecord
  restartCount: number
  /** Left from the last start, for inspection of containers that do not run. */
  endpoints: EndpointInfo[]
}

export interface StateRecord {
  status: ContainerStatus
  /** A start is under way: what it made has to be found and ended after a crash. */
  starting: boolean
  process?: ProcessIdentity
  conmon?: ProcessIdentity
  exitCode: number
  error: string
  oomKilled: boolean
  /** 0 for never. */
  startedMs: number
  finishedMs: number
  /** `stop` or `kill` was asked for: `unless-stopped` and `always` leave it alone. */
  stoppedByHand: boolean
  health?: HealthRecord
}

export interface HealthRecord {
  status: 'starting' | 'healthy' | 'unhealthy'
  failingStreak: number
  log: HealthcheckResult[]
}

/** Another container, under a name of this one's own. */
export interface LinkRecord {
  containerId: string
  alias: string
}

/** One place in the container where something else appears. */
export interface MountRecord {
  type: 'bind' | 'volume' | 'tmpfs' | 'image'
  /** The volume's name. */
  name?: string
  driver?: string
  /** Of an image's file system: the image's id, and the writable layer over it, which nobody writes. */
  image?: { id: string; layer: string }
  /** A path on the host; the volume's folder; the image as it was named; empty for tmpfs. */
  source: string
  destination: string
  mode: string
  readWrite: boolean
  /** Read-only for what is mounted below the source too. */
  recursiveReadOnly: boolean
  recursive: boolean
  propagation: string
  /** Folder below the volume's or the image's root. */
  subpath?: string
  tmpfsOptions?: string[]
  /** Made for this container without a name: removed with it. */
  anonymous: boolean
  /** Filled from the image's folder at the first start. */
  copyUp: boolean
}
