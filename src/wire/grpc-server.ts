import { experimental, logVerbosity, Server, setLogVerbosity, type ServerDuplexStream } from '@grpc/grpc-js'
import { withTimeout, type Clock } from '../base/clock.js'
import { StatusError } from '../base/errors.js'
import type { Logger } from '../base/log.js'
import { identityOfSubject } from '../pki/node-certificate.js'
import { messageBytesMax } from './codec.js'
import { NotAManagerError, NotDoneError, toStatus } from './error-status.js'
import { readForwarded } from './forwarded.js'
import type { CallContext, Caller, CallerRole } from './service-table.js'
import { ServerCertificates, type IdentitySource } from './tls-identity.js'
import type { ServedMethod } from './transport.js'

export interface GrpcServerOptions {
  /** `0.0.0.0:2377`; port 0 lets the system choose. */
  address: string
  identity: IdentitySource
  /** A node that was removed: its certificate is refused although it is still valid. */
  isRevoked: (nodeId: string) => boolean
  clock: Clock
  log: Logger
}

type Call = ServerDuplexStream<Uint8Array, Uint8Array>

/** How long calls may take to end by themselves when the server closes. */
const closeGraceMs = 1_000

/**
 * The port of the cluster: gRPC with mutual TLS. A caller's certificate is asked for but not required,
 * for joining nodes have none; each method says which roles may call it. A renewed certificate is used
 * for connections to come, while those that exist live on.
 */
export class GrpcServer implements AsyncDisposable {
  private readonly calls = new Set<AbortController>()
  private readonly certificates: ServerCertificates
  private readonly server: Server
  private boundPort = 0

  private constructor(private readonly options: GrpcServerOptions) {
    this.certificates = new ServerCertificates(options.identity)
    this.server = new Server({
      'grpc.max_receive_message_length': messageBytesMax,
      'grpc.max_send_message_length': messageBytesMax,
      // A follower passes the streams of all its agents on over one connection.
      'grpc.max_concurrent_streams': 16_384,
      'grpc.keepalive_time_ms': 8_000,
      'grpc.keepalive_timeout_ms': 8_000,
      // MB.
      'grpc-node.max_session_memory': 128,
    })
  }

  /** Listens; throws `unavailable` when it cannot (the port is in use). */
  static async listen(options: GrpcServerOptions, methods: readonly ServedMethod[] = []): Promise<GrpcServer> {
    // What goes wrong reaches us as errors; the library's own lines on standard error are no log of ours.
    setLogVerbosity(logVerbosity.NONE)
    const server = new GrpcServer(options)
    server.serve(methods)
    await server.bind()
    return server
  }

  /** The port listened on. */
  get port(): number {
    return this.boundPort
  }

  /** Adds methods; those that are never added are answered with `unsupported`. */
  serve(methods: readonly ServedMethod[]): void {
    for (const served of methods) {
      // Every kind of call is alike on the wire: streams each way.
      this.server.register(served.path, (call: Call) => void this.handle(served, call), identityBytes, identityBytes, 'bidi')
    }
  }

  /** Stops listening and ends every call with `unavailable`. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise<void>((resolve) => this.server.tryShutdown(() => resolve()))
    for (const call of this.calls) call.abort(new StatusError('unavailable', 'this manager is shutting down'))
    await withTimeout(this.options.clock, closeGraceMs, ended, () => new Error('calls remain')).catch(() => this.server.forceShutdown())
    this.certificates.close()
  }

  private bind(): Promise<void> {
    const credentials = experimental.createCertificateProviderServerCredentials(this.certificates, this.certificates, false)
    return new Promise((resolve, reject) => {
      this.server.bindAsync(this.options.address, credentials, (cause, port) => {
        if (cause) {
          this.certificates.close()
          reject(new StatusError('unavailable', `cannot listen on ${this.options.address}: ${cause.message}`, { cause }))
          return
        }
        this.boundPort = port
        resolve()
      })
    })
  }

  private async handle(served: ServedMethod, call: Call): Promise<void> {
    const controller = new AbortController()
    this.calls.add(controller)
    call.once('cancelled', () => controller.abort(new StatusError('cancelled', 'the caller went away')))
    try {
      const context = this.contextOf(served, call, controller.signal)
      await unlessAborted(controller.signal, respond(call, served.handle(requestsOf(call, controller.signal), context), controller.signal))
      call.end()
    } catch (thrown) {
      if (!call.cancelled) {
        const status = toStatus(thrown)
        const fields = { method: served.path, peer: call.getPeer(), err: thrown }
        if (thrown instanceof StatusError) this.options.log.debug('call refused', fields)
        else this.options.log.error('call failed', fields)
        call.emit('error', status)
      }
    } finally {
      this.calls.delete(controller)
      controller.abort(new StatusError('cancelled', 'the call is over'))
    }
  }

  /** Judges who calls; throws `unauthorized` or `forbidden`, and `unavailable` when it is no fault of the caller that it came by way of a worker. */
  private contextOf(served: ServedMethod, call: Call, signal: AbortSignal): CallContext {
    const direct = this.callerOf(call)
    const forwarded = readForwarded(call.metadata)
    if (forwarded && direct?.role !== 'manager') {
      // A manager that was just demoted serves on for a moment.
      if (direct) throw new NotDoneError(`node ${direct.nodeId} is a worker, and only managers may pass on calls: ask another manager`)
      throw new StatusError('forbidden', 'only managers may pass on calls of other nodes')
    }
    const caller = forwarded ? forwarded.caller : direct
    if (caller && this.options.isRevoked(caller.nodeId)) {
      throw new StatusError('unauthorized', `node ${caller.nodeId} was removed from the swarm: leave with --force and join again`)
    }
    requireRole(served.method.roles, caller, served.path)
    return {
      caller,
      remoteAddress: forwarded?.remoteAddress ?? hostOf(call.getPeer()),
      signal,
      forwardedBy: forwarded ? direct?.nodeId : undefined,
    }
  }

  /** The node in the caller's certificate, which TLS has verified against the roots; undefined when there is none. */
  private callerOf(call: Call): Caller | undefined {
    const identity = identityOfSubject(call.getAuthContext().sslPeerCertificate?.subject)
    if (!identity || identity.clusterId !== this.options.identity.current().clusterId) return undefined
    if (this.options.isRevoked(identity.nodeId)) {
      throw new StatusError('unauthorized', `node ${identity.nodeId} was removed from the swarm: leave with --force and join again`)
    }
    return identity
  }
}

function requireRole(roles: readonly CallerRole[], caller: Caller | undefined, path: string): void {
  if (roles.includes('anyone')) return
  if (!caller) {
    throw new StatusError(
      'unauthorized',
      `${path} needs a certificate of this cluster; the caller has none, or one that is expired or from another cluster`,
    )
  }
  if (!roles.includes(caller.role)) {
    if (roles.length === 1 && roles[0] === 'manager') throw new NotAManagerError(path, caller.nodeId, `is a ${caller.role}`)
    throw new StatusError('forbidden', `${path} is for ${roles.join(' and ')} nodes; node ${caller.nodeId} is a ${caller.role}`)
  }
}

/** Messages as they come; a reader that is slow makes the sender wait. */
async function* requestsOf(call: Call, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const bytes of call.iterator({ destroyOnReturn: false })) yield bytes as Uint8Array
  signal.throwIfAborted()
}

/** Writes responses at the pace at which the caller takes them. */
async function respond(call: Call, responses: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const bytes of responses) {
    signal.throwIfAborted()
    if (!call.write(bytes)) await drained(call, signal)
  }
}

function drained(call: Call, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

/** The work, or a rejection with the signal's reason, which does not wait for a handler that ignores the signal. */
function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** `10.0.0.1` of `10.0.0.1:1234`, `[::ffff:10.0.0.1]:1234` or `ipv6:...`. */
export function hostOf(peer: string): string {
  const host = peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return host.replace(/^::ffff:(?=\d+\.)/, '')
}

const identityBytes = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
