import { delay, type Clock } from '../../../src/base/clock.js'
import { Backoff } from '../../../src/base/backoff.js'
import type { Rng } from '../../../src/base/rng.js'
import { Authorizer, type TokenCache } from './authorizer.js'
import { parseChallenges } from './challenge.js'
import type { Credentials } from './credentials.js'
import type { Endpoint } from './endpoints.js'
import { ConnectionError, LyingRegistryError, RegistryError } from './errors.js'
import { refusalOf } from './refusal.js'
import { dropBody, type Answer, type Call, type Transport, type Trust } from './transport.js'
import type { TrustStore } from './trust-store.js'

const redirectsMax = 5
/** Tries of a request that has no side effects. */
const attemptsMax = 4
const retryInitialMs = 250
const retryMaximumMs = 5_000

export interface ClientDeps {
  transport: Transport
  trust: TrustStore
  tokens: TokenCache
  clock: Clock
  rng: Rng
}

export interface Ask {
  method?: Call['method']
  headers?: Record<string, string>
  body?: Call['body']
  /** Statuses that are no failure, beside 2xx. */
  accept?: readonly number[]
  /** Left to the caller, who knows how to go on. */
  noRetry?: boolean
  signal: AbortSignal
}

/** One registry at one of its places, asked with one set of credentials and scopes. */
export class RegistryClient {
  readonly authorizer: Authorizer
  readonly clock: Clock
  readonly rng: Rng
  private readonly trusted = new Map<string, Promise<Trust>>()

  constructor(
    private readonly deps: ClientDeps,
    readonly endpoint: Endpoint,
    credentials: Credentials,
    scopes: readonly string[],
  ) {
    this.clock = deps.clock
    this.rng = deps.rng
    // Credentials are the registry's, not its mirrors'.
    const shown = endpoint.mirror ? {} : credentials
    this.authorizer = new Authorizer({ tokens: deps.tokens, send: (call) => this.send(call) }, endpoint.origin, shown, scopes)
  }

  /** `path` follows `/v2/`. */
  url(path: string): URL {
    return new URL(`${this.endpoint.origin}${this.endpoint.prefix}/v2/${path}`)
  }

  /** What a `Location` or a `Link` of an answer leads to. Throws `LyingRegistryError` for what is no URL and for ways out of TLS. */
  follow(answer: Answer, location: string): URL {
    let next: URL
    try {
      next = new URL(location, answer.url)
    } catch {
      throw new LyingRegistryError(`${answer.url.host} sends to ${JSON.stringify(location.slice(0, 200))}, which is no URL`)
    }
    if (next.protocol !== 'https:' && next.protocol !== 'http:') throw new LyingRegistryError(`${answer.url.host} sends to ${next.protocol}, which is no web address`)
    if (answer.url.protocol === 'https:' && next.protocol === 'http:') {
      throw new LyingRegistryError(`${answer.url.host} sends to ${next.origin}, which is not protected by TLS`)
    }
    return next
  }

  /**
   * Asks, shows credentials when it is told to, follows redirects of reads, and tries again what failed for
   * now. Rejects with `RegistryError`, `ConnectionError`, `LyingRegistryError` or the signal's reason.
   */
  async ask(url: URL, ask: Ask): Promise<Answer> {
    const safe = ask.method === undefined || ask.method === 'GET' || ask.method === 'HEAD'
    if (!safe || ask.noRetry === true) return this.try(url, ask)
    const backoff = new Backoff(this.deps.rng, retryInitialMs, retryMaximumMs)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.try(url, ask)
      } catch (thrown) {
        ask.signal.throwIfAborted()
        if (attempt >= attemptsMax || !mayPass(thrown)) throw thrown
        await delay(this.deps.clock, Math.max(backoff.nextMs(), askedToWait(thrown)), ask.signal)
      }
    }
  }

  private async try(first: URL, ask: Ask): Promise<Answer> {
    const method = ask.method ?? 'GET'
    let url = first
    let refused = 0
    let shown = this.authorizer.header()
    for (let redirects = 0; ; ) {
      const headers = { ...ask.headers }
      // Whoever is redirected to has no business with our credentials.
      const home = url.origin === this.endpoint.origin
      if (home && shown !== undefined) headers['Authorization'] = shown
      const answer = await this.send({ method, url, headers, signal: ask.signal, ...(ask.body !== undefined && { body: ask.body }) })
      const { status } = answer
      if ((status >= 200 && status < 300) || ask.accept?.includes(status)) return answer
      const location = answer.headers.location
      if ([301, 302, 303, 307, 308].includes(status) && location !== undefined && (method === 'GET' || method === 'HEAD')) {
        dropBody(answer)
        if (++redirects > redirectsMax) throw new LyingRegistryError(`stopped after ${redirectsMax} redirects from ${first.host}`)
        url = this.follow(answer, location)
        continue
      }
      // Once for want of a token, once more for a token that had ended. A stream cannot be sent again.
      const resendable = ask.body === undefined || ask.body instanceof Uint8Array
      if (status === 401 && home && refused < 2 && resendable) {
        refused++
        const challenges = parseChallenges(answer.headers['www-authenticate'])
        const scoped = refused > 1 && challenges.some((challenge) => challenge.parameters['error'] === 'insufficient_scope')
        const better = scoped ? undefined : await this.authorizer.answer(challenges, shown, ask.signal)
        if (better !== undefined && better !== shown) {
          dropBody(answer)
          shown = better
          continue
        }
      }
      throw await refusalOf(answer, this.deps.clock.nowMs())
    }
  }

  private async send(call: Omit<Call, 'trust'>): Promise<Answer> {
    const { origin, host } = call.url
    const trust = this.trusted.get(origin) ?? this.deps.trust.of(host, origin === this.endpoint.origin && this.endpoint.insecure)
    this.trusted.set(origin, trust)
    return this.deps.transport.send({ ...call, trust: await trust })
  }
}

/** True for failures that another try may not meet. */
export function mayPass(thrown: unknown): boolean {
  if (thrown instanceof RegistryError) return thrown.passing
  return thrown instanceof ConnectionError && !thrown.neverConnected
}

/** Milliseconds that the registry asked to wait for. */
export function askedToWait(thrown: unknown): number {
  return thrown instanceof RegistryError ? (thrown.retryAfterMs ?? 0) : 0
}
