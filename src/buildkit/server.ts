import type { Duplex } from 'node:stream'
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import type { Clock } from '../base/clock.js'
import { ErrorKind, StatusError } from '../base/errors.js'
import type { IdSource } from '../base/id.js'
import type { Logger } from '../base/log.js'
import type { BuildKitBackend } from './backend.js'
import { controlProcedures } from './control.js'
import { gatewayProcedures } from './gateway.js'
import { Jobs } from './job.js'
import { Solver } from './solver.js'

const messageBytesMax = 16 * 1024 * 1024
const connectionsMax = 256

const identity = (data: Buffer): Buffer => data

/** What the protocol needs besides what it is served from. */
export interface BuildKitDeps {
  backend: BuildKitBackend
  clock: Clock
  ids: IdSource
  log: Logger
  /** Of this daemon, for clients that ask. */
  version: string
}

/**
 * BuildKit's API over connections that clients open to the Engine API (`POST /grpc`, upgraded to HTTP/2): what `docker buildx`
 * needs of it to have Dockerfiles built.
 */
export class BuildKitServer implements Disposable {
  /** Made when the first client comes. */
  private served: { server: Server; injector: { injectConnection(connection: Duplex): void; destroy(): void } } | undefined
  private readonly connections = new Set<Duplex>()

  constructor(private readonly deps: BuildKitDeps) {}

  /** Serves a connection; resolves when it ends. */
  async serve(connection: Duplex): Promise<void> {
    if (this.connections.size >= connectionsMax) throw new StatusError(ErrorKind.exhausted, `more than ${connectionsMax} connections are open`)
    this.connections.add(connection)
    // Its end is all that matters: calls under way learn of errors themselves.
    connection.on('error', () => undefined)
    try {
      await new Promise<void>((resolve) => {
        connection.once('close', resolve)
        // The sockets of the API stay open for one who only stops sending; HTTP/2 is over then.
        connection.once('end', () => connection.destroy())
        this.served ??= this.start()
        this.served.injector.injectConnection(connection)
      })
    } finally {
      this.connections.delete(connection)
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.connections) connection.destroy()
    this.served?.injector.destroy()
    this.served?.server.forceShutdown()
  }

  private start(): { server: Server; injector: { injectConnection(connection: Duplex): void; destroy(): void } } {
    const { backend, clock, ids, log, version } = this.deps
    // What goes wrong reaches us as errors; the library's own lines on standard error are no log of ours.
    setLogVerbosity(logVerbosity.NONE)
    const server = new Server({
      'grpc.max_receive_message_length': messageBytesMax,
      'grpc.max_send_message_length': messageBytesMax,
      'grpc.max_concurrent_streams': 256,
    })
    const jobs = new Jobs(clock)
    const solver = new Solver(backend, ids)
    for (const { path, kind, handler } of [...controlProcedures({ backend, jobs, solver, clock, version }), ...gatewayProcedures({ backend, jobs, solver })]) {
      server.register(path, handler(log), identity, identity, kind)
    }
    return { server, injector: server.createConnectionInjector(ServerCredentials.createInsecure()) }
  }
}
