import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { deleteNetns } from '../../agent/kernel/netns.js'
import { eventually } from '../support/eventually.js'

/** What is found on the machine that belongs to a lab, by the folder that all its paths lie in. */

export interface LabProcess {
  pid: number
  command: string
}

/** Processes whose arguments, working folder or root lie in the folder, or that live in one of its network namespaces. */
export function processesOf(folder: string): LabProcess[] {
  const namespaces = new Set(netnsFilesOf(folder).map(inodeOf))
  const found: LabProcess[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      // Kernel threads and processes that have ended already have no command line.
      if (command === '') continue
      const within = [command, readlinkSync(`/proc/${pid}/cwd`), readlinkSync(`/proc/${pid}/root`)].some((text) => text.includes(`${folder}/`))
      if (within || namespaces.has(statSync(`/proc/${pid}/ns/net`).ino)) found.push({ pid, command })
    } catch {
      // It ended while it was looked at.
    }
  }
  return found
}

/** Whether a daemon runs on this machine that does not lie below the folder. */
export function anotherDaemonRuns(folder: string): boolean {
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
      return /skepd\0/.test(command) && !command.includes(`${folder}/`)
    } catch {
      return false
    }
  })
}

/** Mount points below the folder, the deepest first: the order to unmount them in. */
export function mountsOf(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))))
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse()
}

/** Files below the folder that keep a network namespace. */
export function netnsFilesOf(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' - nsfs ') && (line.split(' ')[3] ?? '').startsWith('net:'))
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
}

/** cgroup folders with this name at the top of any hierarchy, of either version. */
export function cgroupsOf(name: string): string[] {
  const top = '/sys/fs/cgroup'
  const candidates = [join(top, name), ...readdirSync(top).map((controller) => join(top, controller, name))]
  // Hierarchies of several controllers have links by each one's name.
  return [...new Set(candidates.filter((path) => existsSync(path)).map((path) => realpathSync(path)))]
}

/** All cgroup folders below, deepest first. */
export function cgroupsBelow(path: string): string[] {
  return foldersIn(path).flatMap((name) => [...cgroupsBelow(join(path, name)), join(path, name)])
}

/** None when the folder is gone by now. */
function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch {
    return []
  }
}

/** Kills these processes and those of the cgroups, and waits until they are gone. */
export async function killAll(folder: string, cgroupName: string): Promise<void> {
  await eventually('the processes of the lab end', () => {
    const inCgroups = cgroupsOf(cgroupName).flatMap((path) => [...cgroupsBelow(path), path]).flatMap(membersOf)
    const pids = new Set([...processesOf(folder).map((one) => one.pid), ...inCgroups])
    for (const pid of pids) signal(pid, 'SIGKILL')
    return pids.size === 0
  })
}

/** Unmounts, deletes namespaces, cgroups and files; processes must be gone. */
export async function removeAll(folder: string, cgroupName: string): Promise<void> {
  for (const path of netnsFilesOf(folder)) deleteNetns(path)
  for (const path of mountsOf(folder)) spawnSync('umount', ['-l', path])
  await eventually('the cgroups of the lab are empty', () => {
    for (const path of cgroupsOf(cgroupName)) for (const one of [...cgroupsBelow(path), path]) removeCgroup(one)
    return cgroupsOf(cgroupName).length === 0
  })
  rmSync(folder, { recursive: true, force: true })
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended already.
  }
}

function membersOf(cgroup: string): number[] {
  try {
    return readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter((line) => line !== '').map(Number)
  } catch {
    return []
  }
}

function removeCgroup(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Its processes are still ending: it is tried again.
  }
}

function inodeOf(path: string): number {
  try {
    return statSync(path).ino
  } catch {
    return -1
  }
}

/** Whether a process with this id runs that was started at this time (field 22 of /proc/<pid>/stat). */
export function isAlive(pid: number, startTicks: string): boolean {
  return startTicksOf(pid) === startTicks
}

export function startTicksOf(pid: number): string | undefined {
  try {
    // The second field, the name, may hold spaces and parentheses: count from behind the last one.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}

/** The repository's root: where `dist` is. */
export const repositoryRoot = dirname(dirname(import.meta.dirname))

/** Where the programs are that labs run: `dist`, or another folder that they were built to. */
export const programsFolder = process.env['SKEP_DIST'] ?? join(repositoryRoot, 'dist')
