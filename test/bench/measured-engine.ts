import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { environment, type LabHost } from '../lab/lab-host.js'
import { processesOf } from '../lab/belongings.js'

/** An engine that is measured: a daemon on a machine of the lab, driven by the real docker client. */
export interface MeasuredEngine {
  readonly name: 'skep' | 'docker' | 'buildah' | 'podman'
  readonly host: LabHost
  /** The networks that its containers can be on; all when left out. */
  readonly networks?: readonly string[]
  /** Starts the daemon on what it has on disk, and waits until it answers. */
  start(): Promise<void>
  /** Ends the daemon in an orderly way. */
  stop(): Promise<void>
  /** The processes that make up the daemon. */
  daemonPids(): number[]
  /** Whether a process, by its command line, looks after one container. */
  isSupervisor(command: string): boolean
  /** The longest stall of the daemon's event loop since the last call, where it has one. */
  loopStall?(): Promise<LoopStall>
  /** Does what the docker client would be asked for, of an engine that it cannot drive. */
  timed?(args: readonly string[]): Promise<Timed>
}

/** How long a command took, and what it said. */
export interface Timed {
  tookMs: number
  stdout: string
}

export interface LoopStall {
  /** The longest by the clock. */
  wallMs: number
  /** How long the thread ran in that one: the rest is waiting, on a busy machine mostly for a processor. */
  wallRanMs: number
  /** Without the time in which the thread waited for a processor that others had. */
  ownMs: number
  /** The longest that the thread ran between two looks at its events: without what it waited for, as a disk or helpers of its garbage collection. */
  ranMs: number
}

/** Runs the docker client against an engine; gives how long it took, in milliseconds, and its output. */
export function timedDocker(engine: MeasuredEngine, args: readonly string[], env: Record<string, string> = {}): Promise<Timed> {
  if (engine.timed) return engine.timed(args)
  return new Promise((resolve, reject) => {
    const words = ['-H', `unix://${engine.host.socketPath}`, ...args]
    const startMs = performance.now()
    const child = spawn('docker', words, { env: { ...environment(engine.host.folder), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const texts = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (chunk: string) => (texts[name] += chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      const tookMs = performance.now() - startMs
      if (code === 0) resolve({ tookMs, stdout: texts.stdout.trim() })
      else reject(new Error(`${engine.name}: docker ${args.join(' ')}: exit code ${String(code)}\n${texts.stdout}${texts.stderr}`))
    })
  })
}

/**
 * Memory of a process: all that is resident, its share of what is resident, and what is its own (no page of a file). The
 * share of files gets smaller with every process that runs the same program, as another Node.js beside skepd.
 */
export interface Memory {
  residentMb: number
  proportionalMb: number
  anonymousMb: number
}

/** Sums up the memory of processes (VmRSS, and Pss of smaps_rollup: proc(5)). Those that end meanwhile count as nothing. */
export function memoryOf(pids: readonly number[]): Memory {
  const sum: Memory = { residentMb: 0, proportionalMb: 0, anonymousMb: 0 }
  for (const pid of pids) {
    try {
      sum.residentMb += kilobytes(`/proc/${pid}/status`, 'VmRSS') / 1e3
      sum.proportionalMb += kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss') / 1e3
      sum.anonymousMb += kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss_Anon') / 1e3
    } catch {
      continue
    }
  }
  return sum
}

/** From here on `peakMemory` counts anew (clear_refs of proc(5)). */
export function beginPeak(pids: readonly number[]): void {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** The most that was resident of each of these processes, summed up, in MB. */
export function peakMemory(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + kilobytes(`/proc/${pid}/status`, 'VmHWM') / 1e3, 0)
}

/** USER_HZ, 100 on every Linux: the unit of CPU times in /proc/PID/stat. */
const msPerTick = 10

/** User and system time of processes so far, in milliseconds: fields 14 and 15 of proc(5)'s stat, counted from behind the name in brackets. */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11]) + Number(fields[12])) * msPerTick
  }, 0)
}

function kilobytes(path: string, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))
  // The kernel's kB are of 1024 bytes.
  return (Number(match?.[1] ?? 0) * 1024) / 1000
}

/** The processes that look after the containers of an engine, one each. */
export function supervisorPids(engine: MeasuredEngine): number[] {
  return processesOf(engine.host.folder).filter(({ command }) => engine.isSupervisor(command)).map(({ pid }) => pid)
}

/** `GET` that must succeed, parsed. */
export async function getJson<T>(engine: MeasuredEngine, path: string): Promise<T> {
  const { status, body } = await engine.host.api('GET', path)
  if (status !== 200) throw new Error(`${engine.name}: GET ${path}: ${status} ${body}`)
  return JSON.parse(body) as T
}
