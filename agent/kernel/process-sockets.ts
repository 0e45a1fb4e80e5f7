import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { cFunction, syscall } from './ffi.js'
import { nativeU32 } from './netlink-message.js'
import { isAlive, type ProcessIdentity } from './process.js'

/** System call numbers, the same on every architecture since Linux 5.1; `pidfd_getfd` came with 5.6. */
const pidfdOpen = 434
const pidfdGetfd = 438

const pidfdOpenCall = cFunction<[number, number, number], number>('long syscall(long number, int pid, unsigned int flags)')
const pidfdGetfdCall = cFunction<[number, number, number, number], number>('long syscall(long number, int pidfd, int fd, unsigned int flags)')
const setsockopt = syscall<[number, number, number, Uint8Array, number]>('int setsockopt(int fd, int level, int name, const void *value, unsigned int length)')

const solSocket = 1
const sendBufferForce = 32
const receiveBufferForce = 33

/**
 * Gives another process's UDP sockets on a port larger buffers: a program that never asks for them loses packets
 * when many come at once. Gives how many sockets there were; 0 also where the kernel cannot do that, or the process
 * is gone. Throws `SystemCallError` when the kernel refuses the size.
 */
export function widenUdpBuffers(process: ProcessIdentity, port: number, bytes: number): number {
  const sockets = descriptorsOn(process.pid, port)
  if (sockets.length === 0) return 0
  const pinned = pidfdOpenCall(pidfdOpen, process.pid, 0)
  if (pinned < 0) return 0
  let widened = 0
  try {
    if (!isAlive(process)) return 0
    for (const descriptor of sockets) {
      const own = pidfdGetfdCall(pidfdGetfd, pinned, descriptor, 0)
      if (own < 0) continue
      try {
        for (const option of [receiveBufferForce, sendBufferForce]) setsockopt(own, solSocket, option, nativeU32(bytes), 4)
        widened++
      } finally {
        closeSync(own)
      }
    }
    return widened
  } finally {
    closeSync(pinned)
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
