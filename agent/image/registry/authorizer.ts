import type { Clock } from '../../../src/base/clock.js'
import type { Challenge } from './challenge.js'
import { basicHeader, fingerprint, type Credentials } from './credentials.js'
import { LyingRegistryError, RegistryError } from './errors.js'
import { problemsOf } from './refusal.js'
import { readBody, type Answer, type Call } from './transport.js'

const tokenBytesMax = 1024 * 1024
/** What holds for tokens that do not say how long they live (distribution, "Token Authentication"). */
const tokenLifeDefaultMs = 60_000
/** Taken off a token's life: it must not end on its way. */
const tokenMarginMs = 5_000
const tokensMax = 1_000
/** The problem of a registry that wants a name and a password when there are none. */
export const noCredentials = 'NO_CREDENTIALS'
const clientId = 'docker'

interface Token {
  header: string
  untilMs: number
}

/** Tokens that were given, for as long as they hold, whoever asks again with the same credentials. */
export class TokenCache {
  private readonly tokens = new Map<string, Token>()

  constructor(readonly clock: Clock) {}

  get(key: string): string | undefined {
    const token = this.tokens.get(key)
    if (!token) return undefined
    if (token.untilMs > this.clock.monotonicMs()) return token.header
    this.tokens.delete(key)
    return undefined
  }

  set(key: string, header: string, lifeMs: number): void {
    if (this.tokens.size >= tokensMax) this.tokens.delete(this.tokens.keys().next().value as string)
    this.tokens.set(key, { header, untilMs: this.clock.monotonicMs() + lifeMs })
  }

  delete(key: string): void {
    this.tokens.delete(key)
  }
}

export interface AuthorizerDeps {
  tokens: TokenCache
  /** Sends to any server, with the certificates that belong to it. */
  send(call: Omit<Call, 'trust'>): Promise<Answer>
}

/**
 * Shows one registry who asks, for one set of scopes. `header` is what goes with a request; after a 401
 * `answer` works out what it should have been.
 */
export class Authorizer {
  private readonly key: string
  private basic = false
  private asking: Promise<string> | undefined
  /** Stands in place of the password from now on, where the registry gives such tokens. */
  refreshToken: string | undefined

  constructor(
    private readonly deps: AuthorizerDeps,
    /** The registry's: credentials leave it only for the place it names for tokens. */
    private readonly origin: string,
    private readonly credentials: Credentials,
    /** `repository:library/busybox:pull` */
    private readonly scopes: readonly string[],
  ) {
    this.key = JSON.stringify([origin, fingerprint(credentials), ...scopes])
  }

  header(): string | undefined {
    if (this.credentials.registryToken) return `Bearer ${this.credentials.registryToken}`
    return this.basic ? basicHeader(this.credentials) : this.deps.tokens.get(this.key)
  }

  /**
   * The header for another try after a 401 to a request that was sent with `shown`; undefined when there is
   * nothing better to show. Throws `RegistryError` when the token's server refuses.
   */
  async answer(challenges: readonly Challenge[], shown: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (this.credentials.registryToken) return undefined
    const bearer = challenges.find((challenge) => challenge.scheme === 'bearer' && challenge.parameters['realm'] !== undefined)
    if (bearer) {
      const known = this.deps.tokens.get(this.key)
      // Another request has a newer one.
      if (known !== undefined && known !== shown) return known
      this.deps.tokens.delete(this.key)
      this.asking ??= this.ask(bearer, signal).finally(() => (this.asking = undefined))
      return await this.asking
    }
    if (!challenges.some((challenge) => challenge.scheme === 'basic')) return undefined
    const header = basicHeader(this.credentials)
    // Not a 401: Docker's client would stop and ask for a password at the terminal.
    if (header === undefined) throw new RegistryError(0, [{ code: noCredentials, message: '' }], `Get "${this.origin}/v2/": no basic auth credentials`)
    this.basic = true
    return shown === header ? undefined : header
  }

  private async ask({ parameters }: Challenge, signal: AbortSignal): Promise<string> {
    const realm = this.realm(parameters['realm'] as string)
    const service = parameters['service'] ?? ''
    const answer = this.credentials.identityToken
      ? await this.deps.send({ method: 'POST', url: realm, signal, ...this.form(service) })
      : await this.deps.send({ method: 'GET', url: this.query(realm, service), signal, headers: this.basicHeaders() })
    const body = await readBody(answer, tokenBytesMax)
    if (answer.status !== 200) {
      const problems = problemsOf(body)
      const why = problems.map(({ code, message }) => `${code.toLowerCase().replaceAll('_', ' ')}: ${message}`).join(', ')
      if (answer.status === 401) throw new RegistryError(401, [{ code: 'UNAUTHORIZED', message: why }], why === '' ? 'unauthorized: incorrect username or password' : why)
      throw new RegistryError(answer.status, problems, `failed to authorize: ${realm.host} answers ${answer.status} to the request for a token${why === '' ? '' : `: ${why}`}`)
    }
    return this.keep(body, realm)
  }

  private keep(body: Buffer, realm: URL): string {
    const bad = (): Error => new LyingRegistryError(`failed to authorize: ${realm.host} gave no token`)
    let parsed: unknown
    try {
      parsed = JSON.parse(body.toString('utf8'))
    } catch {
      throw bad()
    }
    if (typeof parsed !== 'object' || parsed === null) throw bad()
    const { token, access_token: access, expires_in: expires, refresh_token: refresh } = parsed as Record<string, unknown>
    const value = typeof token === 'string' && token !== '' ? token : access
    // What would break out of the header is no token.
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw bad()
    if (typeof refresh === 'string' && refresh !== '') this.refreshToken = refresh
    const lifeMs = typeof expires === 'number' && expires > 0 ? expires * 1000 : tokenLifeDefaultMs
    const header = `Bearer ${value}`
    this.deps.tokens.set(this.key, header, Math.max(0, lifeMs - tokenMarginMs))
    return header
  }

  private realm(text: string): URL {
    let url: URL
    try {
      url = new URL(text)
    } catch {
      throw new LyingRegistryError(`failed to authorize: ${this.origin} names ${JSON.stringify(text.slice(0, 200))} for tokens, which is no URL`)
    }
    const secret = this.credentials.username !== undefined || this.credentials.identityToken !== undefined
    if (url.protocol !== 'https:' && (url.protocol !== 'http:' || (secret && this.origin.startsWith('https:')))) {
      throw new LyingRegistryError(`failed to authorize: ${this.origin} sends to ${url.origin} for tokens, where credentials would go unprotected`)
    }
    return url
  }

  private query(realm: URL, service: string): URL {
    const url = new URL(realm)
    if (service !== '') url.searchParams.set('service', service)
    for (const scope of this.scopes) url.searchParams.append('scope', scope)
    url.searchParams.set('client_id', clientId)
    if (this.credentials.username) {
      url.searchParams.set('account', this.credentials.username)
      if (this.scopes.length === 0) url.searchParams.set('offline_token', 'true')
    }
    return url
  }

  private basicHeaders(): Record<string, string> {
    const header = basicHeader(this.credentials)
    return header === undefined ? {} : { Authorization: header }
  }

  private form(service: string): { headers: Record<string, string>; body: Buffer } {
    const fields = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: this.credentials.identityToken ?? '', client_id: clientId, service })
    if (this.scopes.length > 0) fields.set('scope', this.scopes.join(' '))
    return { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: Buffer.from(fields.toString()) }
  }
}
