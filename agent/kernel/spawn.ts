import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { errnoOf } from '../../src/base/errors.js'

/** How a process ended. `code` is null when a signal ended it. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
}

/** What each descriptor of the new process is, by number: nothing, a pipe to us, or a file of ours. */
export type DescriptorUse = 'ignore' | 'pipe' | number

/** A process with pipes on descriptors of our choice. */
export interface SpawnedProcess {
  readonly pid: number
  /** Our end of a descriptor given as `pipe`; throws for others. */
  reader(descriptor: number): Readable
  writer(descriptor: number): Writable
  /** Resolves when the process ended and its output was read; never rejects. */
  readonly ended: Promise<ProcessEnd>
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts a program with given descriptors, for protocols that want more than the standard three.
 * Rejects when it cannot be started (`ENOENT` and the like in `code`).
 */
export function spawnWithFds(
  program: string,
  args: readonly string[],
  options: { descriptors: readonly DescriptorUse[]; env: Record<string, string>; cwd?: string },
): Promise<SpawnedProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [...options.descriptors], env: options.env, cwd: options.cwd })
    child.once('error', reject)
    // A failed start leaves no pid and reports 'error' in the next turn.
    if (child.pid === undefined) return
    const ended = new Promise<ProcessEnd>((end) => child.once('close', (code, signal) => end({ code, signal })))
    resolve({
      pid: child.pid,
      reader: (descriptor) => pipeOf<Readable>(child, descriptor),
      writer: (descriptor) => quietWriter(pipeOf<Writable>(child, descriptor)),
      ended,
      kill: (signal) => void child.kill(signal),
    })
  })
}

function pipeOf<T>(child: ChildProcess, descriptor: number): T {
  const stream = child.stdio[descriptor]
  if (!stream) throw new RangeError(`descriptor ${descriptor} is not a pipe`)
  return stream as unknown as T
}

/** A process may end before it read all its input: its exit code tells the story, not EPIPE. */
function quietWriter(stream: Writable): Writable {
  if (stream.listenerCount('error') === 0) {
    stream.on('error', (cause) => {
      const code = errnoOf(cause)
      if (code !== 'EPIPE' && code !== 'ECONNRESET') stream.destroy()
    })
  }
  return stream
}
