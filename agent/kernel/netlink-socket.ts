import { closeSync } from 'node:fs'
import { ControlType, decodeAcknowledgement, decodeMessages, MessageFlag, nativeU32, NetlinkWriter } from './netlink-message.js'
import { cFunctionAsync, describeErrno, syscall, SystemCallError } from './ffi.js'
import type { NetlinkMessage } from './netlink-message.js'
import { setSocketOption, SocketOption, solSocket } from './socket-option.js'

const socket = syscall<[number, number, number]>('int socket(int domain, int type, int protocol)')
const send = syscall<[number, Uint8Array, number, number]>('ssize_t send(int fd, const void *data, size_t length, int flags)')
const sendElsewhere = cFunctionAsync<[number, Uint8Array, number, number], number>('ssize_t send(int fd, const void *data, size_t length, int flags)')
const receiveElsewhere = cFunctionAsync<[number, Uint8Array, number, number], number>('ssize_t recv(int fd, void *data, size_t length, int flags)')
const recv = syscall<[number, Uint8Array, number, number]>('ssize_t recv(int fd, void *data, size_t length, int flags)')

const netlinkFamily = 16
const rawCloexec = 3 | 0o2000000
const solNetlink = 270
const optCapAck = 10
const optExtAck = 11
const optStrictCheck = 12
/** A dump's datagram never exceeds this: the kernel sizes them to the reader's buffer up to 32 KiB. */
const receiveBytes = 64 * 1024
const receiveTimeoutSeconds = 10
const dumpAttemptsMax = 5
const ioError = 5
const minimumSendBuffer = 212_992
/** NFNL_MSG_BATCH_BEGIN and _END (linux/netfilter/nfnetlink.h). */
const batchBegin = 0x10
const batchEnd = 0x11

export const NetlinkProtocol = { route: 0, netfilter: 12, generic: 16 } as const
export type NetlinkProtocol = (typeof NetlinkProtocol)[keyof typeof NetlinkProtocol]

/** One request of a batch. */
export interface NetlinkRequest {
  /** What is attempted, for the error: `add address 10.0.0.1/24 to eth0`. */
  what: string
  type: number
  /** Beside `request` and `ack`, which are always set. */
  flags: number
  /** Writes the family's header and the attributes. */
  body: (writer: NetlinkWriter) => void
  /** Error codes (`EEXIST`) that count as success: the state asked for was there already. */
  tolerate?: readonly string[]
}

/** The kernel refused a netlink request; `code` is the errno's name. */
export class NetlinkError extends SystemCallError {
  constructor(what: string, errno: number, text: string | undefined) {
    super('netlink', errno, text === undefined ? what : `${what}: ${text}`)
  }
}

/**
 * A netlink socket of the namespace that the thread was in when it was opened; it stays with that
 * namespace. Requests are answered before `send` returns, so everything is synchronous and takes
 * microseconds.
 */
export class NetlinkSocket implements Disposable {
  private sequence = 1
  private readonly buffer = new Uint8Array(receiveBytes)
  private constructor(private fd: number) {}

  static open(protocol: NetlinkProtocol): NetlinkSocket {
    const fd = socket(netlinkFamily, rawCloexec, protocol)
    try {
      const on = nativeU32(1)
      setSocketOption(fd, solNetlink, optExtAck, on)
      setSocketOption(fd, solNetlink, optCapAck, on)
      if (protocol === NetlinkProtocol.route) setSocketOption(fd, solNetlink, optStrictCheck, on)
      // struct timeval: a kernel that does not answer must not stop the daemon for good.
      const timeout = new BigInt64Array([BigInt(receiveTimeoutSeconds), 0n])
      setSocketOption(fd, solSocket, SocketOption.receiveTimeout, new Uint8Array(timeout.buffer))
    } catch (thrown) {
      closeSync(fd)
      throw thrown
    }
    return new NetlinkSocket(fd)
  }

  /**
   * Sends all requests in one datagram; the kernel carries them out in order. After a refusal the
   * later ones are still tried by the kernel; the first refusal is thrown as `NetlinkError`.
   */
  batch(requests: readonly NetlinkRequest[]): void {
    if (requests.length === 0) return
    const { first, bytes } = this.writeBatch(requests)
    send(this.fd, bytes, bytes.length, 0)
    this.awaitAcknowledgements(requests, first)
  }

  /**
   * Like `batch`, with the kernel's work on another thread: for changes that wait for grace periods.
   * Nothing else may be asked of this socket until the promise settles.
   */
  async batchElsewhere(requests: readonly NetlinkRequest[]): Promise<void> {
    if (requests.length === 0) return
    const { first, bytes } = this.writeBatch(requests)
    const sent = await sendElsewhere(this.fd, bytes, bytes.length, 0)
    if (sent !== bytes.length) throw new NetlinkError(requests.map((request) => request.what).join(', '), ioError, 'the kernel did not take the request')
    this.awaitAcknowledgements(requests, first)
  }

  /**
   * Sends all requests to an nfnetlink subsystem as one transaction: all of it or nothing. Throws the first
   * refusal as `NetlinkError`.
   */
  transaction(subsystem: number, requests: readonly NetlinkRequest[]): void {
    if (requests.length === 0) return
    // struct nfgenmsg of a batch's ends: no family, version 0, the subsystem in network order.
    const end = (writer: NetlinkWriter): NetlinkWriter => writer.u8(0).u8(0).u8(subsystem >> 8).u8(subsystem & 0xff)
    const writer = new NetlinkWriter()
    end(writer.begin(batchBegin, MessageFlag.request, this.sequence++))
    const first = this.sequence
    for (const { type, flags, body } of requests) {
      writer.begin(type, MessageFlag.request | MessageFlag.ack | flags, this.sequence++)
      body(writer)
    }
    end(writer.begin(batchEnd, MessageFlag.request, this.sequence++))
    const bytes = writer.finish()
    // A transaction is one datagram, however large: it takes twice its size in the kernel's account.
    setSocketOption(this.fd, solSocket, SocketOption.sendBufferForce, nativeU32(Math.max(2 * bytes.length, minimumSendBuffer)))
    send(this.fd, bytes, bytes.length, 0)
    this.awaitAcknowledgements(requests, first)
  }

  /** Sends one request and throws `NetlinkError` when it is refused. */
  request(request: NetlinkRequest): void {
    this.batch([request])
  }

  /** Asks for one object; undefined when the kernel answers that there is none (ENODEV, ENOENT). */
  get(request: NetlinkRequest): NetlinkMessage | undefined {
    const sequence = this.sequence++
    const bytes = this.write(request, MessageFlag.request | MessageFlag.ack, sequence)
    send(this.fd, bytes, bytes.length, 0)
    let answer: NetlinkMessage | undefined
    for (;;) {
      for (const message of this.receive()) {
        if (message.sequence !== sequence) continue
        if (message.type !== ControlType.error) {
          answer = { ...message, payload: message.payload.slice() }
          continue
        }
        const { errno, text } = decodeAcknowledgement(message)
        if (errno === 0) return answer
        if (['ENODEV', 'ENOENT'].includes(describeErrno(errno).code)) return undefined
        throw new NetlinkError(request.what, errno, text)
      }
    }
  }

  /** Asks for a whole table. A table that changed meanwhile is asked for again, so that nothing is missed. */
  dump(request: NetlinkRequest): NetlinkMessage[] {
    for (let attempt = 1; ; attempt++) {
      const { messages, interrupted } = this.dumpOnce(request)
      if (!interrupted || attempt === dumpAttemptsMax) return messages
    }
  }

  /**
   * Like `dump`, with the kernel's work on another thread: for tables that take long to go through. A table
   * that changed meanwhile is given as it was found. Nothing else may be asked of this socket until the
   * promise settles.
   */
  async dumpElsewhere(request: NetlinkRequest): Promise<NetlinkMessage[]> {
    const sequence = this.sequence++
    const bytes = this.write(request, MessageFlag.request | MessageFlag.dump, sequence)
    const failed = (): NetlinkError => new NetlinkError(request.what, ioError, 'the kernel did not answer')
    if ((await sendElsewhere(this.fd, bytes, bytes.length, 0)) !== bytes.length) throw failed()
    const messages: NetlinkMessage[] = []
    for (;;) {
      const length = await receiveElsewhere(this.fd, this.buffer, this.buffer.length, 0)
      if (length < 0) throw failed()
      for (const message of decodeMessages(this.buffer.subarray(0, length))) {
        if (message.sequence !== sequence) continue
        if (message.type === ControlType.done) return messages
        if (message.type === ControlType.error) {
          const { errno, text } = decodeAcknowledgement(message)
          throw new NetlinkError(request.what, errno, text)
        }
        messages.push({ ...message, payload: message.payload.slice() })
      }
    }
  }

  close(): void {
    if (this.fd < 0) return
    closeSync(this.fd)
    this.fd = -1
  }

  [Symbol.dispose](): void {
    this.close()
  }

  private writeBatch(requests: readonly NetlinkRequest[]): { first: number; bytes: Uint8Array } {
    const first = this.sequence
    const writer = new NetlinkWriter()
    for (const { type, flags, body } of requests) {
      writer.begin(type, MessageFlag.request | MessageFlag.ack | flags, this.sequence++)
      body(writer)
    }
    return { first, bytes: writer.finish() }
  }

  private awaitAcknowledgements(requests: readonly NetlinkRequest[], first: number): void {
    let failure: NetlinkError | undefined
    let awaited = requests.length
    while (awaited > 0) {
      for (const message of this.receive()) {
        const request = requests[message.sequence - first]
        if (message.type !== ControlType.error || !request) continue
        awaited--
        const { errno, text } = decodeAcknowledgement(message)
        if (errno === 0 || request.tolerate?.includes(describeErrno(errno).code)) continue
        failure ??= new NetlinkError(request.what, errno, text)
      }
    }
    if (failure) throw failure
  }

  private dumpOnce(request: NetlinkRequest): { messages: NetlinkMessage[]; interrupted: boolean } {
    const sequence = this.sequence++
    const bytes = this.write(request, MessageFlag.request | MessageFlag.dump, sequence)
    send(this.fd, bytes, bytes.length, 0)
    const messages: NetlinkMessage[] = []
    let interrupted = false
    for (;;) {
      for (const message of this.receive()) {
        if (message.sequence !== sequence) continue
        interrupted ||= (message.flags & MessageFlag.dumpInterrupted) !== 0
        if (message.type === ControlType.done) return { messages, interrupted }
        if (message.type === ControlType.error) {
          const { errno, text } = decodeAcknowledgement(message)
          throw new NetlinkError(request.what, errno, text)
        }
        // The receive buffer is used again for the next datagram.
        messages.push({ ...message, payload: message.payload.slice() })
      }
    }
  }

  private write(request: NetlinkRequest, flags: number, sequence: number): Uint8Array {
    const writer = new NetlinkWriter().begin(request.type, flags | request.flags, sequence)
    request.body(writer)
    return writer.finish()
  }

  private receive(): NetlinkMessage[] {
    const length = recv(this.fd, this.buffer, this.buffer.length, 0)
    return decodeMessages(this.buffer.subarray(0, length))
  }
}
