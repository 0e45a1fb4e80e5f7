import { closeSync } from 'node:fs'
import { parseAddress } from '../../agent/kernel/address-bytes.js'
import { syscall } from '../../agent/kernel/ffi.js'
import { nativeU32 } from '../../agent/kernel/netlink-message.js'
import { inNetns } from '../../agent/kernel/netns.js'
import { socketAddress } from '../../agent/kernel/socket.js'

const socket = syscall<[number, number, number]>('int socket(int domain, int type, int protocol)')
const setsockopt = syscall<[number, number, number, Uint8Array, number]>(
  'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)',
)
const bind = syscall<[number, Uint8Array, number]>('int bind(int fd, const void *address, unsigned int length)')
const sendto = syscall<[number, Uint8Array, number, number, Uint8Array, number]>(
  'ssize_t sendto(int fd, const void *data, size_t length, int flags, const void *address, unsigned int length2)',
)
const recv = syscall<[number, Uint8Array, number, number]>('ssize_t recv(int fd, void *data, size_t length, int flags)')

const rawNonBlocking = 3 | 0o4000 | 0o2000000
const sctpProtocol = 132
const solSocket = 1
const markOption = 36

/** What begins an SCTP association (RFC 9260, section 3.3.2), and the answer to it. */
export const ChunkType = { init: 1, initAck: 2 } as const

export interface SctpPacket {
  /** IPv4 alone: IPv6 sockets are not told. */
  source: string
  sourcePort: number
  destinationPort: number
  verificationTag: number
  chunk: number
  initiateTag: number
  checksumRight: boolean
}

/** SCTP packets by hand, for kernels without sockets of it: connection tracking and its rules know them all the same. */
export class RawSctp implements Disposable {
  private readonly fd: number
  private readonly family: 4 | 6

  /** With a `mark` its packets look for a way by it: sockets of SCTP tell their port for that, raw ones do not. */
  constructor(netns: string, address: string, mark?: number) {
    this.family = address.includes(':') ? 6 : 4
    this.fd = inNetns(netns, () => socket(this.family === 6 ? 10 : 2, rawNonBlocking, sctpProtocol))
    if (mark !== undefined) setsockopt(this.fd, solSocket, markOption, nativeU32(mark), 4)
    const where = socketAddress(parseAddress(address), 0)
    inNetns(netns, () => bind(this.fd, where, where.length))
  }

  send(to: string, packet: Pick<SctpPacket, 'sourcePort' | 'destinationPort' | 'verificationTag' | 'chunk' | 'initiateTag'>): void {
    const bytes = Buffer.alloc(12 + 20)
    bytes.writeUInt16BE(packet.sourcePort, 0)
    bytes.writeUInt16BE(packet.destinationPort, 2)
    bytes.writeUInt32BE(packet.verificationTag, 4)
    bytes.writeUInt8(packet.chunk, 12)
    bytes.writeUInt16BE(20, 14)
    bytes.writeUInt32BE(packet.initiateTag, 16)
    bytes.writeUInt32BE(65_536, 20)
    bytes.writeUInt16BE(1, 24)
    bytes.writeUInt16BE(1, 26)
    bytes.writeUInt32BE(1, 28)
    bytes.writeUInt32LE(crc32c(bytes), 8)
    const where = socketAddress(parseAddress(to), 0)
    sendto(this.fd, bytes, bytes.length, 0, where, where.length)
  }

  /** The next packet that came in; undefined when there is none. */
  receive(): SctpPacket | undefined {
    const bytes = Buffer.alloc(2_048)
    let length: number
    try {
      length = recv(this.fd, bytes, bytes.length, 0)
    } catch {
      return undefined
    }
    const headerBytes = this.family === 4 ? ((bytes[0] as number) & 0x0f) * 4 : 0
    const sctp = Buffer.from(bytes.subarray(headerBytes, length))
    const checksum = sctp.readUInt32LE(8)
    sctp.writeUInt32LE(0, 8)
    return {
      source: this.family === 4 ? bytes.subarray(12, 16).join('.') : '',
      sourcePort: sctp.readUInt16BE(0),
      destinationPort: sctp.readUInt16BE(2),
      verificationTag: sctp.readUInt32BE(4),
      chunk: sctp.readUInt8(12),
      initiateTag: sctp.readUInt32BE(16),
      checksumRight: checksum === crc32c(sctp),
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }
}

/** CRC32c (Castagnoli), bit by bit. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
  }
  return (crc ^ 0xffff_ffff) >>> 0
}
