import type { Readable } from 'node:stream'
import type {
  AuthConfig,
  DistributionInspect,
  ImageDeleteResponseItem,
  ImageHistoryResponseItem,
  ImageInspect,
  ImageSearchResponseItem,
  ImageSummary,
} from '../../model/engine-api/image.js'
import type { Filters } from '../filters.js'

/** A line of progress as `docker pull` and `docker load` read it. */
export interface ProgressMessage {
  status?: string
  id?: string
  progress?: string
  progressDetail?: { current?: number; total?: number }
  stream?: string
  error?: string
  errorDetail?: { message: string; code?: number }
  aux?: unknown
}

/** What the image endpoints need of the image store. `ref` is a name with tag or digest, an id or a unique prefix of one. */
export interface ImagesBackend {
  list(options: { all: boolean; filters: Filters; sharedSize: boolean; digests: boolean; manifests?: boolean }): Promise<ImageSummary[]>
  /** With a `platform` only an image of that one is found. */
  inspect(ref: string, options?: { platform?: string; manifests?: boolean }): Promise<ImageInspect>
  history(ref: string, platform?: string): Promise<ImageHistoryResponseItem[]>
  tag(ref: string, repo: string, tag: string): Promise<void>
  remove(ref: string, options: { force: boolean; prune: boolean; platforms?: string[] }): Promise<ImageDeleteResponseItem[]>
  prune(filters: Filters): Promise<{ ImagesDeleted: ImageDeleteResponseItem[]; SpaceReclaimed: number }>
  /** A `docker save` archive or an OCI layout, compressed or not. Throws before anything is kept. */
  load(archive: Readable, options: { quiet: boolean; platform?: string }, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<void>
  /** A root filesystem as a tar, compressed or not; gives the image's id. */
  import(rootfs: Readable, options: { repo?: string; tag?: string; message?: string; changes: string[]; platform?: string }, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<string>
  /** A `docker save` archive of these images. */
  save(refs: string[], signal: AbortSignal, platforms?: string[]): Promise<AsyncIterable<Uint8Array>>
  /** `name` may carry tag or digest; a `tag` beside it, which may be a digest too, wins. Without either all tags are pulled. */
  pull(name: string, options: { tag?: string; platform?: string; auth: AuthConfig }, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<void>
  /** Without a tag all tags of the repository are pushed. */
  push(name: string, options: { tag?: string; platform?: string; auth: AuthConfig }, progress: (message: ProgressMessage) => void, signal: AbortSignal): Promise<void>
  /** What the registry says of an image that need not be here. */
  distribution(name: string, auth: AuthConfig, signal: AbortSignal): Promise<DistributionInspect>
  search(term: string, options: { limit: number; filters: Filters; auth: AuthConfig }, signal: AbortSignal): Promise<ImageSearchResponseItem[]>
}
