import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Duplex, Readable } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { ErrorKind, StatusError, errnoOf, messageOf } from '../base/errors.js'
import { readAtMost } from '../base/read-at-most.js'
import { hostText, type Host, type SshHost } from './host.js'

/** PEM texts of a client. */
export interface ClientTls {
  ca?: string | undefined
  cert?: string | undefined
  key?: string | undefined
  /** False takes any server certificate (`--tls` without `--tlsverify`). */
  verify: boolean
}

/** Opens a connection to a daemon over SSH. */
export type SshDialer = (host: SshHost) => Duplex

/** What goes with a request; at most one of `body` and `stream`. */
export interface CallOptions {
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  stream?: Readable
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** A connection taken over from HTTP: bytes both ways. */
export interface HijackedConnection {
  socket: Socket
  /** What came with the answer's header. */
  head: Buffer
  /** `application/vnd.docker.multiplexed-stream` when stdout and stderr are framed. */
  contentType: string
}

/** The daemon answered with an error; the sentence is its own. */
export class DaemonError extends StatusError {}

/** The largest JSON answer that is read. */
const jsonBytesMax = 256 * 1024 * 1024

/** HTTP to one daemon. Errors are `StatusError`s with the daemon's own sentence. */
export class HttpClient {
  constructor(
    private readonly host: Host,
    private readonly tls: ClientTls | undefined,
    private readonly dialSsh?: SshDialer,
  ) {}

  /** Sends a call and gives the answer once its header is there; 4xx and 5xx are thrown. */
  async send(method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = this.open(method, path, options)
      request.once('response', resolve)
      request.once('error', (cause) => reject(this.connectionError(cause)))
      this.writeBody(request, options, reject)
    })
    if ((response.statusCode ?? 0) >= 400) throw await errorOf(response)
    return response
  }

  /** The JSON of the answer; undefined when it has no body. */
  async json<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const text = await bodyText(await this.send(method, path, options))
    if (text === '') return undefined as T
    try {
      return JSON.parse(text) as T
    } catch (cause) {
      throw new StatusError(ErrorKind.internal, `the daemon's answer to ${method} ${path} is not JSON: ${text.slice(0, 200)}`, { cause })
    }
  }

  /** Upgrades the connection for `attach` and `exec`. */
  hijack(method: string, path: string, options: CallOptions = {}): Promise<HijackedConnection> {
    return new Promise((resolve, reject) => {
      const request = this.open(method, path, { ...options, headers: { Connection: 'Upgrade', Upgrade: 'tcp', ...options.headers } })
      request.once('upgrade', (response, socket: Socket, head) => {
        resolve({ socket, head, contentType: response.headers['content-type'] ?? '' })
      })
      request.once('response', (response) => {
        void errorOf(response).then(reject, reject)
      })
      request.once('error', (cause) => reject(this.connectionError(cause)))
      this.writeBody(request, options, reject)
    })
  }

  /** A connection on which nothing was said yet. Rejects as a call does. */
  async connection(): Promise<Duplex> {
    const { host, tls } = this
    if (host.kind === 'ssh') return this.ssh(host)
    const secured = tls && host.kind === 'tcp'
    const place = { ...(host.kind === 'unix' ? { path: host.path } : { host: host.hostname, port: host.port }), allowHalfOpen: true }
    const socket: Socket = secured
      ? process.getBuiltinModule('node:tls').connect({ ...place, ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: tls.verify } as ConnectionOptions)
      : connect(place as NetConnectOpts)
    await new Promise<void>((resolve, reject) => {
      socket.once(secured ? 'secureConnect' : 'connect', resolve)
      socket.once('error', (cause) => reject(this.connectionError(cause)))
    })
    return socket
  }

  private ssh(host: SshHost): Duplex {
    if (this.dialSsh) return this.dialSsh(host)
    throw new StatusError(ErrorKind.unsupported, `${hostText(host)}: this client does not speak over SSH`)
  }

  private open(method: string, path: string, options: CallOptions): ClientRequest {
    const headers: Record<string, string> = { 'User-Agent': 'skep', ...options.headers }
    if (options.body !== undefined) headers['Content-Type'] = 'application/json'
    // A daemon that refuses at once would close while we write, and its answer be lost.
    if (options.stream) headers['Connection'] = 'keep-alive'
    const target = `${this.host.kind === 'tcp' ? this.host.basePath : ''}${path}${queryText(options.query)}`
    const common: RequestOptions = { method, path: target, headers, agent: false, ...(options.signal && { signal: options.signal }) }
    // No name for TLS: Node.js would look for one, and take longer for that than for the call.
    const { host } = this
    if (host.kind === 'ssh') {
      const { agent: _none, ...call } = common
      return httpRequest({ ...call, host: 'localhost', createConnection: () => this.ssh(host) })
    }
    const local = { ...common, socketPath: host.kind === 'unix' ? host.path : '', host: 'localhost', servername: '' }
    if (host.kind === 'unix') return httpRequest(local)
    const place = { ...common, host: host.hostname, port: host.port }
    if (!this.tls) return httpRequest(place)
    const { ca, cert, key, verify } = this.tls
    // Loaded when it is used: TLS takes longer to load than most calls take without it.
    return process.getBuiltinModule('node:https').request({ ...place, ca, cert, key, rejectUnauthorized: verify })
  }

  private writeBody(request: ClientRequest, options: CallOptions, reject: (error: Error) => void): void {
    if (options.stream) {
      options.stream.once('error', (cause) => {
        request.destroy()
        reject(cause)
      })
      options.stream.pipe(request)
      const { stream } = options
      request.once('response', (response) => {
        // An answer before the end is a refusal: the rest interests nobody.
        if ((response.statusCode ?? 0) < 400) return
        stream.unpipe(request)
        response.once('close', () => request.destroy())
      })
    } else if (options.body !== undefined) {
      const text = JSON.stringify(options.body)
      request.setHeader('Content-Length', Buffer.byteLength(text))
      request.end(text)
    } else {
      if (request.method === 'POST' || request.method === 'PUT') request.setHeader('Content-Length', 0)
      request.end()
    }
  }

  private connectionError(cause: Error): StatusError {
    if (cause.name === 'AbortError') return new StatusError(ErrorKind.cancelled, 'cancelled', { cause })
    const where = hostText(this.host)
    const code = errnoOf(cause)
    if (code === 'ECONNREFUSED' || code === 'ENOENT') {
      return new StatusError(ErrorKind.unavailable, `Cannot connect to the skep daemon at ${where}. Is skepd running?`, { cause })
    }
    if (code === 'EACCES') {
      return new StatusError(ErrorKind.forbidden, `permission denied while trying to connect to the skep daemon at ${where}: run as root or join the socket's group`, { cause })
    }
    return new StatusError(ErrorKind.unavailable, `error during connect to ${where}: ${messageOf(cause)}`, { cause })
  }
}

function queryText(query: CallOptions['query']): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue
    if (Array.isArray(value)) for (const one of value as readonly string[]) params.append(name, one)
    else params.append(name, value === true ? '1' : value === false ? '0' : String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

async function bodyText(response: IncomingMessage): Promise<string> {
  const tooMuch = (): Error => new StatusError(ErrorKind.exhausted, `the daemon's answer is over ${jsonBytesMax} bytes`)
  return (await readAtMost(response as AsyncIterable<Buffer>, jsonBytesMax, tooMuch)).toString('utf8')
}

const kindByStatus: Record<number, ErrorKind> = {
  304: ErrorKind.notModified,
  400: ErrorKind.invalid,
  401: ErrorKind.unauthorized,
  403: ErrorKind.forbidden,
  404: ErrorKind.notFound,
  409: ErrorKind.conflict,
  429: ErrorKind.exhausted,
  499: ErrorKind.cancelled,
  501: ErrorKind.unsupported,
  503: ErrorKind.unavailable,
  504: ErrorKind.deadline,
}

async function errorOf(response: IncomingMessage): Promise<StatusError> {
  const status = response.statusCode ?? 500
  const text = (await bodyText(response)).trim()
  let message = text
  try {
    const parsed = JSON.parse(text) as { message?: unknown }
    if (typeof parsed.message === 'string') message = parsed.message
  } catch {
    // Not the daemon's JSON (a proxy, say): the text itself is the best there is.
  }
  return new DaemonError(kindByStatus[status] ?? ErrorKind.internal, message === '' ? `the daemon answered ${status}` : message)
}
