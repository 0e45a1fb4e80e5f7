import { closeSync, readFileSync, writeFileSync } from 'node:fs'
import { errnoOf } from '../../src/base/errors.js'
import { cFunction, describeErrno, SystemCallError } from './ffi.js'
import koffi from 'koffi'

/**
 * A process that cannot be mistaken for another: the kernel reuses numbers, but never with the same
 * start time. `startTicks` is field 22 of /proc/PID/stat (clock ticks since boot), as proc(5) has it.
 */
export interface ProcessIdentity {
  pid: number
  startTicks: number
}

/** System call numbers, the same on every architecture since Linux 5.1. */
const pidfdSendSignal = 424
const pidfdOpen = 434

const pidfdOpenCall = cFunction<[number, number, number], number>('long syscall(long number, int pid, unsigned int flags)')
const pidfdSendCall = cFunction<[number, number, number, null, number], number>(
  'long syscall(long number, int pidfd, int sig, void *info, unsigned int flags)',
)

/** The process that has this number now; undefined when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  return stat && { pid, startTicks: stat.startTicks }
}

/** True while this very process runs; a zombie does not run. */
export function isAlive(process: ProcessIdentity): boolean {
  const stat = readStat(process.pid)
  return stat !== undefined && stat.startTicks === process.startTicks && stat.state !== 'Z' && stat.state !== 'X'
}

/**
 * Sends a signal to this very process, never to a later one of the same number. False when it is gone.
 * Throws `SystemCallError` for a signal that does not exist.
 */
export function sendSignal(process: ProcessIdentity, signal: number): boolean {
  const sent = withPidfd(process, (fd) => (pidfdSendCall(pidfdSendSignal, fd, signal, null, 0) < 0 ? goneOrThrow('pidfd_send_signal', koffi.errno()) : true))
  return sent ?? false
}

/**
 * Does something to this very process by a descriptor that stands for it (pidfd_open(2)); undefined when it is gone.
 * Throws `SystemCallError` when the kernel gives no descriptor.
 */
export function withPidfd<T>(process: ProcessIdentity, act: (pidfd: number) => T): T | undefined {
  // The descriptor pins the process; the check after opening it tells which one was pinned.
  const fd = pidfdOpenCall(pidfdOpen, process.pid, 0)
  if (fd < 0) {
    goneOrThrow('pidfd_open', koffi.errno())
    return undefined
  }
  try {
    return isAlive(process) ? act(fd) : undefined
  } finally {
    closeSync(fd)
  }
}

const ownOomScoreAdj = '/proc/self/oom_score_adj'

/**
 * Gives what `work` starts before it returns a say in whom the kernel ends when memory is short (oom_score_adj of proc(5),
 * -1000 to 1000): new processes inherit it from us. Throws when this process may not lower its own that far.
 */
export function withOomScoreAdj<T>(score: number, work: () => T): T {
  const own = readFileSync(ownOomScoreAdj, 'utf8').trim()
  if (own === String(score)) return work()
  writeFileSync(ownOomScoreAdj, String(score))
  try {
    return work()
  } finally {
    writeFileSync(ownOomScoreAdj, own)
  }
}

/** Sets the same for this very process and what it starts from now on; nothing to do when it is gone. */
export function setOomScoreAdj(process: ProcessIdentity, score: number): void {
  withPidfd(process, () => {
    try {
      writeFileSync(`/proc/${process.pid}/oom_score_adj`, String(score))
    } catch (thrown) {
      // It ended just now.
      if (errnoOf(thrown) !== 'ENOENT' && errnoOf(thrown) !== 'ESRCH') throw thrown
    }
  })
}

function goneOrThrow(call: string, errno: number): false {
  if (describeErrno(errno).code === 'ESRCH') return false
  throw new SystemCallError(call, errno)
}

function readStat(pid: number): { state: string; startTicks: number } | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw thrown
  }
  // The command's name, in parentheses, may hold anything: fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', startTicks: Number(fields[19]) }
}
