import { ErrorKind, errnoOf, messageOf, StatusError } from '../../../src/base/errors.js'
import { familiarName, familiarRepository, type Reference } from '../reference.js'

/** One entry of a registry's error document (distribution specification, "Error Codes"). */
export interface RegistryProblem {
  /** `MANIFEST_UNKNOWN`, ... */
  code: string
  message: string
}

/** A registry's refusal. The message is worded as Docker words it: `manifest unknown: manifest unknown`. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  constructor(
    readonly status: number,
    readonly problems: readonly RegistryProblem[],
    message: string,
    /** How long the registry asks to wait, in milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(message)
  }

  get code(): string {
    return this.problems[0]?.code ?? ''
  }

  /** True for what may pass: the registry is overloaded or broken for now. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408
  }
}

/** No connection, or one that broke. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  constructor(
    message: string,
    /** True when the request never reached a server that speaks its protocol. */
    readonly neverConnected: boolean,
    cause: unknown,
  ) {
    super(message, { cause })
  }
}

/** What a registry gave is not what it or the manifest said: asking again would not help. */
export class LyingRegistryError extends Error {
  override readonly name = 'LyingRegistryError'
}

const neverConnectedCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO', 'ETIMEDOUT'])

/** Words for a failed connection, as Docker has them. `method` and `url` name the request. */
export function connectionError(method: string, url: URL, thrown: unknown): ConnectionError {
  const code = errnoOf(thrown) ?? ''
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  const at = `${url.hostname}:${port}`
  const verb = method[0] + method.slice(1).toLowerCase()
  const why = ((): string => {
    switch (code) {
      case 'ECONNREFUSED':
        return `dial tcp ${at}: connect: connection refused`
      case 'ENOTFOUND':
        return `dial tcp: lookup ${url.hostname}: no such host`
      case 'EAI_AGAIN':
        return `dial tcp: lookup ${url.hostname}: temporary failure in name resolution`
      case 'EHOSTUNREACH':
        return `dial tcp ${at}: connect: no route to host`
      case 'ENETUNREACH':
        return `dial tcp ${at}: connect: network is unreachable`
      case 'ETIMEDOUT':
        return `dial tcp ${at}: i/o timeout`
      case 'ECONNRESET':
      case 'EPIPE':
        return 'connection reset by peer'
      case 'EPROTO':
      case 'ERR_SSL_WRONG_VERSION_NUMBER':
        return 'http: server gave HTTP response to HTTPS client'
      default:
        return isCertificateProblem(code) ? `tls: failed to verify certificate: ${messageOf(thrown)}` : messageOf(thrown)
    }
  })()
  const never = neverConnectedCodes.has(code) || code.startsWith('ERR_SSL') || isCertificateProblem(code)
  return new ConnectionError(`${verb} "${url.origin}${url.pathname}": ${why}`, never, thrown)
}

function isCertificateProblem(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code)
}

/** What a failed pull or look-up means to the user, in Docker's words. */
export function explainRead(thrown: unknown, reference: Reference): unknown {
  if (!(thrown instanceof RegistryError)) return explain(thrown)
  switch (thrown.code) {
    case 'DENIED':
      return new StatusError(
        ErrorKind.notFound,
        `pull access denied for ${familiarRepository(reference)}, repository does not exist or may require 'docker login': ${thrown.message}`,
        { cause: thrown },
      )
    case 'MANIFEST_UNKNOWN':
      return new StatusError(ErrorKind.notFound, `manifest for ${familiarName(reference)} not found: ${thrown.message}`, { cause: thrown })
    case 'NAME_UNKNOWN':
      return new StatusError(ErrorKind.notFound, `repository ${familiarRepository(reference)} not found: ${thrown.message}`, { cause: thrown })
    default:
      return explain(thrown)
  }
}

/** A registry's refusal or a failed connection as an error of the catalogue; anything else as it is. */
export function explain(thrown: unknown): unknown {
  if (thrown instanceof RegistryError) return new StatusError(kindOfStatus(thrown.status), thrown.message, { cause: thrown })
  if (thrown instanceof ConnectionError || thrown instanceof LyingRegistryError) {
    return new StatusError(ErrorKind.internal, thrown.message, { cause: thrown })
  }
  return thrown
}

function kindOfStatus(status: number): ErrorKind {
  if (status === 401) return ErrorKind.unauthorized
  if (status === 403) return ErrorKind.forbidden
  if (status === 404) return ErrorKind.notFound
  if (status === 429) return ErrorKind.exhausted
  if (status >= 500) return ErrorKind.unavailable
  return ErrorKind.internal
}
