import { createSocket } from 'node:dgram'
import type { Socket as UdpSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { errnoOf } from '../../../src/base/errors.js'
import { inNetns } from '../../kernel/netns.js'
import { Nft } from '../../kernel/nft.js'
import { openSocket } from '../../kernel/socket.js'
import { LengthPrefixed, withLength } from './tcp-frames.js'

/** Where containers send their questions. */
export const resolverAddress = '127.0.0.11'
const dnsTable = 'skep-dns'

/**
 * The port that is tried first: the same over restarts of the daemon. Not 53 itself, so that a container
 * can serve DNS on all of its addresses.
 */
const preferredPort = 40_053
const tcpIdleMs = 10_000
const tcpConnectionsMax = 64

/** Answers a query that came over a protocol; undefined gives no answer. */
export type AnswerQuery = (query: Buffer, protocol: 'udp' | 'tcp') => Promise<Buffer | undefined>

/** The name server's sockets in one container's namespace, and the rules that lead port 53 to them. */
export class DnsListener implements Disposable {
  private readonly connections = new Set<Socket>()

  private constructor(
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
  ) {}

  /** Resolves when the container can ask. */
  static async open(path: string, answer: AnswerQuery): Promise<DnsListener> {
    const udp = createSocket('udp4')
    const tcp = createServer({ allowHalfOpen: true })
    const listener = new DnsListener(udp, tcp)
    try {
      const udpFd = inNetns(path, () => bound('udp'))
      udp.bind({ fd: udpFd })
      udp.on('error', () => undefined)
      udp.on('message', (query, peer) => {
        void answer(query, 'udp').then(
          (response) => response && listener.sendTo(response, peer.port, peer.address),
          () => undefined,
        )
      })
      const tcpFd = inNetns(path, () => bound('tcp'))
      tcp.maxConnections = tcpConnectionsMax
      tcp.on('connection', (socket: Socket) => listener.serve(socket, answer))
      await new Promise<void>((resolve, reject) => {
        tcp.once('error', reject)
        tcp.listen({ fd: tcpFd }, resolve)
      })
      lead(path, udp.address().port, (tcp.address() as AddressInfo).port)
      return listener
    } catch (thrown) {
      listener[Symbol.dispose]()
      throw thrown
    }
  }

  [Symbol.dispose](): void {
    try {
      this.udp.close()
    } catch {
      // It was closed already, or never opened.
    }
    this.tcp.close()
    for (const socket of this.connections) socket.destroy()
  }

  private sendTo(response: Buffer, port: number, address: string): void {
    try {
      this.udp.send(response, port, address)
    } catch {
      // The container has gone while its question was answered.
    }
  }

  private serve(socket: Socket, answer: AnswerQuery): void {
    this.connections.add(socket)
    const frames = new LengthPrefixed()
    let open = 0
    let ended = false
    socket.setTimeout(tcpIdleMs, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => this.connections.delete(socket))
    socket.on('end', () => {
      ended = true
      if (open === 0) socket.end()
    })
    socket.on('data', (chunk) => {
      for (const query of frames.push(chunk)) {
        open++
        void answer(query, 'tcp')
          .then((response) => response && !socket.destroyed && socket.write(withLength(response)))
          .catch(() => undefined)
          .finally(() => {
            if (--open === 0 && ended) socket.end()
          })
      }
    })
  }
}

function bound(protocol: 'udp' | 'tcp'): number {
  const backlog = protocol === 'tcp' ? { backlog: 64 } : {}
  try {
    return openSocket({ protocol, family: 4, bind: { address: resolverAddress, port: preferredPort, reuseAddress: protocol === 'tcp' }, ...backlog })
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EADDRINUSE') throw thrown
    return openSocket({ protocol, family: 4, bind: { address: resolverAddress, port: 0 }, ...backlog })
  }
}

function lead(path: string, udpPort: number, tcpPort: number): void {
  using nft = inNetns(path, () => Nft.open())
  nft.run(`table ip ${dnsTable}
delete table ip ${dnsTable}
table ip ${dnsTable} {
  chain ask {
    type nat hook output priority -100; policy accept;
    ip daddr ${resolverAddress} udp dport 53 dnat to ${resolverAddress}:${udpPort}
    ip daddr ${resolverAddress} tcp dport 53 dnat to ${resolverAddress}:${tcpPort}
  }
}`)
}
