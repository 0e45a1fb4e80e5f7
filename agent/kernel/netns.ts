import { closeSync, fstatSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf } from '../../src/base/errors.js'
import { namesIn } from '../../src/sys/names-in.js'
import { syscall, SystemCallError, withDetail } from './ffi.js'
import { loopbackUp } from './link.js'

/**
 * Network namespaces kept alive by a bind mount on a file, as `ip netns` keeps them, without spawning
 * anything. `setns` changes the calling thread only: a namespace is entered, acted in and left without
 * an await between, so no other JavaScript ever runs in the wrong one. No worker thread may be started
 * while inside: it would inherit the namespace.
 */

const setns = syscall<[number, number]>('int setns(int fd, int nstype)')
const unshare = syscall<[number]>('int unshare(int flags)')
const mount = syscall<[string, string, string | null, number, null]>(
  'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
)
const umount2 = syscall<[string, number]>('int umount2(const char *target, int flags)')

const cloneNewnet = 0x40000000
const mountBind = 0x1000
const detach = 2
const noFollow = 8
/** `f_type` of the file system that namespace files live on (linux/magic.h). */
const nsfsMagic = 0x6e736673
const ownNamespace = '/proc/thread-self/ns/net'

/** An open network namespace. It exists at least as long as this handle. */
export class Netns implements Disposable {
  private closed = false
  private constructor(
    /** The descriptor, as IFLA_NET_NS_FD takes it. */
    readonly fd: number,
    readonly path: string,
  ) {}

  /** Opens a namespace by its file; throws the file system's error (`ENOENT`) when there is none. */
  static open(path: string): Netns {
    return new Netns(openSync(path, 'r'), path)
  }

  /** The namespace that the calling thread is in now. */
  static current(): Netns {
    return Netns.open(ownNamespace)
  }

  /** Runs `act` inside the namespace, synchronously; an async function is refused because it would go on outside. */
  run<T>(act: () => T): T {
    return inNetns(this, act)
  }

  close(): void {
    // Closing twice would close a descriptor that somebody else was given meanwhile.
    if (this.closed) return
    this.closed = true
    closeSync(this.fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** Runs `act` in the namespace, given as a handle or by its file, and comes back whatever happens. */
export function inNetns<T>(netns: Netns | string, act: () => T): T {
  if (typeof netns === 'string') {
    using opened = Netns.open(netns)
    return inNetns(opened, act)
  }
  const home = openSync(ownNamespace, 'r')
  try {
    withDetail(netns.path, () => setns(netns.fd, cloneNewnet))
    try {
      const result = act()
      if (result instanceof Promise) throw new TypeError('work inside a network namespace must be synchronous')
      return result
    } finally {
      goHome(home)
    }
  } finally {
    closeSync(home)
  }
}

/**
 * Makes a namespace with `lo` up, kept by the file at `path` (mode 0444, its folder is made). One that
 * is there already stays as it is.
 */
export function createNetns(path: string): void {
  if (isNetns(path)) return
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  writeFileSync(path, '', { mode: 0o444 })
  const home = openSync(ownNamespace, 'r')
  try {
    unshare(cloneNewnet)
    try {
      loopbackUp()
      withDetail(path, () => mount(ownNamespace, path, null, mountBind, null))
    } finally {
      goHome(home)
    }
  } catch (thrown) {
    rmSync(path, { force: true })
    throw thrown
  } finally {
    closeSync(home)
  }
}

/**
 * Lets go of a namespace: the mount and its file. The kernel destroys it, and every device in it, when
 * nothing else holds it, in its own time. One that is not there is fine.
 */
export function deleteNetns(path: string): void {
  // More than one mount can lie on the file when an earlier run was interrupted.
  for (;;) {
    try {
      umount2(path, detach | noFollow)
    } catch (thrown) {
      const code = errnoOf(thrown)
      if (code === 'EINVAL' || code === 'ENOENT') break
      throw thrown instanceof SystemCallError ? new SystemCallError(thrown.syscall, thrown.errno, path) : thrown
    }
  }
  rmSync(path, { force: true })
}

/** Whether a live namespace is mounted on the file. */
export function isNetns(path: string): boolean {
  try {
    return statfsSync(path).type === nsfsMagic
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false
    throw thrown
  }
}

/** The file names in a folder of namespaces, also of those whose namespace is gone. */
export function listNetns(folder: string): string[] {
  return namesIn(folder).sort()
}

/** The identity of a namespace: two handles of one namespace give the same text. */
export function netnsIdentity(netns: Netns): string {
  const { dev, ino } = fstatSync(netns.fd, { bigint: true })
  return `${dev}:${ino}`
}

function goHome(home: number): void {
  try {
    setns(home, cloneNewnet)
  } catch (thrown) {
    // Going on in a container's namespace would do the host's work there. Containers outlive the daemon.
    process.stderr.write(`cannot leave a network namespace: ${String(thrown)}\n`)
    process.abort()
  }
}
