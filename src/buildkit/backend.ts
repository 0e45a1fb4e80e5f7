import type { ClientHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { BuildMessage, BuildOptions } from '../model/engine-api/build.js'
import type { AuthConfig, BuildCache } from '../model/engine-api/image.js'

/** What a client answers over the session of its build: gRPC from the daemon to the client. */
export interface ClientSession {
  /** Begins a call; the caller writes and reads frames. Throws `unavailable` when the client has gone. */
  open(path: string, headers?: Readonly<Record<string, string | string[]>>): ClientHttp2Stream
  /** A call with one message each way. Throws what the client answers: `unsupported` for what it does not serve. */
  unary(path: string, message: Buffer, bytesMax: number): Promise<Buffer>
}

/** A build as a client of BuildKit asks for it. */
export interface BuildKitRequest extends BuildOptions {
  /** What to show a registry, by its address. */
  credentials: (domain: string) => Promise<AuthConfig>
}

/** What the protocol is served from. */
export interface BuildKitBackend {
  /** Builds from a tar of the context; gives the image's id. `emit` resolves when the client keeps up. */
  build(context: AsyncIterable<Uint8Array>, request: BuildKitRequest, emit: (message: BuildMessage) => Promise<void>, signal: AbortSignal): Promise<string>
  /** Gives an image a name. Throws `invalid` for what is no name of an image. */
  tag(id: string, name: string): Promise<void>
  /** The session that a client opened, or is about to. Throws `notFound` when it does not come. */
  findSession(id: string, signal: AbortSignal): Promise<ClientSession>
  /** Takes over the connection of a client's session; resolves when it ends. */
  session(id: string, connection: Duplex): Promise<void>
  cached(): Promise<BuildCache[]>
  prune(options: { untilMs?: number; keepBytes?: number; matches: (entry: BuildCache) => boolean }): Promise<{ ids: string[]; freedBytes: number }>
  /** What this host runs: `{ os: 'linux', architecture: 'amd64' }`. */
  readonly platform: { os: string; architecture: string; variant?: string }
}
