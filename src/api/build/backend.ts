import type { Duplex, Readable } from 'node:stream'
import type { HostConfig } from '../../model/engine-api/container.js'
import type { AuthConfig, BuildCache } from '../../model/engine-api/image.js'

/** One line of a build's progress. */
export interface BuildMessage {
  stream?: string
  aux?: unknown
  id?: string
  status?: string
  progress?: string
  progressDetail?: { current?: number; total?: number }
}

export interface BuildOptions {
  /** Path of the Dockerfile within the context. */
  dockerfile: string
  /** Where the daemon fetches the context from. */
  remote?: string
  target?: string
  tags: readonly string[]
  /** Null leaves an ARG's default. */
  args: Readonly<Record<string, string | null>>
  labels: Readonly<Record<string, string>>
  noCache: boolean
  /** Images whose steps count as made already. */
  cacheFrom: readonly string[]
  pull: boolean
  platform?: string
  quiet: boolean
  /** One layer of all that the build adds. */
  squash: boolean
  remove: boolean
  removeAlways: boolean
  hostConfig: HostConfig
  /** The session that has the client's secrets and its ssh agent. */
  session?: string
  /** Further contexts by name, and the folder of the archive that holds those sent with it. */
  namedContexts: Readonly<Record<string, string>>
  namedContextsPrefix?: string
  /** What to show registries, by their addresses. */
  auths: Readonly<Record<string, AuthConfig>>
}

export interface BuildBackend {
  /** Builds from a tar of the context, compressed or not; gives the image's id. `emit` resolves when the client keeps up. */
  build(context: Readable, options: BuildOptions, emit: (message: BuildMessage) => Promise<void>, signal: AbortSignal): Promise<string>
  /** Takes over the connection of a client's session; resolves when it ends. Throws `conflict` for an id in use. */
  session(id: string, connection: Duplex): Promise<void>
  /** What builds keep beside images. */
  cached(): Promise<BuildCache[]>
  /** Removes of it what matches and was last used before `untilMs`, the oldest first, until `keepBytes` are left. */
  prune(options: { untilMs?: number; keepBytes?: number; matches: (entry: BuildCache) => boolean }): Promise<{ ids: string[]; freedBytes: number }>
}
