import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { delay, withTimeout, type Clock } from '../../../src/base/clock.js'
import { messageOf, StatusError } from '../../../src/base/errors.js'
import { identify, isAlive, sendSignal, type ProcessIdentity } from '../../kernel/process.js'
import { SystemCallError } from '../../kernel/ffi.js'
import { widenUdpBuffers } from '../../kernel/process-sockets.js'
import { spawnWithFds, type SpawnedProcess } from '../../kernel/spawn.js'
import type { HostKernel } from '../host-kernel.js'
import { UapiConnection } from './uapi-connection.js'

/**
 * wireguard-go, WireGuard as a program (package `wireguard-go`): one process for an interface. It ends when
 * its socket's file is removed, and is told its configuration through that socket. It outlives the daemon.
 */

/** Where it puts its sockets; the name is the interface's. */
const socketFolder = '/var/run/wireguard'
const startMs = 10_000
const endMs = 3_000
const pollMs = 10
const socketsMs = 1_000
const socketBufferBytes = 4 * 1024 * 1024
const killSignal = 9

export const socketPathOf = (name: string): string => join(socketFolder, `${name}.sock`)

export interface UserspaceGiven {
  kernel: HostKernel
  clock: Clock
  /** A folder that is empty after a reboot: process ids are kept here. */
  folder: string
  /** The program's path; undefined when it is not installed. */
  program: () => Promise<string | undefined>
}

/** The connection to the process that an earlier daemon left for this interface; undefined when none answers. */
export async function findUserspace(name: string, clock: Clock): Promise<UapiConnection | undefined> {
  if (!existsSync(socketPathOf(name))) return undefined
  return UapiConnection.open(socketPathOf(name), clock).catch(() => undefined)
}

/**
 * Starts the program: the interface is in the host's namespace then, down and without configuration. Rejects
 * with `unsupported` and the reason when it cannot work on this host.
 */
export async function startUserspace(name: string, given: UserspaceGiven): Promise<UapiConnection> {
  const program = await given.program()
  if (program === undefined) {
    throw unsupported('neither the kernel has WireGuard nor is the program wireguard-go installed: install the package wireguard-go, or load the kernel module wireguard')
  }
  checkTun()
  // Its messages would have to be read for as long as it runs: it is asked to be quiet, and asked again why when it fails.
  const child = spawn(program, name, given, 'silent')
  const process = identify(child.pid)
  if (process) writeFileSync(processFile(given.folder, name), JSON.stringify(process), { mode: 0o600 })
  let ended = false
  void child.ended.then(() => (ended = true))
  const deadline = given.clock.monotonicMs() + startMs
  while (!ended && given.clock.monotonicMs() < deadline) {
    const connection = await findUserspace(name, given.clock)
    if (connection) return connection
    await delay(given.clock, pollMs)
  }
  child.kill('SIGKILL')
  throw unsupported(`${program} does not work on this host: ${ended ? await complaint(program, name, given) : 'it does not answer'}`)
}

/**
 * Gives the program's sockets room for the bursts in which large packets of containers come; it asks for none itself, and
 * would lose one packet in ten. They are open a little after the interface is up. Packets flow without
 * that too: a kernel that refuses is no reason to go without encryption.
 */
export async function widenSockets(name: string, port: number, { clock, folder }: Pick<UserspaceGiven, 'clock' | 'folder'>): Promise<void> {
  const process = readProcess(processFile(folder, name))
  const deadline = clock.monotonicMs() + socketsMs
  try {
    while (process && isAlive(process) && widenUdpBuffers(process, port, socketBufferBytes) === 0 && clock.monotonicMs() < deadline) await delay(clock, pollMs)
  } catch (thrown) {
    if (!(thrown instanceof SystemCallError)) throw thrown
  }
}

/** Ends the process of an interface; the interface goes with it. None is fine. */
export async function endUserspace(name: string, given: Pick<UserspaceGiven, 'clock' | 'folder'>): Promise<void> {
  const connection = await findUserspace(name, given.clock)
  rmSync(socketPathOf(name), { force: true })
  if (connection) await withTimeout(given.clock, endMs, connection.closed, () => new Error('late')).catch(() => undefined)
  connection?.close()
  const process = readProcess(processFile(given.folder, name))
  if (process && isAlive(process)) sendSignal(process, killSignal)
  rmSync(processFile(given.folder, name), { force: true })
}

function spawn(program: string, name: string, { kernel }: UserspaceGiven, level: 'silent' | 'error'): SpawnedProcess {
  // A new process is in the namespace of the thread that starts it: its encrypted packets leave from there.
  const output = level === 'error' ? ('output' as const) : ('ignore' as const)
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LOG_LEVEL: level }
  return kernel.run(() => spawnWithFds(program, ['-f', name], { descriptors: ['ignore', output, output], env, cwd: '/' }))
}

/** What the program says when it is started once more. */
async function complaint(program: string, name: string, given: UserspaceGiven): Promise<string> {
  const child = spawn(program, name, given, 'error')
  const texts = ['', '']
  for (const [i, descriptor] of [1, 2].entries()) {
    child.reader(descriptor).on('data', (chunk: Buffer) => (texts[i] = `${texts[i] ?? ''}${chunk.toString('utf8')}`.slice(0, 16_384)))
  }
  const { clock } = given
  await withTimeout(clock, endMs, child.ended, () => new Error('late')).catch(() => child.kill('SIGKILL'))
  // Its greeting is drawn in a box.
  const lines = texts.join('\n').split('\n').filter((line) => line.trim() !== '' && !/[─-╿]/.test(line))
  return (lines.at(-1) ?? 'it ends at once').replace(/^ERROR: \([^)]*\) [\d/]+ [\d:]+ /, '')
}

function checkTun(): void {
  try {
    closeSync(openSync('/dev/net/tun', 'r+'))
  } catch (thrown) {
    throw unsupported(`/dev/net/tun cannot be opened (${messageOf(thrown)}): load the kernel module tun`)
  }
}

const processFile = (folder: string, name: string): string => join(folder, `${name}.process`)

function readProcess(path: string): ProcessIdentity | undefined {
  try {
    const { pid, startTicks } = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessIdentity>
    return typeof pid === 'number' && pid > 1 && typeof startTicks === 'number' ? { pid, startTicks } : undefined
  } catch {
    return undefined
  }
}

function unsupported(message: string): StatusError {
  return new StatusError('unsupported', message)
}
