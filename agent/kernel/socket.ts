import { closeSync } from 'node:fs'
import { nativeU16, nativeU32 } from './netlink-message.js'
import { familyOf, parseAddress } from './address-bytes.js'
import { syscall, withDetail } from './ffi.js'
import { setSocketOption, SocketOption, solSocket } from './socket-option.js'

const socket = syscall<[number, number, number]>('int socket(int domain, int type, int protocol)')
const bind = syscall<[number, Uint8Array, number]>('int bind(int fd, const void *address, unsigned int length)')
const listen = syscall<[number, number]>('int listen(int fd, int backlog)')
const fcntl = syscall<[number, number, number]>('int fcntl(int fd, int command, long argument)')

const inet = 2
const inet6 = 10
/** F_DUPFD_CLOEXEC */
const duplicateCloexec = 1030
const servingBacklog = 511
const solIpv6 = 41
const ipv6Only = 26
const closeOnExec = 0o2000000
const kinds = { tcp: { type: 1, protocol: 6 }, udp: { type: 2, protocol: 17 }, sctp: { type: 1, protocol: 132 } } as const

/** What a socket is opened for. */
export interface SocketRequest {
  protocol: 'tcp' | 'udp' | 'sctp'
  family: 4 | 6
  /** Where to bind it; left unbound when absent. Port 0 is any. */
  bind?: { address: string; port: number; reuseAddress?: boolean }
  /** Length of the queue of a listening socket; does not listen when absent. */
  backlog?: number
  /** The mark of its packets (SO_MARK), for policy routing. */
  mark?: number
}

/**
 * Opens a socket in the namespace that the thread is in and gives its descriptor; the socket stays with
 * that namespace, so Node.js can be handed it afterwards (`server.listen({ fd })`, `dgram.bind({ fd })`,
 * `new net.Socket({ fd })`). Throws `SystemCallError`: EADDRINUSE, EADDRNOTAVAIL, EACCES, EPROTONOSUPPORT.
 * IPv6 sockets take IPv6 only.
 */
export function openSocket(request: SocketRequest): number {
  const { type, protocol } = kinds[request.protocol]
  const fd = socket(request.family === 6 ? inet6 : inet, type | closeOnExec, protocol)
  try {
    if (request.family === 6) setSocketOption(fd, solIpv6, ipv6Only, nativeU32(1))
    if (request.mark !== undefined) setSocketOption(fd, solSocket, SocketOption.mark, nativeU32(request.mark))
    if (request.bind) {
      const { address, port, reuseAddress: reuse } = request.bind
      if (reuse) setReuseAddress(fd, true)
      const where = socketAddress(parseAddress(address), port)
      withDetail(`${address}:${port}/${request.protocol}`, () => bind(fd, where, where.length))
    }
    if (request.backlog !== undefined) listen(fd, request.backlog)
    return fd
  } catch (thrown) {
    closeSync(fd)
    throw thrown
  }
}

/**
 * Holds a port of the namespace that the thread is in, so that no other program can take it: a socket
 * that is bound but never listens. It does not listen because connections that no rule redirects must
 * be refused at once rather than hang in a backlog that nobody reads. Throws as `openSocket` does.
 */
export class PortSocket implements Disposable {
  private constructor(private fd: number, private readonly protocol: SocketRequest['protocol']) {}

  static hold(protocol: 'tcp' | 'udp' | 'sctp', address: string, port: number): PortSocket {
    // With address reuse, connections in TIME_WAIT of a server that just ended are no obstacle. It is
    // taken back after binding: with it on both sides, somebody else's bind would succeed too. UDP has no
    // such state, and there reuse would let two bind from the start.
    const reuse = protocol !== 'udp'
    const fd = openSocket({ protocol, family: familyOf(address), bind: { address, port, reuseAddress: reuse } })
    if (reuse) setReuseAddress(fd, false)
    return new PortSocket(fd, protocol)
  }

  /** Lets somebody serve the port after all: another descriptor of the socket, which listens if it is one of TCP. */
  serve(): number {
    if (this.protocol === 'tcp') {
      // Nobody else can bind while it listens; its connections, when they end, must not keep the next one off.
      setReuseAddress(this.fd, true)
      listen(this.fd, servingBacklog)
    }
    return fcntl(this.fd, duplicateCloexec, 0)
  }

  close(): void {
    if (this.fd < 0) return
    closeSync(this.fd)
    this.fd = -1
  }
  [Symbol.dispose](): void {
    this.close()
  }
}

function setReuseAddress(fd: number, on: boolean): void {
  setSocketOption(fd, solSocket, SocketOption.reuseAddress, nativeU32(on ? 1 : 0))
}

/** `struct sockaddr_in` or `sockaddr_in6`. */
export function socketAddress(address: Uint8Array, port: number): Uint8Array {
  const ipv6 = address.length === 16
  const bytes = new Uint8Array(ipv6 ? 28 : 16)
  bytes.set(nativeU16(ipv6 ? inet6 : inet))
  bytes.set([port >> 8, port & 0xff], 2)
  bytes.set(address, ipv6 ? 8 : 4)
  return bytes
}
