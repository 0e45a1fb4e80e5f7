import type { HostConfig } from './container.js'

/** One line of a build's progress. */
export interface BuildMessage {
  stream?: string
  aux?: unknown
  id?: string
  status?: string
  progress?: string
  progressDetail?: { current?: number; total?: number }
}

/** What `POST /build` asks for. */
export interface BuildOptions {
  /** Path of the Dockerfile within the context. */
  dockerfile: string
  /** Where the context is when the client does not send it: an archive's or a Dockerfile's URL, or a git repository. */
  remote?: string
  target?: string
  tags: readonly string[]
  /** Null leaves an ARG's default. */
  args: Readonly<Record<string, string | null>>
  labels: Readonly<Record<string, string>>
  noCache: boolean
  /** Images whose steps count as made already, and no others; those that are not here are passed over. */
  cacheFrom: readonly string[]
  /** Images whose steps count besides those that were made here. */
  cacheBesides?: readonly string[]
  /** Look for a newer base image even when there is one here. */
  pull: boolean
  platform?: string
  /** Say nothing but the image's id. */
  quiet: boolean
  /** One layer of all that the build adds. */
  squash: boolean
  /** Remove the container of a command that succeeded. */
  remove: boolean
  /** Remove that of one that failed too. */
  removeAlways: boolean
  /** Limits and network of the containers that RUN uses. */
  hostConfig: HostConfig
  /** The session that has the client's secrets and its ssh agent. */
  session?: string
  /** Further contexts by name: `docker-image://NAME`, the URL of a git repository, or `context` for a folder in the archive. */
  namedContexts: Readonly<Record<string, string>>
  /** The folder of the archive that holds the folders of named contexts. */
  namedContextsPrefix?: string
}
