import { endianness } from 'node:os'
import { cFunction, SystemCallError, syscall } from './ffi.js'

/**
 * posix_spawn(3). The C library shares the memory with the new process until it runs its program, where
 * fork(2), which Node.js uses, copies the page tables of the whole daemon and makes each page that is
 * written afterwards a page fault: ten times as long for a daemon of a hundred megabytes.
 */

type Words = readonly (string | null)[]

const initActions = cFunction<[Uint8Array], number>('int posix_spawn_file_actions_init(void *actions)')
const destroyActions = cFunction<[Uint8Array], number>('int posix_spawn_file_actions_destroy(void *actions)')
const addDup2 = cFunction<[Uint8Array, number, number], number>('int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)')
const addOpen = cFunction<[Uint8Array, number, string, number, number], number>(
  'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, mode_t mode)',
)
const addChdir = cFunction<[Uint8Array, string], number>('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)')
const addCloseFrom = cFunction<[Uint8Array, number], number>('int posix_spawn_file_actions_addclosefrom_np(void *actions, int lowest)')
const initAttributes = cFunction<[Uint8Array], number>('int posix_spawnattr_init(void *attributes)')
const destroyAttributes = cFunction<[Uint8Array], number>('int posix_spawnattr_destroy(void *attributes)')
const setFlags = cFunction<[Uint8Array, number], number>('int posix_spawnattr_setflags(void *attributes, short flags)')
const setSignalDefaults = cFunction<[Uint8Array, Uint8Array], number>('int posix_spawnattr_setsigdefault(void *attributes, const void *signals)')
const setSignalMask = cFunction<[Uint8Array, Uint8Array], number>('int posix_spawnattr_setsigmask(void *attributes, const void *signals)')
const spawnCall = cFunction<[Uint8Array, string, Uint8Array, Uint8Array, Words, Words], number>(
  'int posix_spawn(void *pid, const char *path, void *actions, void *attributes, const char **argv, const char **envp)',
)
const waitCall = cFunction<[number, Uint8Array, number], number>('int waitpid(int pid, void *status, int options)')
const duplicate = syscall<[number, number, number]>('int fcntl(int fd, int command, int lowest)')
const close = syscall<[number]>('int close(int fd)')
const pipe2 = syscall<[Uint8Array, number]>('int pipe2(void *ends, int flags)')

/** Larger than either structure on any C library. */
const structureBytes = 1024
const signalSetBytes = 128
const setDefaults = 4
const setMask = 8
const readWrite = 2
const closeOnExec = 0o2000000
/** F_DUPFD_CLOEXEC */
const duplicateCloseOnExec = 1030
/** WNOHANG */
const doNotWait = 1

/** What to run. Every descriptor of ours that is not listed is closed in the new process. */
export interface SpawnRequest {
  /** Its path: PATH is not searched. */
  program: string
  /** Without the program's own name. */
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd?: string
  /** Our descriptor for each of the new process, from 0; undefined opens /dev/null. */
  descriptors: readonly (number | undefined)[]
}

/** Starts a program and gives its process id; the caller waits for its end. Throws `SystemCallError`, `ENOENT` for a missing program. */
export function posixSpawn(request: SpawnRequest): number {
  const actions = new Uint8Array(structureBytes)
  const attributes = new Uint8Array(structureBytes)
  const raised: number[] = []
  check('posix_spawn_file_actions_init', initActions(actions))
  check('posix_spawnattr_init', initAttributes(attributes))
  try {
    const sources = request.descriptors.map((fd) => {
      // One that is a target as well could be overwritten before it is used: it moves out of the way.
      if (fd === undefined || fd >= request.descriptors.length) return fd
      const moved = duplicate(fd, duplicateCloseOnExec, request.descriptors.length)
      raised.push(moved)
      return moved
    })
    for (const [target, fd] of sources.entries()) {
      if (fd === undefined) check('posix_spawn_file_actions_addopen', addOpen(actions, target, '/dev/null', readWrite, 0))
      else check('posix_spawn_file_actions_adddup2', addDup2(actions, fd, target))
    }
    closeFrom(actions, request.descriptors.length)
    if (request.cwd !== undefined) check('posix_spawn_file_actions_addchdir_np', addChdir(actions, request.cwd))
    // Node.js ignores SIGPIPE and blocks signals at times; a program expects neither.
    check('posix_spawnattr_setsigdefault', setSignalDefaults(attributes, new Uint8Array(signalSetBytes).fill(0xff)))
    check('posix_spawnattr_setsigmask', setSignalMask(attributes, new Uint8Array(signalSetBytes)))
    check('posix_spawnattr_setflags', setFlags(attributes, setDefaults | setMask))
    const pid = new Uint8Array(4)
    const environment = Object.entries(request.env).map(([name, value]) => `${name}=${value}`)
    const argv = [request.program, ...request.args, null]
    check(`posix_spawn ${request.program}`, spawnCall(pid, request.program, actions, attributes, argv, [...environment, null]))
    return readInt32(pid, 0)
  } finally {
    destroyActions(actions)
    destroyAttributes(attributes)
    for (const fd of raised) close(fd)
  }
}

/**
 * Libraries open files without close-on-exec (lmdb its data): what is started here lives for longer than this process and
 * must not hold them. A C library without the function (glibc before 2.34) leaves those open.
 */
function closeFrom(actions: Uint8Array, lowest: number): void {
  let added: number
  try {
    added = addCloseFrom(actions, lowest)
  } catch {
    return
  }
  check('posix_spawn_file_actions_addclosefrom_np', added)
}

/** A pipe, both ends close-on-exec. */
export function openPipe(): { readEnd: number; writeEnd: number } {
  const ends = new Uint8Array(8)
  pipe2(ends, closeOnExec)
  return { readEnd: readInt32(ends, 0), writeEnd: readInt32(ends, 4) }
}

/** How a child ended (wait(2)'s status): an exit code, or the number of a signal. */
export type WaitStatus = { exitCode: number } | { signal: number }

/** Reaps a child of ours if it has ended; undefined while it runs. One that is gone already counts as killed. */
export function reap(pid: number): WaitStatus | undefined {
  const status = new Uint8Array(4)
  const result = waitCall(pid, status, doNotWait)
  if (result === 0) return undefined
  if (result < 0) return { signal: 9 }
  const word = readInt32(status, 0)
  const signal = word & 0x7f
  return signal === 0 ? { exitCode: (word >> 8) & 0xff } : { signal }
}

/** These functions return the error number instead of setting it. */
function check(call: string, errno: number): void {
  if (errno !== 0) throw new SystemCallError(call, errno)
}

function readInt32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(offset, endianness() === 'LE')
}
