import { errnoOf } from '../../src/base/errors.js'
import { syscall, withDetail } from './ffi.js'

/**
 * Extended attributes, never through a symbolic link. A path is a string, or bytes for one that is not
 * valid UTF-8.
 */
export type RawPath = string | Uint8Array

/** Largest value the kernel takes (`XATTR_SIZE_MAX`). */
const xattrBytesMax = 65_536

const setCall = syscall<[Uint8Array, string, Uint8Array, number, number]>(
  'int lsetxattr(const void *path, const char *name, const void *value, size_t size, int flags)',
)
const getCall = syscall<[Uint8Array, string, Uint8Array, number]>(
  'ssize_t lgetxattr(const void *path, const char *name, void *value, size_t size)',
)
const listCall = syscall<[Uint8Array, Uint8Array, number]>('ssize_t llistxattr(const void *path, void *list, size_t size)')

/** The path as C wants it: bytes with a zero at the end. Throws `RangeError` for a path with a zero inside. */
export function cPath(path: RawPath): Uint8Array {
  const bytes = typeof path === 'string' ? Buffer.from(path, 'utf8') : path
  if (bytes.includes(0)) throw new RangeError('a path cannot hold a zero byte')
  const terminated = new Uint8Array(bytes.length + 1)
  terminated.set(bytes)
  return terminated
}

/** A path for messages. */
export function printablePath(path: RawPath): string {
  return typeof path === 'string' ? path : Buffer.from(path).toString('utf8')
}

/** Sets an attribute, replacing its value. Throws `SystemCallError` (`ENOTSUP` where the file system has none). */
export function setXattr(path: RawPath, name: string, value: Uint8Array | string): void {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  // The null pointer stands for an empty buffer nowhere in the bridge, so an empty value borrows a byte.
  const given = bytes.length === 0 ? new Uint8Array(1) : bytes
  withDetail(`${name} of ${printablePath(path)}`, () => setCall(cPath(path), name, given, bytes.length, 0))
}

let scratch: Uint8Array | undefined

/** The value of an attribute, or undefined when the file has none of that name. */
export function getXattr(path: RawPath, name: string): Buffer | undefined {
  scratch ??= new Uint8Array(xattrBytesMax)
  const buffer = scratch
  try {
    const size = withDetail(`${name} of ${printablePath(path)}`, () => getCall(cPath(path), name, buffer, buffer.length))
    return Buffer.from(buffer.subarray(0, size))
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENODATA' || errnoOf(thrown) === 'ENOTSUP') return undefined
    throw thrown
  }
}

/** The names of a file's attributes; empty where the file system has none. */
export function listXattrs(path: RawPath): string[] {
  scratch ??= new Uint8Array(xattrBytesMax)
  const buffer = scratch
  try {
    const size = withDetail(printablePath(path), () => listCall(cPath(path), buffer, buffer.length))
    return Buffer.from(buffer.subarray(0, size)).toString('utf8').split('\0').filter(Boolean)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOTSUP') return []
    throw thrown
  }
}
