import type { Readable } from 'node:stream'
import type {
  DistributionInspect,
  ErrorDetail,
  ImageDeleteResponseItem,
  ImageHistoryResponseItem,
  ImageInspect,
  ImageSearchResponseItem,
  ImageSummary,
  ProgressDetail,
} from '../model/engine-api/image.js'
import { jsonLines } from './streams.js'
import type { Client } from './client.js'
import { filterText, type FilterValues } from './filters.js'

/** A line of progress. `error` ends the operation without success. */
export interface ImageProgress {
  id?: string
  status?: string
  stream?: string
  progress?: string
  progressDetail?: ProgressDetail
  error?: string
  errorDetail?: ErrorDetail
  aux?: unknown
}

/** `{}` in base 64: the header of a push must be there. */
const noAuth = 'e30='
const authHeader = (auth: string | undefined): Record<string, string> => (auth === undefined ? {} : { 'X-Registry-Auth': auth })
const tarHeaders = { 'Content-Type': 'application/x-tar' }

/** Images. `ref` is a name with tag or digest, an id or a unique prefix of one. */
export class ImagesClient {
  constructor(private readonly client: Client) {}

  list(options: { all?: boolean; digests?: boolean; manifests?: boolean; filters?: FilterValues } = {}): Promise<ImageSummary[]> {
    const { filters = {}, ...query } = options
    return this.client.json('GET', '/images/json', { query: { ...query, filters: filterText(filters) } })
  }

  inspect(ref: string, options: { platform?: string; manifests?: boolean } = {}): Promise<ImageInspect> {
    return this.client.json('GET', `${at(ref)}/json`, { query: withPlatform(options) })
  }

  history(ref: string, options: { platform?: string } = {}): Promise<ImageHistoryResponseItem[]> {
    return this.client.json('GET', `${at(ref)}/history`, { query: withPlatform(options) })
  }

  tag(ref: string, repo: string, tag: string): Promise<void> {
    return this.client.json('POST', `${at(ref)}/tag`, { query: { repo, tag } })
  }

  /** With `platforms` only those variants of it go. */
  remove(ref: string, options: { force?: boolean; noprune?: boolean; platforms?: readonly string[] } = {}): Promise<ImageDeleteResponseItem[]> {
    const { platforms = [], ...query } = options
    return this.client.json('DELETE', at(ref), { query: { ...query, ...(platforms.length > 0 && { platforms: platforms.map(platformQuery) }) } })
  }

  prune(filters: FilterValues = {}): Promise<{ ImagesDeleted: ImageDeleteResponseItem[] | null; SpaceReclaimed: number }> {
    return this.client.json('POST', '/images/prune', { query: { filters: filterText(filters) } })
  }

  /** Sends a `docker save` archive or an OCI layout. */
  async load(archive: Readable, options: { quiet?: boolean; platform?: string } = {}): Promise<AsyncIterable<ImageProgress>> {
    return jsonLines(await this.client.send('POST', '/images/load', { query: withPlatform(options), stream: archive, headers: tarHeaders }))
  }

  /** Makes an image of a root filesystem's tar. The last status is the image's id. */
  async import(
    rootfs: Readable,
    options: { repo?: string; tag?: string; message?: string; changes?: string[]; platform?: string } = {},
  ): Promise<AsyncIterable<ImageProgress>> {
    return jsonLines(await this.client.send('POST', '/images/create', { query: { fromSrc: '-', ...options }, stream: rootfs, headers: tarHeaders }))
  }

  /** Asks the daemon to pull from a registry. `auth` is the value of `X-Registry-Auth`. */
  async pull(image: string, options: { tag?: string; platform?: string; auth?: string } = {}): Promise<AsyncIterable<ImageProgress>> {
    const { auth, ...query } = options
    return jsonLines(await this.client.send('POST', '/images/create', { query: { fromImage: image, ...query }, headers: authHeader(auth) }))
  }

  /** Asks the daemon to push to the registry that the name tells; without a tag, all tags of the repository. */
  async push(image: string, options: { tag?: string; platform?: string; auth?: string } = {}): Promise<AsyncIterable<ImageProgress>> {
    const { auth = noAuth, ...rest } = options
    const query = withPlatform(rest)
    return jsonLines(await this.client.send('POST', `${at(image)}/push`, { query, headers: { 'X-Registry-Auth': auth } }))
  }

  /** What a registry has under a name. */
  distribution(image: string, auth?: string): Promise<DistributionInspect> {
    return this.client.json('GET', `/distribution${at(image).slice('/images'.length)}/json`, { headers: authHeader(auth) })
  }

  search(term: string, options: { limit?: number; filters?: FilterValues; auth?: string } = {}): Promise<ImageSearchResponseItem[]> {
    const { filters = {}, auth, ...query } = options
    return this.client.json('GET', '/images/search', { query: { term, ...query, filters: filterText(filters) }, headers: authHeader(auth) })
  }

  /** A `docker save` archive. */
  save(refs: readonly string[], options: { platform?: string } = {}): Promise<Readable> {
    return this.client.send('GET', '/images/get', { query: { names: refs, ...withPlatform(options) } })
  }
}

/** Slashes of a name stay as they are: every daemon takes them so. */
const at = (ref: string) => `/images/${encodeURIComponent(ref).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@')}`

/** `platform` as the API takes it; the rest stays. */
function withPlatform<T extends { platform?: string }>({ platform, ...rest }: T): Omit<T, 'platform'> & { platform?: string } {
  return { ...rest, ...(platform !== undefined && { platform: platformQuery(platform) }) }
}

/** `linux/arm64/v8` as the JSON object that the API takes since 1.46. */
function platformQuery(text: string): string {
  const [os = '', architecture = '', variant = ''] = text.split('/')
  return JSON.stringify({ os, ...(architecture && { architecture }), ...(variant && { variant }) })
}
