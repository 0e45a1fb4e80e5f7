import type { PeerCertificate } from 'node:tls'
import { connectivityState, Client as GrpcChannel, credentials, Metadata, type ChannelCredentials, type ClientDuplexStream } from '@grpc/grpc-js'
import type { Clock, Timer } from '../base/clock.js'
import { StatusError } from '../base/errors.js'
import { identityOfSubject } from '../pki/node-certificate.js'
import { BoundedCredentials } from './bounded-credentials.js'
import { messageBytesMax } from './codec.js'
import { fromStatus, NotDoneError } from './error-status.js'
import { writeForwarded } from './forwarded.js'
import type { IdentitySource } from './tls-identity.js'
import type { Transport, TransportOptions } from './transport.js'

type Stream = ClientDuplexStream<Uint8Array, Uint8Array>

/** How long making a connection may take, and how often one with calls is tried. */
export interface ConnectLimits {
  /** From TCP's connection to a secure one. A frozen peer never answers. */
  handshakeMs: number
  /** In all. A peer that is cut off is tried again from the start: its system repeats the first packet ever more rarely. */
  connectMs: number
  /** From one sign of life to the question for the next. */
  keepaliveMs: number
}
const connectLimits: ConnectLimits = { handshakeMs: 4_000, connectMs: 5_000, keepaliveMs: 8_000 }

/** A connection to one manager, made on first use and made again when it is lost. */
export class GrpcConnection implements Transport, Disposable {
  private channel: GrpcChannel
  private connecting: Timer | undefined
  private disposed = false
  private underWay = 0
  private whenIdle: (() => void) | undefined
  private whenClosed: (() => void) | undefined
  private readonly channelCredentials: ChannelCredentials

  constructor(
    /** host:port */
    readonly address: string,
    channelCredentials: ChannelCredentials,
    private readonly clock: Clock,
    private readonly limits: ConnectLimits = connectLimits,
  ) {
    this.channelCredentials = new BoundedCredentials(channelCredentials, clock, limits.handshakeMs)
    this.channel = this.open()
  }

  async *call(path: string, requests: AsyncIterable<Uint8Array>, options: TransportOptions): AsyncGenerator<Uint8Array> {
    const { signal, timeoutMs, onBehalfOf } = options
    if (signal?.aborted) throw abortError(signal)
    const metadata = new Metadata()
    if (onBehalfOf) writeForwarded(metadata, onBehalfOf)
    const { channel } = this
    const stream: Stream = channel.makeBidiStreamRequest(path, toBuffer, toBuffer, metadata, {})
    const sent = new SentWatch(channel)
    this.boundConnecting()
    // Every failure also reaches the reader below; this keeps one that comes after it from being unhandled.
    stream.on('error', () => undefined)
    let stopped: Error | undefined
    const stop = (why: Error) => {
      // A call that waits for a connection has not been sent.
      stopped ??= sent.possible ? why : new NotDoneError(`cannot connect to ${this.address}: ${why.message}`)
      stream.cancel()
    }
    const timer =
      timeoutMs === undefined
        ? undefined
        : this.clock.setTimer(timeoutMs, () => stop(new StatusError('deadline', `no answer from ${this.address} within ${timeoutMs} ms`)))
    const cancel = () => stop(abortError(signal))
    signal?.addEventListener('abort', cancel, { once: true })
    const sending = new Sending(stream)
    void sending.run(requests)
    let complete = false
    this.underWay++
    try {
      for await (const bytes of stream) yield bytes as Uint8Array
      complete = true
    } catch (thrown) {
      throw sending.failure ?? stopped ?? fromStatus(thrown, this.address)
    } finally {
      timer?.cancel()
      signal?.removeEventListener('abort', cancel)
      sending.stop()
      // A reader that stops before the end tells the server so.
      if (!complete) stream.cancel()
      if (--this.underWay === 0) this.whenIdle?.()
    }
  }

  /**
   * No calls any more; those under way go on to their end, as long as the connection lasts. A channel that is closed
   * sends no sign of life, and takes that for the loss of its connection: it is closed with the last call, and
   * `whenClosed` called then.
   */
  retire(whenClosed: () => void = () => undefined): void {
    const { channel } = this
    this.whenClosed = whenClosed
    if (this.underWay === 0 || this.disposed || stateOf(channel) !== connectivityState.READY) return this[Symbol.dispose]()
    this.whenIdle = () => this[Symbol.dispose]()
    // What would wait for another connection would make it with what is not valid any more.
    channel.getChannel().watchConnectivityState(connectivityState.READY, Infinity, () => this[Symbol.dispose]())
  }

  /** No calls any more; those under way are lost soon. */
  [Symbol.dispose](): void {
    if (this.disposed) return
    this.disposed = true
    this.connecting?.cancel()
    this.channel.close()
    this.whenClosed?.()
  }

  /** Begins anew when a connection takes too long to come about; calls that wait for it fail as not done. */
  private boundConnecting(): void {
    if (this.connecting || stateOf(this.channel) === connectivityState.READY) return
    this.connecting = this.clock.setTimer(this.limits.connectMs, () => {
      this.connecting = undefined
      if (this.disposed || stateOf(this.channel) !== connectivityState.CONNECTING) return
      const late = this.channel
      this.channel = this.open()
      late.close()
    })
  }

  private open(): GrpcChannel {
    return new GrpcChannel(this.address, this.channelCredentials, {
      'grpc.max_receive_message_length': messageBytesMax,
      'grpc.max_send_message_length': messageBytesMax,
      'grpc.keepalive_time_ms': this.limits.keepaliveMs,
      'grpc.keepalive_timeout_ms': 8_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2_000,
      // Managers are dialled by address and know each other by certificate, not by host name.
      'grpc.ssl_target_name_override': 'swarm-manager',
      'grpc.default_authority': 'swarm-manager',
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
    })
  }
}

const stateOf = (channel: GrpcChannel): connectivityState => channel.getChannel().getConnectivityState(false)

/** Whether a call may have reached the peer: there was a connection at some time since it began. */
class SentWatch {
  private seen = false

  constructor(private readonly channel: GrpcChannel) {
    this.watch()
  }

  get possible(): boolean {
    return this.seen || stateOf(this.channel) === connectivityState.READY
  }

  private watch(): void {
    const state = stateOf(this.channel)
    if (state === connectivityState.READY) this.seen = true
    if (this.seen || state === connectivityState.SHUTDOWN) return
    this.channel.getChannel().watchConnectivityState(state, Infinity, () => this.watch())
  }
}

/** Sends requests at the pace at which the server takes them. */
class Sending {
  private readonly ended = new AbortController()
  /** What the source of the requests threw. */
  failure: Error | undefined

  constructor(private readonly stream: Stream) {}

  async run(requests: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const bytes of requests) {
        if (this.ended.signal.aborted) return
        if (!this.stream.write(bytes)) await this.drained()
      }
      this.stream.end()
    } catch (thrown) {
      this.failure = thrown instanceof Error ? thrown : new Error(String(thrown))
      this.stream.cancel()
    }
  }

  stop(): void {
    this.ended.abort()
  }

  private drained(): Promise<void> {
    const { stream, ended } = this
    return new Promise((resolve) => {
      const done = () => {
        stream.off('drain', done)
        ended.signal.removeEventListener('abort', done)
        resolve()
      }
      if (ended.signal.aborted) return resolve()
      stream.once('drain', done)
      ended.signal.addEventListener('abort', done, { once: true })
    })
  }
}

function abortError(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof StatusError ? signal.reason : new StatusError('cancelled', 'the call was cancelled', { cause: signal?.reason })
}

/**
 * Connections to managers by address, with this node's certificate. After a renewal new calls use new
 * connections; calls under way end on the old ones.
 */
export class ConnectionPool implements Disposable {
  private readonly connections = new Map<string, GrpcConnection>()
  /** Those that only calls under way are on. */
  private readonly retired = new Set<GrpcConnection>()
  private readonly stop: () => void

  constructor(
    private readonly identity: IdentitySource,
    private readonly clock: Clock,
    private readonly limits?: ConnectLimits,
  ) {
    this.stop = identity.onChange(() => {
      for (const address of [...this.connections.keys()]) this.forget(address)
    })
  }

  /**
   * Calls to `address` (host:port), each on the connection of the moment: what this gives may be kept.
   * They fail with `NotDoneError` while nobody answers there.
   */
  to(address: string): Transport {
    return { call: (path, requests, options) => this.connection(address).call(path, requests, options) }
  }

  /** Forgets the connection to a manager that is gone; calls under way end on it. */
  forget(address: string): void {
    const connection = this.connections.get(address)
    if (!connection) return
    this.connections.delete(address)
    this.retired.add(connection)
    connection.retire(() => this.retired.delete(connection))
  }

  [Symbol.dispose](): void {
    this.stop()
    for (const connection of [...this.connections.values(), ...this.retired]) connection[Symbol.dispose]()
    this.connections.clear()
  }

  private connection(address: string): GrpcConnection {
    let connection = this.connections.get(address)
    if (!connection) {
      connection = new GrpcConnection(address, this.credentials(), this.clock, this.limits)
      this.connections.set(address, connection)
    }
    return connection
  }

  private credentials(): ChannelCredentials {
    const { rootsPem, keyPem, certPem, clusterId } = this.identity.current()
    return credentials.createSsl(Buffer.from(rootsPem), Buffer.from(keyPem), Buffer.from(certPem), {
      checkServerIdentity: managerOf(clusterId),
    })
  }
}

/** A connection of a node that has no certificate yet, to a manager under a root that it trusts. */
export function joiningConnection(address: string, rootsPem: string, clock: Clock): GrpcConnection {
  const channelCredentials = credentials.createSsl(Buffer.from(rootsPem), null, null, { checkServerIdentity: managerOf(undefined) })
  return new GrpcConnection(address, channelCredentials, clock)
}

/** A connection to whoever answers: only to ask for the root, whose digest the join token tells. */
export function unverifiedConnection(address: string, clock: Clock): GrpcConnection {
  return new GrpcConnection(
    address,
    credentials.createSsl(null, null, null, { rejectUnauthorized: false, checkServerIdentity: () => undefined }),
    clock,
  )
}

/** Accepts only servers with a manager's certificate (of the cluster, when it is known). */
function managerOf(clusterId: string | undefined): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (_host, certificate) => {
    const identity = identityOfSubject(certificate.subject)
    if (identity?.role !== 'manager') return new Error('the server has no certificate of a manager')
    if (clusterId !== undefined && identity.clusterId !== clusterId) return new Error('the server is a manager of another cluster')
    return undefined
  }
}

const toBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
