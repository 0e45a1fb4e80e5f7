import { createServer, Socket } from 'node:net'
import type { Server } from 'node:net'
import type { Clock } from '../../../src/base/clock.js'
import { messageOf } from '../../../src/base/errors.js'
import type { Logger } from '../../../src/base/log.js'
import type { Rng } from '../../../src/base/rng.js'
import { proxyHeader } from './proxy-header.js'

export interface ProxyTarget {
  address: string
  port: number
}

export interface TcpProxyGiven {
  /** Opens an unconnected socket from which the target can be reached. */
  open: (target: ProxyTarget) => number
  /** Where new connections may go now. */
  targets: () => readonly ProxyTarget[]
  /** Begins each connection with a PROXY protocol v2 header. */
  header: boolean
  clock: Clock
  rng: Rng
  log: Logger
}

const connectTimeoutMs = 2_000
/** Other targets are tried when one does not answer. */
const targetsTriedMax = 3
const keepAliveDelayMs = 60_000
/** Of one port; more wait in the kernel's queue. */
const connectionsMax = 20_000

/**
 * Connections taken in here and made again to a target, for what the kernel cannot do: put a header in front, or
 * go from one IP family to the other. They last as long as the daemon; both directions end each on its own.
 */
export class TcpProxy implements Disposable {
  private readonly servers: Server[] = []
  private readonly sockets = new Set<Socket>()

  constructor(private readonly given: TcpProxyGiven) {}

  /** Takes connections from a listening socket, which is this one's from now on. */
  listen(fd: number): void {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.take(client))
    server.maxConnections = connectionsMax
    server.on('error', (err) => this.given.log.error('a published port takes no more connections', { err }))
    server.listen({ fd })
    this.servers.push(server)
  }

  /** Takes no new connections; those that are there go on. */
  stop(): void {
    for (const server of this.servers) server.close()
    this.servers.length = 0
  }

  /** Ends all connections. */
  [Symbol.dispose](): void {
    this.stop()
    for (const socket of this.sockets) socket.destroy()
  }

  private take(client: Socket): void {
    this.follow(client)
    this.connect(client).then(
      (upstream) => this.join(client, upstream),
      (thrown: unknown) => {
        this.given.log.debug('a connection to a published port could not be handed on', { err: messageOf(thrown) })
        client.resetAndDestroy()
      },
    )
  }

  private async connect(client: Socket): Promise<Socket> {
    const left = [...this.given.targets()]
    let failure: unknown = new Error('no task serves')
    for (let tried = 0; tried < targetsTriedMax && left.length > 0 && !client.destroyed; tried++) {
      const [target] = left.splice(this.given.rng.below(left.length), 1)
      if (!target) break
      try {
        return await this.connectTo(target)
      } catch (thrown) {
        failure = thrown
      }
    }
    throw failure
  }

  private connectTo(target: ProxyTarget): Promise<Socket> {
    const { clock, open } = this.given
    return new Promise((resolve, reject) => {
      const socket = new Socket({ fd: open(target), allowHalfOpen: true })
      const timer = clock.setTimer(connectTimeoutMs, () => socket.destroy(new Error(`${target.address} did not answer in time`)))
      const fail = (err: Error): void => {
        timer.cancel()
        reject(err)
      }
      socket.once('error', fail)
      socket.once('close', () => fail(new Error('closed')))
      socket.connect({ host: target.address, port: target.port }, () => {
        timer.cancel()
        socket.off('error', fail)
        resolve(socket)
      })
    })
  }

  private join(client: Socket, upstream: Socket): void {
    this.follow(upstream)
    if (client.destroyed) return void upstream.destroy()
    const { remoteAddress, remotePort, localAddress, localPort } = client
    if (this.given.header && remoteAddress !== undefined && localAddress !== undefined) {
      upstream.write(proxyHeader({ sourceAddress: remoteAddress, sourcePort: remotePort ?? 0, destinationAddress: localAddress, destinationPort: localPort ?? 0 }))
    }
    for (const [one, other] of [[client, upstream], [upstream, client]] as const) {
      one.setNoDelay(true)
      one.setKeepAlive(true, keepAliveDelayMs)
      one.on('close', (failed) => {
        // A flow that broke off on one side breaks off on the other.
        if (failed || !one.readableEnded) other.resetAndDestroy()
      })
      one.pipe(other)
    }
  }

  private follow(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
  }
}
