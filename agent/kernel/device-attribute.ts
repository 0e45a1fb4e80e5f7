import { closeSync, readFileSync, writeFileSync } from 'node:fs'
import { syscall, withDetail } from './ffi.js'

/** System call numbers, the same on every architecture; they came with Linux 5.2. */
const fsopen = 430
const fsconfig = 431
const fsmount = 432
const closeOnExec = 1
/** FSCONFIG_CMD_CREATE. */
const create = 6

const openCall = syscall<[number, string, number]>('long syscall(long number, const char *name, unsigned int flags)')
const configCall = syscall<[number, number, number, null, null, number]>(
  'long syscall(long number, int fd, unsigned int command, const char *key, const void *value, int aux)',
)
const mountCall = syscall<[number, number, number, number]>('long syscall(long number, int fd, unsigned int flags, unsigned int attributes)')

/**
 * Network devices of the namespace that the thread is in, with what sysfs alone tells of them (`ABI/testing/sysfs-class-net`
 * of the kernel's documentation). The sysfs at /sys shows the devices of the namespace it was mounted in: this one
 * is mounted nowhere, and gone when it is closed.
 */
export class DeviceAttributes implements Disposable {
  private constructor(private readonly fd: number) {}

  /** Throws `SystemCallError` where the kernel is older than 5.2 or refuses. */
  static open(): DeviceAttributes {
    const context = withDetail('fsopen', () => openCall(fsopen, 'sysfs', closeOnExec))
    try {
      withDetail('fsconfig', () => configCall(fsconfig, context, create, null, null, 0))
      return new DeviceAttributes(withDetail('fsmount', () => mountCall(fsmount, context, closeOnExec, 0)))
    } finally {
      closeSync(context)
    }
  }

  /** The value without the line end. Throws the file system's error (`ENOENT`) for a device or an attribute that is not there. */
  read(device: string, attribute: string): string {
    return readFileSync(this.path(device, attribute), 'utf8').trimEnd()
  }

  write(device: string, attribute: string, value: string): void {
    writeFileSync(this.path(device, attribute), value)
  }

  [Symbol.dispose](): void {
    closeSync(this.fd)
  }

  private path(device: string, attribute: string): string {
    return `/proc/self/fd/${this.fd}/class/net/${device}/${attribute}`
  }
}
