import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket } from 'node:dgram'
import type { Clock, Timer } from '../../../src/base/clock.js'
import type { Logger } from '../../../src/base/log.js'
import { familyOf } from '../../kernel/address-bytes.js'
import type { ProxyTarget } from './tcp-proxy.js'

export interface UdpRelayGiven {
  /** Opens a socket from which the target can be reached, bound to any port. */
  open: (target: ProxyTarget) => number
  target: () => ProxyTarget
  clock: Clock
  log: Logger
}

interface Client {
  upstream: Socket
  peer: RemoteInfo
  lastMs: number
}

/** As long as connection tracking keeps a flow of datagrams. */
const idleMs = 120_000
const sweepPeriodMs = 30_000
/** Of one port: the one that was silent the longest makes room for the next. */
const clientsMax = 1_024

/** Datagrams taken in here and sent again to a target of the other IP family, a socket for each client. */
export class UdpRelay implements Disposable {
  private socket: Socket | undefined
  /** The one that was silent the longest comes first. */
  private readonly clients = new Map<string, Client>()
  private timer: Timer | undefined

  constructor(private readonly given: UdpRelayGiven) {}

  /** Takes datagrams from a bound socket, which is this one's from now on. */
  listen(fd: number): void {
    const socket = createSocket('udp6')
    socket.on('error', (err) => this.given.log.error('a published port takes no more datagrams', { err }))
    socket.on('message', (message, peer) => this.take(message, peer))
    socket.bind({ fd })
    this.socket = socket
  }

  stop(): void {
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.timer?.cancel()
    this.timer = undefined
    this.socket?.close()
    this.socket = undefined
    for (const key of [...this.clients.keys()]) this.drop(key)
  }

  private take(message: Buffer, peer: RemoteInfo): void {
    const key = `${peer.address} ${peer.port}`
    let client = this.clients.get(key)
    try {
      client ??= this.open(key, peer)
    } catch (err) {
      return this.given.log.debug('a datagram to a published port could not be handed on', { err })
    }
    this.touch(key, client)
    const { address, port } = this.given.target()
    client.upstream.send(message, port, address, () => undefined)
  }

  private open(key: string, peer: RemoteInfo): Client {
    const [oldest] = this.clients.keys()
    if (this.clients.size >= clientsMax && oldest !== undefined) this.drop(oldest)
    const target = this.given.target()
    const upstream = createSocket(`udp${familyOf(target.address)}`)
    const client: Client = { upstream, peer, lastMs: 0 }
    upstream.on('error', () => this.drop(key))
    upstream.on('message', (message, { address, port }) => {
      const { address: wanted, port: wantedPort } = this.given.target()
      if (address !== wanted || port !== wantedPort) return
      this.touch(key, client)
      this.socket?.send(message, peer.port, peer.address, () => undefined)
    })
    upstream.bind({ fd: this.given.open(target) })
    this.timer ??= this.given.clock.setTimer(sweepPeriodMs, () => this.sweep())
    return client
  }

  private touch(key: string, client: Client): void {
    client.lastMs = this.given.clock.monotonicMs()
    this.clients.delete(key)
    this.clients.set(key, client)
  }

  private drop(key: string): void {
    const client = this.clients.get(key)
    this.clients.delete(key)
    client?.upstream.close()
  }

  private sweep(): void {
    const nowMs = this.given.clock.monotonicMs()
    for (const [key, { lastMs }] of this.clients) if (nowMs - lastMs >= idleMs) this.drop(key)
    this.timer = this.clients.size > 0 ? this.given.clock.setTimer(sweepPeriodMs, () => this.sweep()) : undefined
  }
}
