import { syscall } from './ffi.js'

const setsockopt = syscall<[number, number, number, Uint8Array, number]>(
  'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)',
)

/** SOL_SOCKET and what is set there (asm-generic/socket.h). */
export const solSocket = 1
export const SocketOption = { reuseAddress: 2, receiveTimeout: 20, sendBufferForce: 32, receiveBufferForce: 33, mark: 36 } as const

/** Sets an option of a socket; `value` is in the kernel's own byte order. Throws `SystemCallError`. */
export function setSocketOption(fd: number, level: number, name: number, value: Uint8Array): void {
  setsockopt(fd, level, name, value, value.length)
}
