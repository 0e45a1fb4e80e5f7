import { createServer as createHttpServer, ServerResponse, type IncomingMessage, type Server, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { Socket, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Clock } from '../base/clock.js'
import { ErrorKind, StatusError, errnoOf, kindOf, messageOf, notFound } from '../base/errors.js'
import type { Logger } from '../base/log.js'
import { Exchange, type Transport } from './exchange.js'
import { httpStatusOf } from './error-status.js'
import { describe, listenOn, type ListenAddress } from './listen.js'
import type { Route } from './route.js'
import { Router } from './router.js'
import { bodyBeforeUpgrade } from './upgrade-body.js'
import { apiVersionMax, splitVersion } from './versions.js'

/** PEM texts. With `clientCa` only clients with a certificate of it are let in (`--tlsverify`). */
export interface TlsFiles {
  cert: string
  key: string
  clientCa?: string
}

export interface ApiServerOptions {
  routes: readonly Route[]
  logger: Logger
  clock: Clock
  /** Of the daemon, for the `Server` header. */
  productVersion: string
}

/** How long a client may keep its side of a finished hijacked connection open. */
const lingerMs = 10_000
/** What Docker says to who speaks plain HTTP where TLS is spoken. */
const plainHttpAnswer = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'

/** Serves the Engine API on any number of addresses. */
export class ApiServer {
  private readonly router: Router
  private readonly servers: Server[] = []
  private readonly sockets = new Set<Duplex>()
  /** Of the requests under way. */
  private readonly aborts = new Set<AbortController>()
  private closing: StatusError | undefined
  private readonly headers: Record<string, string>

  constructor(private readonly options: ApiServerOptions) {
    this.router = new Router(options.routes)
    this.headers = {
      'Api-Version': apiVersionMax,
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `Skep/${options.productVersion} (linux)`,
    }
  }

  /** Serves on one more address. Gives the port (0 for sockets that have none). TLS is for tcp only, the group for unix sockets. */
  async listen(address: ListenAddress, tls?: TlsFiles, group?: string): Promise<number> {
    const server = this.create(address.kind === 'tcp' ? tls : undefined)
    await listenOn(server, address, group)
    this.servers.push(server)
    this.options.logger.info(`API listens on ${describe(address)}`)
    const bound = server.address() as AddressInfo | string | null
    return typeof bound === 'object' && bound !== null ? bound.port : 0
  }

  /** Stops listening, aborts what is running and closes every connection. */
  async close(): Promise<void> {
    this.closing = new StatusError(ErrorKind.unavailable, 'the daemon is shutting down')
    for (const abort of this.aborts) abort.abort(this.closing)
    const closed = this.servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const socket of this.sockets) socket.destroy()
    await Promise.all(closed)
  }

  private create(tls: TlsFiles | undefined): Server {
    const options: ServerOptions = {
      // Clients of unix sockets send odd Host headers or none.
      requireHostHeader: false,
      // Image archives take as long as they take, and clients keep idle connections for minutes.
      requestTimeout: 0,
      keepAliveTimeout: 0,
      maxHeaderSize: 64 * 1024,
    }
    const server = tls
      ? createHttpsServer({
          ...options,
          cert: tls.cert,
          key: tls.key,
          minVersion: 'TLSv1.2',
          // Without a list, even an empty one, Node.js reads its own: no client is checked by that.
          ...(tls.clientCa === undefined ? { ca: [] } : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
        })
      : createHttpServer(options)
    server.on('connection', (socket: Socket) => this.track(socket))
    server.on('secureConnection', (socket: Duplex) => this.track(socket))
    server.on('request', (request, response) => void this.serve(request, response, { body: request }))
    server.on('upgrade', (request, socket, head) => void this.serveUpgrade(request, socket, head))
    server.on('clientError', (thrown, socket) => {
      const plain = errnoOf(thrown) === 'ERR_SSL_HTTP_REQUEST' ? this.underTls(socket) : undefined
      if (plain) plain.end(plainHttpAnswer)
      else if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      else socket.destroy()
    })
    return server
  }

  private track(socket: Duplex): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
  }

  /** The connection that a broken handshake came by; what is written to it is not encrypted. */
  private underTls({ remoteAddress: address, remotePort: port }: Duplex & { remoteAddress?: string; remotePort?: number }): Socket | undefined {
    for (const socket of this.sockets) {
      if (socket instanceof Socket && !(socket instanceof TLSSocket) && socket.remotePort === port && socket.remoteAddress === address && socket.writable) return socket
    }
    return undefined
  }

  private async serveUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => undefined)
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Socket)
    response.once('finish', () => socket.end())
    const protocol = request.headers.upgrade ?? 'tcp'
    try {
      const body = await bodyBeforeUpgrade(request.headers, socket, head)
      await this.serve(request, response, { body, upgrade: { protocol, socket } })
    } catch (thrown) {
      this.options.logger.debug('an upgrade request broke off', { err: thrown })
      socket.destroy()
      return
    }
    if (response.statusCode !== 101) return
    const timer = this.options.clock.setTimer(lingerMs, () => socket.destroy())
    socket.once('close', () => timer.cancel())
  }

  private async serve(request: IncomingMessage, response: ServerResponse, transport: Transport): Promise<void> {
    const startedMs = this.options.clock.monotonicMs()
    const abort = new AbortController()
    this.aborts.add(abort)
    if (this.closing) abort.abort(this.closing)
    const gone = () => {
      if (!response.writableFinished) abort.abort(new StatusError(ErrorKind.cancelled, 'the client closed the connection'))
    }
    ;(transport.upgrade?.socket ?? response).once('close', gone)
    response.on('error', () => undefined)
    for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value)

    const at = (request.url ?? '/').indexOf('?')
    const url = request.url ?? '/'
    const [path, search] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
    const method = request.method ?? 'GET'
    let exchange: Exchange | undefined
    try {
      const asked = splitVersion(path)
      const match = this.router.find(method, asked.path)
      const make = (params: Record<string, string | undefined>) =>
        new Exchange(request, response, transport, asked.version, params, new URLSearchParams(search), abort.signal, this.headers)
      exchange = make(match?.params ?? {})
      if (!match) throw notFound('page not found')
      await match.handle(exchange)
    } catch (thrown) {
      this.answerError(thrown, exchange, response, `${method} ${path}`)
    } finally {
      this.aborts.delete(abort)
      const elapsedMs = Math.round(this.options.clock.monotonicMs() - startedMs)
      this.options.logger.debug(`${method} ${path}`, { status: response.statusCode, elapsedMs })
    }
  }

  private answerError(thrown: unknown, exchange: Exchange | undefined, response: ServerResponse, what: string): void {
    const kind = kindOf(thrown)
    if (kind === ErrorKind.internal) this.options.logger.error(`${what} failed`, { err: thrown })
    if (response.headersSent || (exchange && !exchange.open)) {
      // Too late for a status: a broken connection tells the client that the answer is not whole.
      if (exchange && kind !== ErrorKind.cancelled) exchange.breakOff()
      else response.end()
      return
    }
    const status = httpStatusOf(thrown)
    if (status === 304) {
      response.writeHead(304)
      response.end()
      return
    }
    const text = `${JSON.stringify({ message: messageOf(thrown) })}\n`
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    response.end(text)
  }
}
