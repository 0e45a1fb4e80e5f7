import { close, openSync, readFileSync } from 'node:fs'
import { errnoOf } from '../../src/base/errors.js'
import { syscall, withDetail } from './ffi.js'

/** Flags of mount(2), from the kernel's `include/uapi/linux/mount.h`. */
export const MountFlag = {
  readOnly: 1,
  noSuid: 2,
  noDev: 4,
  noExec: 8,
  synchronous: 16,
  remount: 32,
  mandatoryLock: 64,
  directorySynchronous: 128,
  noAtime: 1024,
  noDirAtime: 2048,
  bind: 4096,
  move: 8192,
  recursive: 16384,
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
  relatime: 1 << 21,
  strictAtime: 1 << 24,
} as const

/** Flags of umount2(2). */
const UnmountFlag = { force: 1, detach: 2, expire: 4, noFollow: 8 } as const

const mountCall = syscall<[string, string, string | null, number, string | null]>(
  'int mount(const char *source, const char *target, const char *fstype, unsigned long flags, const char *data)',
)
const unmountCall = syscall<[string, number]>('int umount2(const char *target, int flags)')

/** What to mount where. */
export interface MountRequest {
  source: string
  target: string
  /** `overlay`, `tmpfs`, `proc`, ...; left out for bind mounts and changes of propagation. */
  type?: string
  /** `MountFlag`s combined. */
  flags?: number
  /** The file system's own options, at most 4,095 bytes (a page with its end). */
  data?: string
}

/** The kernel reads one page of options. */
export const mountDataBytesMax = 4095

/** mount(2). Throws `SystemCallError` naming the target. */
export function mount(request: MountRequest): void {
  const { source, target, type, flags = 0, data } = request
  if (data !== undefined && Buffer.byteLength(data) > mountDataBytesMax) {
    throw new RangeError(`mount options for ${target} take more than ${mountDataBytesMax} bytes`)
  }
  withDetail(target, () => mountCall(source, target, type ?? null, flags, data ?? null))
}

/**
 * Binds a file or folder onto `target`. The kernel ignores "read only" while it makes a bind mount, so
 * that takes a second step; a failed second step leaves nothing mounted.
 */
export function bindMount(source: string, target: string, options: { readOnly?: boolean; recursive?: boolean } = {}): void {
  const recursive = options.recursive ? MountFlag.recursive : 0
  mount({ source, target, flags: MountFlag.bind | recursive })
  if (!options.readOnly) return
  try {
    mount({ source: 'none', target, flags: MountFlag.bind | MountFlag.remount | MountFlag.readOnly })
  } catch (thrown) {
    unmount(target)
    throw thrown
  }
}

/**
 * Takes the topmost mount off `target` lazily: it leaves the tree now, and goes when its last user ends.
 * False when nothing is mounted there (or the path is gone), so it can be repeated.
 */
export function unmount(target: string): boolean {
  try {
    withDetail(target, () => unmountCall(target, UnmountFlag.detach | UnmountFlag.noFollow))
    return true
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'EINVAL' || code === 'ENOENT') return false
    throw thrown
  }
}

/** Takes everything off `target`, however often something was mounted over it. */
export function unmountAll(target: string): void {
  // A bound, not a loop for ever: nobody stacks this many.
  for (let i = 0; i < 64 && unmount(target); i++);
}

/** open(2): a place in the tree, without access to what is there. */
const openPathOnly = 0o10_000_000

/**
 * Takes everything off `target`, which is bare when this returns. What the kernel has to do when a file system goes
 * (write back, forget each file that was looked at: a tenth of a second for some ten thousand) it does on another thread:
 * the promise resolves then.
 */
export function unmountAside(target: string): Promise<void> {
  let held: number
  try {
    held = openSync(target, openPathOnly)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return Promise.resolve()
    throw thrown
  }
  // Not the last user of it while this is open.
  const gone = new Promise<void>((resolve) => queueMicrotask(() => close(held, () => resolve())))
  unmountAll(target)
  return gone
}

/** One line of /proc/self/mountinfo (proc(5)). Paths are unescaped. */
export interface MountInfo {
  id: number
  parentId: number
  /** `major:minor` of the device. */
  device: string
  /** The folder of the file system that is seen here. */
  root: string
  target: string
  /** `ro`, `nosuid`, ... of this mount. */
  options: string[]
  /** `shared:1`, `master:2`, ... */
  propagation: string[]
  type: string
  source: string
  /** Of the file system itself. */
  superOptions: string[]
}

/** Every mount that this process sees, in the order they were made. */
function listMounts(): MountInfo[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

/** The mounts at or below `folder`, the innermost first: the order to take them off. */
export function mountsBelow(folder: string): MountInfo[] {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`
  return listMounts()
    .filter((one) => one.target === folder || one.target.startsWith(prefix))
    .reverse()
}

/** True when something is mounted exactly at `target` (an absolute path without links). */
export function isMounted(target: string): boolean {
  return listMounts().some((one) => one.target === target)
}

/** Reads the text of a mountinfo file; lines it does not understand are left out. */
function parseMountInfo(text: string): MountInfo[] {
  const mounts: MountInfo[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const separator = fields.indexOf('-', 6)
    const [id, parentId, device, root, target, options] = fields
    const [type, source, superOptions] = separator < 0 ? [] : fields.slice(separator + 1)
    if (id === undefined || parentId === undefined || device === undefined || root === undefined) continue
    if (target === undefined || options === undefined || type === undefined) continue
    mounts.push({
      id: Number(id),
      parentId: Number(parentId),
      device,
      root: unescapePath(root),
      target: unescapePath(target),
      options: options.split(','),
      propagation: fields.slice(6, separator),
      type,
      source: unescapePath(source ?? ''),
      superOptions: (superOptions ?? '').split(',').map(unescapePath),
    })
  }
  return mounts
}

/** The kernel writes blanks, line ends and backslashes as `\` and three octal digits, byte by byte. */
function unescapePath(escaped: string): string {
  if (!escaped.includes('\\')) return escaped
  const bytes = Buffer.from(escaped, 'utf8').toString('latin1')
  const plain = bytes.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
  return Buffer.from(plain, 'latin1').toString('utf8')
}
