import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { cFunction } from './ffi.js'
import { nativeU32 } from './netlink-message.js'
import { withPidfd, type ProcessIdentity } from './process.js'
import { setSocketOption, SocketOption, solSocket } from './socket-option.js'

/** A system call's number, the same on every architecture; it came with Linux 5.6. */
const pidfdGetfd = 438
const pidfdGetfdCall = cFunction<[number, number, number, number], number>('long syscall(long number, int pidfd, int fd, unsigned int flags)')

/**
 * Gives another process's UDP sockets on a port larger buffers: a program that never asks for them loses packets
 * when many come at once. Gives how many sockets there were; 0 also where the kernel cannot do that, or the process
 * is gone. Throws `SystemCallError` when the kernel refuses the size.
 */
export function widenUdpBuffers(process: ProcessIdentity, port: number, bytes: number): number {
  const sockets = descriptorsOn(process.pid, port)
  if (sockets.length === 0) return 0
  return withPidfd(process, (pidfd) => sockets.filter((socket) => widen(pidfd, socket, bytes)).length) ?? 0
}

/** False when the kernel does not lend the descriptor. */
function widen(pidfd: number, descriptor: number, bytes: number): boolean {
  const own = pidfdGetfdCall(pidfdGetfd, pidfd, descriptor, 0)
  if (own < 0) return false
  try {
    for (const option of [SocketOption.receiveBufferForce, SocketOption.sendBufferForce]) setSocketOption(own, solSocket, option, nativeU32(bytes))
    return true
  } finally {
    closeSync(own)
  }
}

/** The process's descriptors of UDP sockets with this local port: proc(5), /proc/PID/net/udp. */
function descriptorsOn(pid: number, port: number): number[] {
  try {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
    const inodes = ['udp', 'udp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/)).filter((fields) => fields[1]?.endsWith(suffix)).map((fields) => fields[9]),
    )
    const names = new Set(inodes.map((inode) => `socket:[${String(inode)}]`))
    return readdirSync(`/proc/${pid}/fd`).filter((name) => names.has(linkOf(`/proc/${pid}/fd/${name}`))).map(Number)
  } catch {
    // It ended meanwhile.
    return []
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
