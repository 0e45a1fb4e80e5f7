import type { Readable } from 'node:stream'
import type { HostConfig } from '../../model/engine-api/container.js'
import type { AuthConfig } from '../../model/engine-api/image.js'

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
  target?: string
  tags: readonly string[]
  /** Null leaves an ARG's default. */
  args: Readonly<Record<string, string | null>>
  labels: Readonly<Record<string, string>>
  noCache: boolean
  pull: boolean
  platform?: string
  quiet: boolean
  remove: boolean
  removeAlways: boolean
  hostConfig: HostConfig
  /** What to show registries, by their addresses. */
  auths: Readonly<Record<string, AuthConfig>>
}

export interface BuildBackend {
  /** Builds from a tar of the context, compressed or not; gives the image's id. `emit` resolves when the client keeps up. */
  build(context: Readable, options: BuildOptions, emit: (message: BuildMessage) => Promise<void>, signal: AbortSignal): Promise<string>
}
