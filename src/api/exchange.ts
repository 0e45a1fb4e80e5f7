import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { PassThrough, type Duplex, type Readable } from 'node:stream'
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws'
import { ErrorKind, invalid, StatusError } from '../base/errors.js'
import { patienceBytes, readJson } from './body.js'
import type { Check } from './json-check.js'
import { Query } from './query.js'
import type { ApiVersion } from './versions.js'

/** A connection taken over from HTTP: bytes both ways, half-closable. */
export interface HijackedConnection {
  /** What the client sends. It ends when the client closes its side, or with the request's body when there was no upgrade. */
  input: Readable
  /** True when `input` can carry anything. */
  hasInput: boolean
  /** The raw connection, after an upgrade. */
  socket?: Duplex
  write(chunk: Uint8Array): Promise<void>
  /** Closes our side; what the client still sends is dropped, and the connection goes when the client closes too. */
  end(): void
}

/** How an `Exchange` takes over its connection. */
export interface Transport {
  /** Set when the client asked for an upgrade: the raw connection, after the request's body. */
  upgrade?: { protocol: string; socket: Duplex }
  body: Readable
}

/** One request and its answer, as handlers see it. */
export class Exchange {
  readonly query: Query
  readonly headers: IncomingHttpHeaders
  private hijacked = false
  private detachedBody: Readable | undefined

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly transport: Transport,
    readonly version: ApiVersion,
    /** What the path's `:names` stand for, decoded. */
    readonly params: Readonly<Record<string, string | undefined>>,
    search: URLSearchParams,
    /** Aborted when the client goes away or the server closes. */
    readonly signal: AbortSignal,
    /** The headers that go with every answer. */
    private readonly commonHeaders: Record<string, string>,
  ) {
    this.headers = request.headers
    this.query = new Query(search)
  }

  /** A path parameter that the route names. */
  param(name: string): string {
    return this.params[name] ?? ''
  }

  /**
   * The request's body as it comes, for archives. A reader that gives up destroys what it reads from; that must not
   * take the connection with it, or the client never learns why. So readers get a stream of their own.
   */
  get body(): Readable {
    this.detachedBody ??= detach(this.transport.body, this.response)
    return this.detachedBody
  }

  /** True when nothing was answered yet. */
  get open(): boolean {
    return !this.hijacked && !this.response.headersSent
  }

  /** See `readJson`. */
  readJson<T>(check: Check<T>, whenEmpty?: T): Promise<T> {
    return readJson(this.body, this.headers, check, whenEmpty)
  }

  json(status: number, value: unknown): void {
    const text = `${JSON.stringify(value)}\n`
    this.response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    this.response.end(text)
  }

  /** An answer without a body. */
  empty(status: number, headers: OutgoingHttpHeaders = {}): void {
    this.response.writeHead(status, status === 204 || status === 304 ? headers : { 'Content-Length': 0, ...headers })
    this.response.end()
  }

  text(status: number, text: string, headers: OutgoingHttpHeaders = {}): void {
    this.response.writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
      ...headers,
    })
    this.response.end(text)
  }

  /** Sends the header now; `write` and `end` follow. */
  startStream(contentType: string, headers: OutgoingHttpHeaders = {}): void {
    this.response.writeHead(200, { 'Content-Type': contentType, ...headers })
    this.response.flushHeaders()
  }

  /**
   * The same for an answer without end, of many small parts: it lasts until the connection closes, so that a part is written as
   * it is. As a chunk it would be four pieces for the kernel, at twice the cost.
   */
  startEndlessStream(contentType: string): void {
    this.response.useChunkedEncodingByDefault = false
    this.startStream(contentType)
  }

  /** Resolves when the client keeps up; throws `cancelled` when it went away. */
  write(chunk: Uint8Array | string): Promise<void> {
    return writeTo(this.response, chunk)
  }

  end(): void {
    this.response.end()
  }

  /** Breaks the connection, so that the client sees that a started answer is incomplete. */
  breakOff(): void {
    if (this.transport.upgrade) this.transport.upgrade.socket.destroy()
    else this.response.destroy()
  }

  /** Throws `invalid` unless the client asked for a WebSocket. */
  requireWebSocket(): void {
    if (this.transport.upgrade?.protocol.toLowerCase() !== 'websocket') {
      throw invalid('this endpoint is for WebSocket connections: the header "Upgrade: websocket" is needed')
    }
  }

  /** Takes the connection over as a WebSocket. Throws `invalid` for a handshake that is not one. */
  acceptWebSocket(): Promise<HijackedConnection> {
    this.requireWebSocket()
    const { socket } = this.transport.upgrade as NonNullable<Transport['upgrade']>
    const server = new WebSocketServer({ noServer: true, maxPayload: webSocketMessageBytesMax, clientTracking: false })
    return new Promise((resolve, reject) => {
      server.once('wsClientError', (thrown) => reject(invalid(`cannot open a WebSocket: ${thrown.message}`, thrown)))
      server.handleUpgrade(this.request, socket, Buffer.alloc(0), (accepted) => {
        this.hijacked = true
        this.response.statusCode = 101
        resolve(connectionOf(accepted))
      })
    })
  }

  /**
   * Takes the connection over. A client that asked for an upgrade gets `101 UPGRADED` and raw bytes both
   * ways; others get a 200 whose body ends with the connection, and a chunked request body is their input.
   */
  hijack(contentType: string): HijackedConnection {
    this.hijacked = true
    const { upgrade } = this.transport
    if (!upgrade) {
      this.startEndlessStream(contentType)
      return {
        input: this.body,
        hasInput: 'transfer-encoding' in this.headers,
        write: (chunk) => writeTo(this.response, chunk),
        end: () => void this.response.end(),
      }
    }
    const { socket, protocol } = upgrade
    const lines = Object.entries({ ...this.commonHeaders, 'Content-Type': contentType, Connection: 'Upgrade', Upgrade: protocol })
    this.response.statusCode = 101
    socket.write(`HTTP/1.1 101 UPGRADED\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
    return {
      input: socket,
      hasInput: true,
      socket,
      write: (chunk) => writeTo(socket, chunk),
      end: () => {
        // Closing with unread input would reset the connection and lose what the client has not read yet.
        socket.end()
        socket.resume()
      },
    }
  }
}

/** Largest message of a client: what it types or pipes comes in far smaller ones. */
const webSocketMessageBytesMax = 16 * 1024 * 1024

function connectionOf(socket: WebSocket): HijackedConnection {
  const stream = createWebSocketStream(socket)
  return {
    input: stream,
    hasInput: true,
    write: (chunk) => writeTo(stream, chunk),
    end: () => {
      stream.end()
      stream.resume()
    },
  }
}

/** A copy of what comes. What its reader, or a handler that has answered, leaves unread goes by, and the connection can carry the next request. */
function detach(source: Readable, response: ServerResponse): Readable {
  const copy = new PassThrough()
  source.once('error', (thrown) => copy.destroy(thrown))
  source.once('close', () => {
    if (!source.readableEnded) copy.destroy(clientGone())
  })
  // Unread errors of a client that went away are no news: the exchange's signal tells.
  copy.on('error', () => undefined)
  const dropRest = () => {
    copy.off('close', dropRest)
    response.off('finish', dropRest)
    if (source.readableEnded || source.destroyed) return
    source.unpipe(copy)
    let dropped = 0
    source.on('data', (chunk: Buffer) => {
      dropped += chunk.length
      if (dropped > patienceBytes) source.destroy()
    })
    source.resume()
  }
  copy.once('close', dropRest)
  response.once('finish', dropRest)
  return source.pipe(copy)
}

function writeTo(sink: ServerResponse | Duplex, chunk: Uint8Array | string): Promise<void> {
  if (sink.destroyed || sink.writableEnded) return Promise.reject(clientGone())
  if (sink.write(chunk)) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = () => {
      sink.off('drain', settle)
      sink.off('close', settle)
      if (sink.destroyed) reject(clientGone())
      else resolve()
    }
    sink.on('drain', settle)
    sink.on('close', settle)
  })
}

const clientGone = () => new StatusError(ErrorKind.cancelled, 'the client closed the connection')
