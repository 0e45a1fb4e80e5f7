import type { Duplex, Readable } from 'node:stream'
import type { BuildMessage, BuildOptions } from '../../model/engine-api/build.js'
import type { AuthConfig, BuildCache } from '../../model/engine-api/image.js'

/** One of BuildKit's exporters. */
export interface BuildOutput {
  type: string
  attributes: Readonly<Record<string, string>>
}

/** A build as the API asks for it. */
export interface BuildRequest extends BuildOptions {
  /** What to show registries, by their addresses. */
  auths: Readonly<Record<string, AuthConfig>>
  /** Where the result goes besides, over the client's session: BuildKit's exporters. */
  outputs: readonly BuildOutput[]
}

export interface BuildBackend {
  /** Builds from a tar of the context, compressed or not; gives the image's id. `emit` resolves when the client keeps up. */
  build(context: Readable, options: BuildRequest, emit: (message: BuildMessage) => Promise<void>, signal: AbortSignal): Promise<string>
  /** Takes over the connection of a client's session; resolves when it ends. Throws `conflict` for an id in use. */
  session(id: string, connection: Duplex): Promise<void>
  /** Serves BuildKit's API on a connection; resolves when it ends. */
  grpc(connection: Duplex): Promise<void>
  /** What builds keep beside images. */
  cached(): Promise<BuildCache[]>
  /** Removes of it what matches and was last used before `untilMs`, the oldest first, until `keepBytes` are left. */
  prune(options: { untilMs?: number; keepBytes?: number; matches: (entry: BuildCache) => boolean }): Promise<{ ids: string[]; freedBytes: number }>
}
