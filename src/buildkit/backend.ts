import type { ClientHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { BuildMessage, BuildOptions } from '../model/engine-api/build.js'
import type { AuthConfig, BuildCache } from '../model/engine-api/image.js'
import type { BuiltFile } from '../model/built-file.js'

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
  /** Images in registries whose steps count as made already. */
  cacheImports: readonly string[]
}

/** The files of what was built, which do not change. */
export interface BuiltFiles extends AsyncDisposable {
  /** All of them: a folder before what is in it, names in the order of their bytes. */
  entries(): AsyncIterable<BuiltFile>
  /** The content of a file by its path. */
  read(path: string): AsyncIterable<Uint8Array>
  /** All of them as a tar archive. */
  archive(): AsyncIterable<Uint8Array>
}

/** What a registry has of an image. */
export interface PushedImage {
  mediaType: string
  digest: string
  /** Bytes of the manifest. */
  size: number
}

/** What the protocol is served from. */
export interface BuildKitBackend {
  /** Builds from a tar of the context; gives the image's id. `emit` resolves when the client keeps up. */
  build(context: AsyncIterable<Uint8Array>, request: BuildKitRequest, emit: (message: BuildMessage) => Promise<void>, signal: AbortSignal): Promise<string>
  /** Gives an image a name. Throws `invalid` for what is no name of an image. */
  tag(id: string, name: string): Promise<void>
  /** The digest and the size of an image's manifest, as it is kept here. */
  manifest(id: string): PushedImage
  /** Sends an image that has this name to its registry. */
  push(name: string, credentials: (domain: string) => Promise<AuthConfig>, progress: (message: BuildMessage) => void, signal: AbortSignal): Promise<PushedImage>
  /** Sends an image to a registry under a name that it does not get here. */
  pushAs(id: string, name: string, credentials: (domain: string) => Promise<AuthConfig>, progress: (message: BuildMessage) => void, signal: AbortSignal): Promise<PushedImage>
  /** An archive of an image under these names: an OCI image layout, with `compatible` one that older engines read too. */
  save(id: string, names: readonly string[], compatible: boolean, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
  /** Takes in the image of an OCI layout in an archive; gives its id. `platform` as `linux/arm64`; this host's without it. */
  load(archive: AsyncIterable<Uint8Array>, platform: string | undefined, signal: AbortSignal): Promise<string>
  /** The files of an image, held until disposed. */
  files(id: string, signal: AbortSignal): Promise<BuiltFiles>
  /** The session that a client opened, or is about to. Throws `notFound` when it does not come. */
  findSession(id: string, signal: AbortSignal): Promise<ClientSession>
  /** Takes over the connection of a client's session; resolves when it ends. */
  session(id: string, connection: Duplex): Promise<void>
  cached(): Promise<BuildCache[]>
  prune(options: { untilMs?: number; keepBytes?: number; matches: (entry: BuildCache) => boolean }): Promise<{ ids: string[]; freedBytes: number }>
  /** What `host-gateway` stands for in the extra hosts of a build: addresses, the one to use first. */
  hostGateways(): readonly string[]
  /** What this host runs: `{ os: 'linux', architecture: 'amd64' }`. */
  readonly platform: { os: string; architecture: string; variant?: string }
}
