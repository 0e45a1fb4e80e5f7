import { constants } from 'node:fs'
import { syscall, withDetail } from './ffi.js'
import { cPath, printablePath, type RawPath } from './xattr.js'

const mknodCall = syscall<[Uint8Array, number, number | bigint]>(
  'int mknod(const void *path, unsigned int mode, uint64_t dev)',
)

export interface DeviceNumber {
  major: number
  minor: number
}

/** A device number as glibc packs it into `dev_t` (`gnu_dev_makedev`). */
function packDevice({ major, minor }: DeviceNumber): number {
  const high = (BigInt(major) & 0xffff_f000n) << 32n
  const low = (BigInt(major) & 0xfffn) << 8n
  const minorHigh = (BigInt(minor) & 0xffff_ff00n) << 12n
  return Number(high | low | minorHigh | (BigInt(minor) & 0xffn))
}

/** The reverse of `packDevice`: what `stat().rdev` says. */
export function unpackDevice(device: number): DeviceNumber {
  const value = BigInt(device)
  return {
    major: Number(((value >> 8n) & 0xfffn) | ((value >> 32n) & 0xffff_f000n)),
    minor: Number((value & 0xffn) | ((value >> 12n) & 0xffff_ff00n)),
  }
}

/** What mknod(2) can make. */
export const NodeKind = {
  character: constants.S_IFCHR,
  block: constants.S_IFBLK,
  fifo: constants.S_IFIFO,
  socket: constants.S_IFSOCK,
} as const
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind]

/**
 * Makes a device node, a fifo or a socket file. The umask applies to `permissions`. Throws
 * `SystemCallError` (`EEXIST`, `EPERM` without the right to make devices).
 */
export function makeNode(path: RawPath, kind: NodeKind, permissions: number, device: DeviceNumber = { major: 0, minor: 0 }): void {
  withDetail(printablePath(path), () => mknodCall(cPath(path), kind | (permissions & 0o7777), packDevice(device)))
}
