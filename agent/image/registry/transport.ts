import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https'
import { pipeline, Readable } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { HttpProxyAgent } from 'http-proxy-agent'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { errnoOf } from '../../../src/base/errors.js'
import { readAtMost } from '../../../src/base/read-at-most.js'
import { builtInAuthorities } from '../../../src/sys/built-in-authorities.js'
import { connectionError, LyingRegistryError } from './errors.js'
import { Proxies, type ProxySettings } from './proxies.js'
import { secureContextOf } from './secure-context.js'

/** How the certificate of a server is checked, and what is shown to it. */
export interface Trust {
  /** The same for the same content. */
  id: string
  /** Not checked at all. */
  insecure: boolean
  /** All authorities that are trusted, in PEM; left out: Node.js's own list. */
  ca?: readonly string[]
  /** A certificate of our own with its key, in PEM. */
  cert?: string
  key?: string
}

export interface Call {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: URL
  headers?: Record<string, string>
  body?: Uint8Array | AsyncIterable<Uint8Array>
  trust: Trust
  signal: AbortSignal
}

/** An answer whose body has to be read or destroyed. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Where it came from. */
  url: URL
  body: IncomingMessage
}

export interface TransportOptions {
  userAgent: string
  /** Nothing came or went for this long: the connection counts as broken. */
  idleTimeoutMs?: number
  /** None without them. */
  proxies?: ProxySettings
}

const defaultIdleTimeoutMs = 60_000
/** Read pieces of this size from the sockets' streams before they push back. */
const highWaterBytes = 512 * 1024

/** HTTP to registries: one request and its answer, connections kept. It follows no redirect and knows no credentials. */
export class Transport implements Disposable {
  private readonly plainAgent = new HttpAgent({ keepAlive: true, scheduling: 'lifo' })
  /** By what they trust: connections of different trust are never mixed. */
  private readonly secureAgents = new Map<string, HttpsAgent>()
  private readonly secureContexts = new Map<string, Promise<SecureContext>>()
  private readonly proxies: Proxies
  /** By proxy, and by what is trusted behind it. */
  private readonly proxyAgents = new Map<string, HttpProxyAgent<string> | HttpsProxyAgent<string>>()
  private readonly idleTimeoutMs: number

  constructor(private readonly options: TransportOptions) {
    this.idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs
    this.proxies = new Proxies(options.proxies ?? { httpProxy: '', httpsProxy: '', noProxy: '' })
  }

  /** Rejects with `ConnectionError`, or with the signal's reason. */
  async send(call: Call): Promise<Answer> {
    for (let again = true; ; again = false) {
      call.signal.throwIfAborted()
      try {
        return await this.once(call)
      } catch (thrown) {
        call.signal.throwIfAborted()
        // The server closed a kept connection while the request was on its way: it was never looked at.
        const stale = thrown instanceof StaleConnection
        if (stale && again && (call.body === undefined || call.body instanceof Uint8Array)) continue
        throw connectionError(call.method, call.url, stale ? thrown.cause : thrown)
      }
    }
  }

  [Symbol.dispose](): void {
    this.plainAgent.destroy()
    for (const agent of [...this.secureAgents.values(), ...this.proxyAgents.values()]) agent.destroy()
  }

  private async once(call: Call): Promise<Answer> {
    const { url, method, body, signal } = call
    // The proxy's own certificate is checked by them, whatever is trusted behind it.
    if (this.proxies.of(url)?.protocol === 'https:') await builtInAuthorities()
    const secure = url.protocol === 'https:' ? await this.secureOptions(url, call.trust) : undefined
    signal.throwIfAborted()
    const headers: Record<string, string> = { 'User-Agent': this.options.userAgent, ...call.headers }
    if (body instanceof Uint8Array) headers['Content-Length'] = String(body.length)
    else if (body === undefined && method !== 'GET' && method !== 'HEAD') headers['Content-Length'] = '0'
    return await new Promise((resolve, reject) => {
      const options = { method, headers, signal, highWaterMark: highWaterBytes, timeout: this.idleTimeoutMs }
      const request: ClientRequest = secure
        ? httpsRequest(url, { ...options, ...secure })
        : httpRequest(url, { ...options, agent: this.proxyAgent(url) ?? this.plainAgent })
      request.once('timeout', () => request.destroy(Object.assign(new Error('timeout awaiting the registry'), { code: 'ETIMEDOUT' })))
      request.once('response', (response) => {
        response.setTimeout(this.idleTimeoutMs, () => response.destroy(Object.assign(new Error('the registry sent nothing for too long'), { code: 'ETIMEDOUT' })))
        // Whoever reads the body learns of a broken one there; a body that nobody reads any more must not throw.
        response.on('error', () => undefined)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, url, body: response })
      })
      request.on('error', (thrown) => {
        const code = errnoOf(thrown)
        reject(request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE') ? new StaleConnection(thrown) : thrown)
      })
      if (body === undefined || body instanceof Uint8Array) request.end(body)
      else pipeline(Readable.from(body, { objectMode: false }), request, (thrown) => thrown && reject(thrown))
    })
  }

  private async secureOptions(url: URL, trust: Trust): Promise<RequestOptions & { secureContext?: SecureContext }> {
    const secureContext = await this.secureContext(trust)
    const proxy = this.proxyAgent(url, trust)
    // Behind a proxy the connection is made by what the request says.
    return proxy ? { agent: proxy, rejectUnauthorized: !trust.insecure, secureContext } : { agent: this.secureAgent(trust, secureContext) }
  }

  private proxyAgent(url: URL, trust?: Trust): HttpProxyAgent<string> | HttpsProxyAgent<string> | undefined {
    const proxy = this.proxies.of(url)
    if (!proxy) return undefined
    const key = `${proxy.href} ${trust?.id ?? ''}`
    const known = this.proxyAgents.get(key)
    if (known) return known
    const agent = trust ? new HttpsProxyAgent(proxy.href, { keepAlive: true }) : new HttpProxyAgent(proxy.href, { keepAlive: true })
    this.proxyAgents.set(key, agent)
    return agent
  }

  private secureAgent(trust: Trust, secureContext: SecureContext): HttpsAgent {
    const known = this.secureAgents.get(trust.id)
    if (known) return known
    const agent = new HttpsAgent({ keepAlive: true, scheduling: 'lifo', rejectUnauthorized: !trust.insecure, secureContext })
    this.secureAgents.set(trust.id, agent)
    return agent
  }

  /** Made once: it would be parsed again for each connection otherwise. */
  private secureContext(trust: Trust): Promise<SecureContext> {
    const known = this.secureContexts.get(trust.id)
    if (known) return known
    const context = secureContextOf(trust)
    this.secureContexts.set(trust.id, context)
    context.catch(() => this.secureContexts.delete(trust.id))
    return context
  }
}

class StaleConnection extends Error {
  constructor(override readonly cause: unknown) {
    super('stale connection')
  }
}

/** The whole body, which must not have more bytes than that. Rejects with `LyingRegistryError` and `ConnectionError`. */
export async function readBody(answer: Answer, bytesMax: number): Promise<Buffer> {
  const tooMuch = (): Error => new LyingRegistryError(`${answer.url.host} answers with more than the ${bytesMax} bytes that are read of ${answer.url.pathname}`)
  try {
    return await readAtMost(answer.body as AsyncIterable<Buffer>, bytesMax, tooMuch)
  } catch (thrown) {
    if (thrown instanceof LyingRegistryError) throw thrown
    throw connectionError('GET', answer.url, thrown)
  }
}

/** Lets go of an answer: a short body is read so that the connection can be kept. */
export function dropBody(answer: Answer): void {
  const length = Number(answer.headers['content-length'] ?? Infinity)
  if (length <= 64 * 1024) answer.body.resume()
  else answer.body.destroy()
}
