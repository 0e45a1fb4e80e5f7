import { constants, existsSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { internal, messageOf } from '../../src/base/errors.js'
import { connectSeqpacket, type SeqpacketConnection } from '../kernel/seqpacket.js'
import { spawnWithFds } from '../kernel/spawn.js'
import { runtimeEnv, type OciRuntime } from './oci-runtime.js'
import { execFailure, failureLogArgs, lastWords, runtimeError } from './runtime-error.js'

/**
 * conmon, the supervisor of one container (github.com/containers/conmon, its `--help` and source are the
 * protocol): it starts the OCI runtime, holds the terminal or the pipes, writes the log, and leaves the
 * exit code in a file. It forks twice, so it outlives us and is reaped by init.
 */
export interface ConmonStart {
  id: string
  name: string
  runtime: OciRuntime
  /** What it runs, for messages. */
  program: string
  /** The bundle folder; `attach`, `ctl`, `winsz`, `pid`, `conmon.pid` and `oom` appear in it. */
  bundle: string
  exitDir: string
  /** Where output is logged; `bytesMax` is where it starts the file anew by itself. */
  log: { path: string; bytesMax?: number } | undefined
  terminal: boolean
  stdin: boolean
  /** Closing the attach connection does not close the container's stdin. */
  leaveStdinOpen: boolean
}

export interface ConmonExecStart {
  containerId: string
  /** What it runs, for messages. */
  program: string
  runtime: OciRuntime
  /** A folder of this exec alone, holding `process.json`. */
  folder: string
  terminal: boolean
  stdin: boolean
}

/** A container as created: its process waits for `OciRuntime.start`. */
export interface Supervised {
  pid: number
  conmonPid: number
}

/** One message on the sync pipe: a process id, a negative number with a message, later an exec's exit code. */
interface SyncMessage {
  data: number
  message?: string
}

interface Spawned {
  messages: AsyncIterable<SyncMessage>
  attached: AsyncIterable<SyncMessage>
  release: () => void
  ended: Promise<unknown>
  /** Waits for the end of the process that we started; empty when that said nothing. */
  saidBeforeItsEnd: () => Promise<string>
}

export class Conmon {
  constructor(
    /** Path of the program. */
    readonly program: string,
    /** A short path for the socket over which a terminal is handed: at most 70 bytes. */
    private readonly socketDir: string,
  ) {}

  /** Creates a container. Rejects with the runtime's own message when it refuses (`runtimeError`). */
  async create(start: ConmonStart): Promise<Supervised> {
    const args = [
      ...commonArgs(start.runtime, start.id, start.bundle, join(start.bundle, 'pid')),
      ...['-u', start.id, '-n', start.name, '--exit-dir', start.exitDir, '-P', join(start.bundle, 'conmon.pid')],
      // The log is for reading; its last lines may be lost when the host loses power.
      '--no-sync-log',
      ...['-l', start.log === undefined ? 'none' : `k8s-file:${start.log.path}`],
      ...(start.log?.bytesMax === undefined ? [] : ['--log-size-max', String(start.log.bytesMax)]),
      ...(start.terminal ? ['-t'] : []),
      ...(start.stdin ? ['-i'] : []),
      ...(start.leaveStdinOpen ? ['--leave-stdin-open'] : []),
    ]
    const { messages, ended, saidBeforeItsEnd } = this.spawn(args, start.bundle)
    const created = await first(messages)
    if (!created) throw internal(`conmon ended before it created container ${start.id}: ${(await saidBeforeItsEnd()) || (await whySilent(start.runtime))}`)
    if (created.data < 0) throw runtimeError(created.message ?? 'no message', start.program)
    const pidFile = join(start.bundle, 'conmon.pid')
    // The process that we started writes it and ends, while the supervisor it forked goes on by itself.
    if (!existsSync(pidFile)) await ended
    return { pid: created.data, conmonPid: Number(readFileSync(pidFile, 'utf8')) }
  }

  /**
   * Runs a process in a running container with a terminal. The exec's `attach` socket and `ctl` are in
   * its folder once this resolves; `begin` lets the process start and throws what the runtime refuses
   * (`execFailure`), `exitCode` resolves at its end. `abandon`, instead of `begin`, ends the supervisor and no process starts.
   */
  async exec(start: ConmonExecStart): Promise<{ begin: () => Promise<{ pid: number }>; abandon: () => Promise<void>; exitCode: Promise<number> }> {
    const args = [
      ...commonArgs(start.runtime, start.containerId, start.folder, join(start.folder, 'pid'), failureLogArgs(start.folder)),
      ...['-u', start.containerId, '-n', start.containerId, '-l', 'none', '--no-sync-log'],
      ...['-e', '--exec-process-spec', join(start.folder, 'process.json'), '--exec-attach'],
      ...(start.terminal ? ['-t'] : []),
      ...(start.stdin ? ['-i'] : []),
    ]
    const spawned = this.spawn(args, start.folder, true)
    // conmon says here that its socket listens, and waits for a byte before it starts the process.
    if (!(await first(spawned.attached))) {
      spawned.release()
      throw internal(`conmon ended before it ran ${start.program} in container ${start.containerId}: ${(await spawned.saidBeforeItsEnd()) || 'it does not say why'}`)
    }
    const pending = spawned.messages[Symbol.asyncIterator]()
    let codeKnown: (code: number) => void = () => undefined
    const exitCode = new Promise<number>((resolve) => (codeKnown = resolve))
    return {
      exitCode,
      abandon: async () => {
        // It waits for the byte as long as the pipe is there, and without this file the runtime starts nothing.
        rmSync(join(start.folder, 'process.json'), { force: true })
        spawned.release()
        while (!(await pending.next()).done);
      },
      begin: async () => {
        spawned.release()
        const started = await pending.next()
        if (started.done || started.value.data < 0) throw execFailure(start.folder, start.program)
        void pending.next().then((ended) => codeKnown(ended.done ? 255 : ended.value.data))
        return { pid: started.value.data }
      },
    }
  }

  private spawn(
    args: string[],
    folder: string,
    attach = false,
  ): Spawned {
    const env: Record<string, string> = { ...runtimeEnv, TMPDIR: this.socketDir, _OCI_SYNCPIPE: '3' }
    if (attach) Object.assign(env, { _OCI_STARTPIPE: '4', _OCI_ATTACHPIPE: '5' })
    try {
      const descriptors = ['ignore', 'ignore', 'output', 'output', ...(attach ? (['input', 'output'] as const) : [])] as const
      // conmon puts `oom` into its working folder when the kernel killed something for want of memory.
      const child = spawnWithFds(this.program, args, { descriptors, env, cwd: folder })
      if (attach) child.writer(4).write('\0')
      // The supervisor that it forks closes it: nothing that lives on holds the pipe.
      let said = ''
      child.reader(2).on('data', (data: Buffer) => (said = `${said}${data.toString('utf8')}`.slice(-saidCharactersMax)))
      return {
        messages: lines(child.reader(3)),
        attached: attach ? lines(child.reader(5)) : none(),
        release: () => void child.writer(4).end('\0'),
        ended: child.ended,
        saidBeforeItsEnd: async () => {
          await child.ended
          return lastWords(said.replaceAll('[conmon:e]: ', ''))
        },
      }
    } catch (thrown) {
      throw internal(`cannot run ${this.program}: ${messageOf(thrown)}`, thrown)
    }
  }
}

/** What is kept of conmon's standard error. */
const saidCharactersMax = 4096

/** How long a runtime may take to tell its version. */
const versionTimeoutMs = 5000

/**
 * What may have kept a runtime from saying why it created nothing. Its supervisor tells nobody that it could not be
 * executed, so that it is tried once more.
 */
async function whySilent(runtime: OciRuntime): Promise<string> {
  const command = `${runtime.program} --version`
  try {
    const child = spawnWithFds(runtime.program, ['--version'], { descriptors: ['ignore', 'ignore', 'output'], env: runtimeEnv })
    let said = ''
    child.reader(2).on('data', (data: Buffer) => (said = `${said}${data.toString('utf8')}`.slice(-saidCharactersMax)))
    AbortSignal.timeout(versionTimeoutMs).addEventListener('abort', () => child.kill('SIGKILL'))
    const { code, signal } = await child.ended
    if (code !== 0) return `${command}: ${signal === null ? `exit code ${String(code)}` : `ended by ${signal}`}${said === '' ? '' : `: ${lastWords(said)}`}`
    return `${runtime.program} ended without a word; the kernel may have ended it (see: dmesg)`
  } catch (thrown) {
    return `cannot run ${runtime.program}: ${messageOf(thrown)}`
  }
}

function commonArgs(runtime: OciRuntime, id: string, folder: string, pidFile: string, more: string[] = []): string[] {
  const runtimeArgs = [...runtime.globalArgs, ...more].flatMap((arg) => ['--runtime-arg', arg])
  return ['--api-version', '1', '-c', id, '-r', runtime.program, ...runtimeArgs, '-b', folder, '-p', pidFile, '--full-attach']
}

/** Output of an attached container or exec, one packet each. */
export interface AttachHandlers {
  output: (stream: 'stdout' | 'stderr', data: Buffer) => void
  closed: () => void
}

/** conmon reads at most this many bytes of stdin from one packet. */
export const attachPacketBytesMax = 8 * 1024

/** Connects to the attach socket in a bundle or exec folder; packets written go to stdin. */
export function attachTo(folder: string, handlers: AttachHandlers): Promise<SeqpacketConnection> {
  return connectSeqpacket(join(folder, 'attach'), {
    packet: (data) => {
      // The first byte says which: 2 for stdout, 3 for stderr.
      if (data.length > 1) handlers.output(data[0] === 3 ? 'stderr' : 'stdout', data.subarray(1))
    },
    closed: () => handlers.closed(),
  })
}

/** Sets the terminal's size. Throws when nobody supervises any more. */
export function resizeTerminal(folder: string, size: { rows: number; columns: number }): Promise<void> {
  return control(folder, `1 ${size.rows} ${size.columns}\n`)
}

/** Makes conmon open its log file again, after the old one was renamed. */
export function reopenLog(folder: string): Promise<void> {
  return control(folder, '2 0 0\n')
}

async function control(folder: string, line: string): Promise<void> {
  const fifo = await open(join(folder, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK)
  try {
    await fifo.write(line)
  } finally {
    await fifo.close()
  }
}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}

async function* lines(stream: Readable): AsyncGenerator<SyncMessage, void, undefined> {
  let rest = ''
  for await (const chunk of stream) {
    rest += (chunk as Buffer).toString('utf8')
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      if (line !== '') yield JSON.parse(line) as SyncMessage
    }
  }
}

async function* none(): AsyncGenerator<SyncMessage, void, undefined> {}
