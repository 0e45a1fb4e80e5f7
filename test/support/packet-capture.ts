import { closeSync } from 'node:fs'
import { nativeU32 } from '../../agent/kernel/netlink-message.js'
import { syscall, SystemCallError } from '../../agent/kernel/ffi.js'
import { inNetns } from '../../agent/kernel/netns.js'

const socket = syscall<[number, number, number]>('int socket(int domain, int type, int protocol)')
const setsockopt = syscall<[number, number, number, Uint8Array, number]>(
  'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)',
)
const recv = syscall<[number, Uint8Array, number, number]>('ssize_t recv(int fd, void *data, size_t length, int flags)')

const packetFamily = 17
const rawNonBlocking = 3 | 0o4000 | 0o2000000
/** ETH_P_ALL in network order. */
const everything = 0x0300
const solSocket = 1
const receiveBufferForce = 33
const bufferBytes = 64 * 1024 * 1024
const solPacket = 263
const packetStatistics = 6

/**
 * Every packet on every device of a network namespace, from the moment this is made (packet(7)). They wait in
 * the kernel until they are read.
 */
export class PacketCapture implements Disposable {
  private readonly fd: number
  private readonly frame = new Uint8Array(65_536)

  constructor(netns: string) {
    this.fd = inNetns(netns, () => socket(packetFamily, rawNonBlocking, everything))
    setsockopt(this.fd, solSocket, receiveBufferForce, nativeU32(bufferBytes), 4)
  }

  /** The packets since the last call, whole frames. Throws when the kernel had to drop some: nothing could be said of those. */
  take(): Buffer[] {
    const frames: Buffer[] = []
    for (;;) {
      try {
        frames.push(Buffer.from(this.frame.subarray(0, recv(this.fd, this.frame, this.frame.length, 0))))
      } catch (thrown) {
        if (!(thrown instanceof SystemCallError) || thrown.code !== 'EAGAIN') throw thrown
        const dropped = this.dropped()
        if (dropped > 0) throw new Error(`${dropped} packets were not captured`)
        return frames
      }
    }
  }

  /** Whether one of the packets since the last call holds this text. */
  holds(text: string): boolean {
    return this.take().some((frame) => frame.includes(text, 0, 'latin1'))
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }

  private dropped(): number {
    const statistics = new Uint8Array(8)
    getsockopt(this.fd, solPacket, packetStatistics, statistics, nativeU32(8))
    return new DataView(statistics.buffer).getUint32(4, true)
  }
}

const getsockopt = syscall<[number, number, number, Uint8Array, Uint8Array]>('int getsockopt(int fd, int level, int name, void *value, void *length)')
