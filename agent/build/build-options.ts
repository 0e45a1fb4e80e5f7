import type { Clock } from '../../src/base/clock.js'
import type { IdSource } from '../../src/base/id.js'
import type { HostConfig } from '../../src/model/engine-api/container.js'
import type { Engine } from '../engine/engine.js'
import type { ImageStore } from '../image/image-store.js'
import type { BuildCache } from './build-cache.js'
import type { ImageDigests } from './copy-source.js'
import type { BuildFiles } from './file-work.js'
import type { Proxies } from '../image/registry/proxies.js'
import type { BuildSessions } from './session.js'

/** One line of a build's progress: text, the id of what was made, or what a pull says. */
export interface BuildMessage {
  stream?: string
  aux?: unknown
  id?: string
  status?: string
  progress?: string
  progressDetail?: { current?: number; total?: number }
}

/** Resolves when the client keeps up. */
export type Emit = (message: BuildMessage) => Promise<void>

export interface BuildOptions {
  /** Within the context. */
  dockerfile: string
  /** Where the context is when the client does not send it: an archive's or a Dockerfile's URL, or a git repository. */
  remote?: string
  target?: string
  tags: readonly string[]
  /** Null leaves an ARG's default. */
  args: Readonly<Record<string, string | null>>
  labels: Readonly<Record<string, string>>
  noCache: boolean
  /** Images whose steps count as made already; those that are not here are passed over. */
  cacheFrom: readonly string[]
  /** Look for a newer base image even when there is one here. */
  pull: boolean
  platform?: string
  /** Say nothing but the image's id. */
  quiet: boolean
  /** Make one layer of all that the build adds. */
  squash: boolean
  /** Remove the container of a command that succeeded. */
  remove: boolean
  /** Remove that of one that failed too. */
  removeAlways: boolean
  /** Limits and network of the containers that RUN uses. */
  hostConfig: HostConfig
  /** The client's session, which has its secrets and its ssh agent. */
  session?: string
  /** Further contexts by name: `docker-image://NAME`, the URL of a git repository, or `context` for a folder in the archive. */
  namedContexts: Readonly<Record<string, string>>
  /** The folder of the archive that holds the folders of named contexts. */
  namedContextsPrefix?: string
}

/** What a build stands on. */
export interface BuildDeps {
  engine: Engine
  store: ImageStore
  ids: IdSource
  clock: Clock
  cache: BuildCache
  sessions: BuildSessions
  digests: ImageDigests
  files: BuildFiles
  /** How the daemon gets to what it fetches itself. */
  proxies: Proxies
  /** Build contexts are unpacked below it. */
  folder: string
  /** Stages of one build that run at once. */
  stagesAtOnce: number
}

/** Fetches an image that is not here. */
export type Pull = (name: string, platform: string | undefined, progress: (message: BuildMessage) => void, signal: AbortSignal) => Promise<void>
