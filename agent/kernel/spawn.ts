import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { errnoOf } from '../../src/base/errors.js'
import { openPipe, posixSpawn, reap, type WaitStatus } from './posix-spawn.js'

/** How a process ended. `code` is null when a signal ended it. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
}

/**
 * What each descriptor of the new process is, by number: `/dev/null`, a pipe that it reads and we write
 * (`input`), or a pipe that it writes and we read (`output`).
 */
export type DescriptorUse = 'ignore' | 'input' | 'output'

/** A process with pipes on descriptors of our choice. */
export interface SpawnedProcess {
  readonly pid: number
  /** Our end of a descriptor given as `output`; throws for others. */
  reader(descriptor: number): Readable
  /** Our end of a descriptor given as `input`; throws for others. */
  writer(descriptor: number): Writable
  /** Resolves when the process ended and its standard output and error were read; never rejects. */
  readonly ended: Promise<ProcessEnd>
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts a program, given by its path, with pipes on given descriptors, for protocols that want more than
 * the standard three. Throws when it cannot be started (`ENOENT` and the like in `code`).
 */
export function spawnWithFds(
  program: string,
  args: readonly string[],
  options: { descriptors: readonly DescriptorUse[]; env: Record<string, string>; cwd?: string },
): SpawnedProcess {
  const ours = new Map<number, number>()
  const theirs: (number | undefined)[] = []
  try {
    for (const [descriptor, use] of options.descriptors.entries()) {
      if (use === 'ignore') {
        theirs.push(undefined)
        continue
      }
      const { readEnd, writeEnd } = openPipe()
      theirs.push(use === 'input' ? readEnd : writeEnd)
      ours.set(descriptor, use === 'input' ? writeEnd : readEnd)
    }
    watchChildren()
    const pid = posixSpawn({ program, args, env: options.env, descriptors: theirs, ...(options.cwd !== undefined && { cwd: options.cwd }) })
    return new Child(pid, ours, options.descriptors)
  } catch (thrown) {
    for (const fd of ours.values()) closeSync(fd)
    throw thrown
  } finally {
    for (const fd of theirs) if (fd !== undefined) closeSync(fd)
  }
}

class Child implements SpawnedProcess {
  readonly ended: Promise<ProcessEnd>
  private readonly streams = new Map<number, Socket>()
  private running = true

  constructor(
    readonly pid: number,
    pipes: ReadonlyMap<number, number>,
    private readonly uses: readonly DescriptorUse[],
  ) {
    for (const [descriptor, fd] of pipes) {
      const writes = uses[descriptor] === 'input'
      const stream = new Socket({ fd, readable: !writes, writable: writes })
      // A process may end before it read all its input: its exit code tells the story, not EPIPE.
      stream.on('error', () => undefined)
      this.streams.set(descriptor, stream)
    }
    const exit = new Promise<WaitStatus>((resolve) => children.set(pid, resolve))
    this.ended = exit.then((status) => this.finish(status))
    // It may have ended before the entry was made.
    reapChildren()
  }

  reader(descriptor: number): Readable {
    return this.stream(descriptor, 'output')
  }

  writer(descriptor: number): Writable {
    return this.stream(descriptor, 'input')
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.running) return
    try {
      process.kill(this.pid, signal)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ESRCH') throw thrown
    }
  }

  private async finish(status: WaitStatus): Promise<ProcessEnd> {
    this.running = false
    // Further descriptors are for talking with what the process left behind.
    const standard = [...this.streams].filter(([descriptor]) => descriptor <= 2)
    await Promise.all(standard.map(([descriptor, stream]) => closed(stream, this.uses[descriptor] === 'input')))
    if ('exitCode' in status) return { code: status.exitCode, signal: null }
    return { code: null, signal: signalName(status.signal) }
  }

  private stream(descriptor: number, use: DescriptorUse): Socket {
    const stream = this.streams.get(descriptor)
    if (!stream || this.uses[descriptor] !== use) throw new RangeError(`descriptor ${descriptor} is not an ${use} pipe`)
    return stream
  }
}

/** The children that were started here and have not ended, with those who wait for their ends. */
const children = new Map<number, (status: WaitStatus) => void>()
let watching = false

/** Node.js reaps only the processes that it started itself; it passes the signal on to listeners. */
function watchChildren(): void {
  if (watching) return
  watching = true
  process.on('SIGCHLD', reapChildren)
}

function reapChildren(): void {
  for (const [pid, resolve] of children) {
    const status = reap(pid)
    if (status === undefined) continue
    children.delete(pid)
    resolve(status)
  }
}

/** Resolves when our end of a pipe is closed, after the process has ended. */
function closed(stream: Socket, writes: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) {
      resolve()
      return
    }
    stream.once('close', () => resolve())
    if (writes) stream.destroy()
    // What nobody reads is thrown away, for its end would never come.
    else if (stream.readableFlowing === null && stream.listenerCount('readable') === 0) stream.resume()
  })
}

function signalName(number: number): NodeJS.Signals {
  const entry = Object.entries(constants.signals).find(([, value]) => value === number)
  return (entry?.[0] ?? 'SIGKILL') as NodeJS.Signals
}
