import type { Clock } from '../../../src/base/clock.js'
import { must } from '../../../src/base/assert.js'
import { ErrorKind, invalid, notFound, StatusError } from '../../../src/base/errors.js'
import type { Rng } from '../../../src/base/rng.js'
import type { DistributionInspect, ImageSearchResponseItem } from '../../../src/model/engine-api/image.js'
import { hostPlatform, parsePlatform, type Descriptor, type Digest, type Platform } from '../descriptor.js'
import type { ImageRecord } from '../image-record.js'
import type { ImageStore } from '../image-store.js'
import { isIndex, parseIndex } from '../manifest.js'
import type { Progress } from '../progress.js'
import { familiarName, familiarRepository, withDefaultTag, type Reference } from '../reference.js'
import { noCredentials, TokenCache } from './authorizer.js'
import { RegistryClient, type ClientDeps } from './client.js'
import { anonymous, type Credentials } from './credentials.js'
import { Endpoints, hubDomain, type Endpoint, type RegistrySettings } from './endpoints.js'
import { ConnectionError, explain, explainRead, RegistryError } from './errors.js'
import type { LayerMemory } from './layer-memory.js'
import { Limit } from '../../../src/base/limit.js'
import { fetchConfig, fetchManifest, platformsOf, readManifest } from './manifests.js'
import { pullImage, type ArrivalDeps } from './pull.js'
import type { ProxySettings } from './proxies.js'
import { mountSources, pushImage } from './push.js'
import { hasNoIndex, searchCatalogue, searchIndex } from './search.js'
import { listTags } from './tags.js'
import { dropBody, Transport } from './transport.js'
import { TrustStore } from './trust-store.js'

export interface RegistriesOptions extends RegistrySettings {
  /** Folders of certificates, as `/etc/docker/certs.d`. */
  certificates: readonly string[]
  downloadsAtOnce: number
  uploadsAtOnce: number
  downloadAttemptsMax: number
  userAgent: string
  /** See `Transport`. */
  idleTimeoutMs?: number
  proxies?: ProxySettings
}

export interface RegistriesDeps {
  store: ImageStore
  memory: LayerMemory
  clock: Clock
  rng: Rng
}

const hubIndex: Endpoint = { origin: 'https://index.docker.io', prefix: '', mirror: false, insecure: false }

/** What a user asks of a registry with. */
export interface PullOptions {
  credentials?: Credentials
  /** `linux/arm64`; this host's without it. */
  platform?: string
}

/** Everything this host does with registries. Errors are of the catalogue, in Docker's words. */
export class Registries implements Disposable {
  readonly endpoints: Endpoints
  private readonly transport: Transport
  private readonly client: ClientDeps
  private readonly downloads: Limit
  private readonly uploads: Limit
  private readonly arriving = new Map<Digest, Promise<void>>()

  constructor(
    private readonly deps: RegistriesDeps,
    private options: RegistriesOptions,
  ) {
    this.endpoints = new Endpoints(options)
    this.transport = new Transport(options)
    this.client = {
      transport: this.transport,
      trust: new TrustStore(options.certificates),
      tokens: new TokenCache(deps.clock),
      clock: deps.clock,
      rng: deps.rng,
    }
    this.downloads = new Limit(options.downloadsAtOnce)
    this.uploads = new Limit(options.uploadsAtOnce)
  }

  /** Other settings from now on; what is under way goes on with the old ones. Throws `invalid`; nothing has changed then. */
  reconfigure(changes: RegistrySettings & Pick<RegistriesOptions, 'downloadsAtOnce' | 'uploadsAtOnce' | 'downloadAttemptsMax'>): void {
    this.endpoints.replace(changes)
    this.options = { ...this.options, ...changes }
    this.downloads.change(changes.downloadsAtOnce)
    this.uploads.change(changes.uploadsAtOnce)
  }

  /**
   * Brings an image here. A reference without tag and digest stands for all tags of its repository.
   * Throws `notFound`, `unauthorized`, `invalid` and others with Docker's sentences.
   */
  async pull(reference: Reference, options: PullOptions, progress: Progress, signal: AbortSignal): Promise<void> {
    const platform = platformOf(options.platform)
    const asked = options.platform !== undefined && options.platform !== ''
    const deps = { ...this.arrivals(), memory: this.deps.memory }
    await this.reading(reference, options.credentials, signal, async (client) => {
      const all = reference.tag === undefined && reference.digest === undefined
      const tags = all ? await listTags(client, reference.path, signal) : [reference.tag]
      for (const tag of tags) {
        const one: Reference = all ? { ...reference, tag: tag as string } : reference
        await pullImage(deps, client, { reference: one, platform, platformAsked: asked }, progress, signal)
      }
    })
  }

  /**
   * Sends an image to its registry; without a tag, all tags of the repository. Throws `notFound` when there
   * is none here. Gives the manifest that the registry has now, of several tags the last one.
   */
  async push(reference: Reference, credentials: Credentials, progress: Progress, signal: AbortSignal): Promise<Descriptor> {
    const { store } = this.deps
    if (reference.digest !== undefined) throw invalid('cannot push a digest reference')
    const tags = store.tagsOf(reference)
    if (tags.length === 0) throw notFound(`An image does not exist locally with the tag: ${familiarRepository(reference)}`)
    const chosen = tags.filter(({ name }) => reference.tag === undefined || name.tag === reference.tag)
    if (chosen.length === 0) throw notFound(`tag does not exist: ${familiarName(reference)}`)
    const images = chosen.map(({ name, id }) => ({ name: { ...name, tag: name.tag ?? '' }, record: store.find(id) }))
    return this.pushAll(images, reference, credentials, progress, signal)
  }

  /** Sends an image under a name that it need not have here. Throws as `push`. */
  async pushAs(id: Digest, reference: Reference, credentials: Credentials, progress: Progress, signal: AbortSignal): Promise<Descriptor> {
    const { domain, path, tag = '' } = withDefaultTag(reference)
    if (reference.digest !== undefined) throw invalid('cannot push a digest reference')
    return this.pushAll([{ name: { domain, path, tag }, record: this.deps.store.find(id) }], reference, credentials, progress, signal)
  }

  private async pushAll(images: readonly { name: Reference & { tag: string }; record: ImageRecord }[], reference: Reference, credentials: Credentials, progress: Progress, signal: AbortSignal): Promise<Descriptor> {
    const { store } = this.deps
    const { domain, path } = reference
    progress({ status: `The push refers to repository [${domain}/${path}]` })
    const deps = { store, memory: this.deps.memory, limit: this.uploads }
    const sources = new Set(images.flatMap(({ record }) => mountSources(this.deps.memory, record, reference)))
    const scopes = [`repository:${path}:pull,push`, ...[...sources].map((source) => `repository:${source}:pull`)]
    try {
      return await this.atPlaces(domain, credentials, scopes, signal, async (client) => {
        const pushed: Descriptor[] = []
        for (const { name, record } of images) pushed.push(await pushImage(deps, client, record, name, progress, signal))
        return must(pushed.at(-1), 'there are images to push')
      }, this.endpoints.of(domain).filter((place) => !place.mirror))
    } catch (thrown) {
      throw explain(thrown)
    }
  }

  /** Gets what is no image, by `work`, at the first place of its registry that can. Throws as `pull`. */
  receive<T>(reference: Reference, credentials: Credentials, signal: AbortSignal, work: (client: RegistryClient, deps: ArrivalDeps) => Promise<T>): Promise<T> {
    return this.reading(reference, credentials, signal, (client) => work(client, this.arrivals()))
  }

  /** Sends what is no image, by `work`. Throws as `push`. */
  async send(reference: Reference, credentials: Credentials, signal: AbortSignal, work: (client: RegistryClient, uploads: Limit) => Promise<void>): Promise<void> {
    const places = this.endpoints.of(reference.domain).filter((place) => !place.mirror)
    try {
      await this.atPlaces(reference.domain, credentials, [`repository:${reference.path}:pull,push`], signal, (client) => work(client, this.uploads), places)
    } catch (thrown) {
      throw explain(thrown)
    }
  }

  /** What the registry has under a name. Throws as `pull`. */
  async inspect(reference: Reference, credentials: Credentials, signal: AbortSignal): Promise<DistributionInspect> {
    const { path, tag, digest } = withDefaultTag(reference)
    return await this.reading(reference, credentials, signal, async (client) => {
      const fetched = await fetchManifest(client, path, digest ?? tag ?? '', signal)
      const { descriptor, document } = fetched
      if (isIndex(document)) return { Descriptor: descriptor, Platforms: platformsOf(parseIndex(document, `the index ${descriptor.digest}`)) }
      const { config } = await fetchConfig(client, path, readManifest(fetched), this.options.downloadAttemptsMax, signal)
      const { architecture, os, variant } = config
      return { Descriptor: descriptor, Platforms: [{ architecture, os, ...(variant !== undefined && { variant }) }] }
    })
  }

  /**
   * `term` may begin with a registry: `registry.example:5000/web`. Where Docker Hub's index cannot be reached, mirrors tell what they
   * have of it.
   */
  async search(term: string, limit: number, credentials: Credentials, signal: AbortSignal): Promise<ImageSearchResponseItem[]> {
    const slash = term.indexOf('/')
    const first = slash < 0 ? '' : term.slice(0, slash)
    const named = /[.:]/.test(first) || first === 'localhost'
    const [domain, words] = named ? [first, term.slice(slash + 1)] : [hubDomain, term]
    const places = named ? this.endpoints.of(domain) : [hubIndex, ...this.endpoints.of(domain).filter((place) => place.mirror)]
    let unreached: unknown
    try {
      return await this.atPlaces(domain, credentials, ['registry:catalog:*'], signal, async (client) => {
        if (client.endpoint.mirror) return await searchCatalogue(client, domain, words, limit, signal)
        try {
          return await searchIndex(client, words, limit, signal)
        } catch (thrown) {
          unreached = thrown
          if (!named || !hasNoIndex(thrown)) throw thrown
          return searchCatalogue(client, domain, words, limit, signal)
        }
      }, places)
    } catch (thrown) {
      throw explain(named ? thrown : (unreached ?? thrown))
    }
  }

  /** Asks the registry whether these are good. Gives a token to use instead of the password, where it has such. Throws `unauthorized`. */
  async logIn(server: string, credentials: Credentials, signal: AbortSignal): Promise<{ identityToken: string }> {
    const domain = domainOf(server)
    const places = this.endpoints.of(domain).filter((place) => !place.mirror)
    try {
      return await this.atPlaces(domain, credentials, [], signal, async (client) => {
        const url = client.url('')
        try {
          dropBody(await client.ask(url, { signal }))
        } catch (thrown) {
          if (!(thrown instanceof RegistryError) || (thrown.status !== 401 && thrown.code !== noCredentials)) throw thrown
          throw new StatusError(ErrorKind.unauthorized, `login attempt to ${url.href} failed with status: 401 Unauthorized (${thrown.message})`, { cause: thrown })
        }
        return { identityToken: client.authorizer.refreshToken ?? '' }
      }, places)
    } catch (thrown) {
      throw explain(thrown)
    }
  }

  [Symbol.dispose](): void {
    this.transport[Symbol.dispose]()
  }

  private arrivals(): ArrivalDeps {
    return { store: this.deps.store, limit: this.downloads, attemptsMax: this.options.downloadAttemptsMax, arriving: this.arriving }
  }

  /** Does it at the first place of the registry that can. */
  private async reading<T>(reference: Reference, credentials: Credentials = anonymous, signal: AbortSignal, work: (client: RegistryClient) => Promise<T>): Promise<T> {
    try {
      return await this.atPlaces(reference.domain, credentials, [`repository:${reference.path}:pull`], signal, work)
    } catch (thrown) {
      throw explainRead(thrown, withDefaultTag(reference))
    }
  }

  private async atPlaces<T>(
    domain: string,
    credentials: Credentials,
    scopes: readonly string[],
    signal: AbortSignal,
    work: (client: RegistryClient) => Promise<T>,
    places: readonly Endpoint[] = this.endpoints.of(domain),
  ): Promise<T> {
    for (const [i, place] of places.entries()) {
      try {
        const done = await work(new RegistryClient(this.client, place, credentials, scopes))
        this.endpoints.reached(domain, place)
        return done
      } catch (thrown) {
        signal.throwIfAborted()
        if (i + 1 >= places.length || !leadsOn(place, thrown)) throw thrown
      }
    }
    throw new StatusError(ErrorKind.internal, `the registry ${domain} has no address`)
  }
}

/** A mirror may fail as it likes; a registry of two protocols only by not speaking the first. */
function leadsOn(place: Endpoint, thrown: unknown): boolean {
  if (place.mirror) return explain(thrown) !== thrown || (thrown instanceof StatusError && thrown.kind !== ErrorKind.cancelled)
  return thrown instanceof ConnectionError && thrown.neverConnected
}

/** A server as `docker login` names it: with or without a scheme and a path. */
function domainOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').split('/', 1)[0] ?? ''
  if (host === '' || host === 'index.docker.io' || host === hubDomain || host === 'registry-1.docker.io') return hubDomain
  if (!/^[A-Za-z0-9._:[\]-]+$/.test(host)) throw invalid(`invalid registry address ${JSON.stringify(server)}`)
  return host
}

function platformOf(text: string | undefined): Platform {
  return text === undefined || text === '' ? hostPlatform() : parsePlatform(text)
}
