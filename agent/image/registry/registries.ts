import type { Clock } from '../../../src/base/clock.js'
import { ErrorKind, StatusError } from '../../../src/base/errors.js'
import type { Rng } from '../../../src/base/rng.js'
import { hostPlatform, parsePlatform, type Platform } from '../descriptor.js'
import type { ImageStore } from '../image-store.js'
import type { Progress } from '../progress.js'
import { withDefaultTag, type Reference } from '../reference.js'
import { TokenCache } from './authorizer.js'
import { RegistryClient, type ClientDeps } from './client.js'
import { anonymous, type Credentials } from './credentials.js'
import { Endpoints, type Endpoint, type RegistrySettings } from './endpoints.js'
import { ConnectionError, explain, explainRead } from './errors.js'
import { Limit } from './limit.js'
import { pullImage } from './pull.js'
import { listTags } from './tags.js'
import { Transport } from './transport.js'
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
}

export interface RegistriesDeps {
  store: ImageStore
  clock: Clock
  rng: Rng
}

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

  constructor(
    private readonly deps: RegistriesDeps,
    private readonly options: RegistriesOptions,
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
  }

  /**
   * Brings an image here. A reference without tag and digest stands for all tags of its repository.
   * Throws `notFound`, `unauthorized`, `invalid` and others with Docker's sentences.
   */
  async pull(reference: Reference, options: PullOptions, progress: Progress, signal: AbortSignal): Promise<void> {
    const platform = platformOf(options.platform)
    const asked = options.platform !== undefined && options.platform !== ''
    const deps = { store: this.deps.store, limit: this.downloads, attemptsMax: this.options.downloadAttemptsMax }
    await this.reading(reference, options.credentials, signal, async (client) => {
      const all = reference.tag === undefined && reference.digest === undefined
      const tags = all ? await listTags(client, reference.path, signal) : [reference.tag]
      for (const tag of tags) {
        const one: Reference = all ? { ...reference, tag: tag as string } : reference
        await pullImage(deps, client, { reference: one, platform, platformAsked: asked }, progress, signal)
      }
    })
  }

  [Symbol.dispose](): void {
    this.transport[Symbol.dispose]()
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
  ): Promise<T> {
    const places = this.endpoints.of(domain)
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

function platformOf(text: string | undefined): Platform {
  return text === undefined || text === '' ? hostPlatform() : parsePlatform(text)
}
