import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { errnoOf, ErrorKind, messageOf, StatusError } from '../base/errors.js'

/** How a program ended. `code` is null when a signal ended it. */
export interface ExecResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface ExecOptions {
  /** Written to standard input, then closed. */
  input?: string | Uint8Array
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** The program is killed when aborted. */
  signal?: AbortSignal
  /** Output over this is cut off; default 1 MiB a stream. */
  outputBytesMax?: number
}

/** Runs a program to its end; rejects only when it cannot be started. */
export function exec(program: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const outputBytesMax = options.outputBytesMax ?? 1024 * 1024
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(options.signal && { signal: options.signal, killSignal: 'SIGKILL' as const }),
    })
    const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
      const chunks: Buffer[] = []
      let size = 0
      stream?.on('data', (chunk: Buffer) => {
        if (size < outputBytesMax) chunks.push(chunk.subarray(0, outputBytesMax - size))
        size += chunk.length
      })
      return () => Buffer.concat(chunks).toString('utf8')
    }
    const stdout = collect(child.stdout)
    const stderr = collect(child.stderr)
    child.once('error', (cause) => reject(new StatusError(ErrorKind.internal, `cannot run ${program}: ${cause.message}`, { cause })))
    child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }))
    if (options.input !== undefined && child.stdin) {
      // A program may end without reading all its input; its exit code tells the story, not EPIPE.
      child.stdin.on('error', () => undefined)
      child.stdin.end(options.input)
    }
  })
}

/** Runs a program and throws `internal` with its standard error unless it exits with 0. Gives its standard output. */
export async function execOk(program: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
  const result = await exec(program, args, options)
  if (result.code !== 0) {
    const how = result.signal ? `ended by ${result.signal}` : `exit code ${String(result.code)}`
    throw new StatusError(ErrorKind.internal, `${program} ${args.join(' ')}: ${how}: ${result.stderr.trim()}`)
  }
  return result.stdout
}

/** What `filtered` runs: standard input to standard output. */
export interface Filter {
  program: string
  args: readonly string[]
  env: NodeJS.ProcessEnv
}

/** The program is not there. */
export class NoProgramError extends Error {}

/** A program that ended with an error; the message is what it said. */
export class FilterError extends Error {}

/**
 * What a program makes of a stream, piece by piece as both sides keep up. Throws `NoProgramError`, `FilterError`, `internal`
 * when the program is there and cannot be started, and what the source throws. The program ends with the iteration.
 */
export async function* filtered(filter: Filter, source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  const { child, ended } = await startFilter(filter).catch((thrown: unknown) => {
    letGoOf(source)
    throw startFailure(filter.program, thrown)
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-filterErrorCharactersMax)))
  let failure: { thrown: unknown } | undefined
  // A program may end without reading all its input: its exit code tells why, not EPIPE.
  const fed = pipeline(source, child.stdin).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'EPIPE' || (thrown as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return
    failure = { thrown }
    child.kill('SIGKILL')
  })
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) yield piece
    const { code, signal } = await ended
    if (failure) throw failure.thrown
    if (code !== 0) throw new FilterError(said.trim() || `${filter.program} ended with ${signal ?? `exit code ${String(code)}`}`)
  } finally {
    child.kill('SIGKILL')
    child.stdin.destroy()
    await fed
  }
}

const filterErrorCharactersMax = 1000

/**
 * A program whose standard input and output are the two ways of a connection (`ssh`). Ending the connection ends its
 * input, destroying it ends the program. A program that fails destroys the connection with an error that has what it said.
 */
export function programConnection(program: string, args: readonly string[]): Duplex {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const { stdin, stdout, stderr } = child
  let said = ''
  const connection = new Duplex({
    read: () => void stdout.resume(),
    // A program may end without reading all its input: its exit code tells why, not EPIPE.
    write: (chunk: Buffer, _encoding, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
    destroy: (cause, done) => {
      child.kill('SIGTERM')
      done(cause)
    },
  })
  stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-filterErrorCharactersMax)))
  stdout.on('data', (piece: Buffer) => {
    if (!connection.push(piece)) stdout.pause()
  })
  stdin.on('error', () => undefined)
  child.once('error', (cause) => connection.destroy(startFailure(program, cause)))
  child.once('close', (code, signal) => {
    if (code === 0 || connection.destroyed) connection.push(null)
    else connection.destroy(new Error(`${program} ended with ${signal ?? `exit code ${String(code)}`}${said.trim() && `: ${said.trim()}`}`))
  })
  return connection
}

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

/** Rejects with why it could not be started; `ended` resolves when it and its pipes have ended. */
async function startFilter({ program, args, env }: Filter): Promise<{ child: ChildProcessWithoutNullStreams; ended: Promise<Ended> }> {
  // Some failures are thrown here; for others there is a child, maybe without its pipes.
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })))
  await once(child, 'spawn')
  return { child, ended }
}

function startFailure(program: string, cause: unknown): Error {
  const text = `cannot run ${program}: ${messageOf(cause)}`
  return errnoOf(cause) === 'ENOENT' ? new NoProgramError(text, { cause }) : new StatusError(ErrorKind.internal, text, { cause })
}

/** Closes a source of which nothing was read: one that was not begun has nothing that would close it. */
function letGoOf(source: AsyncIterable<Uint8Array>): void {
  const iterator = source[Symbol.asyncIterator]()
  const closed = iterator.next().then(() => iterator.return?.())
  closed.catch(() => undefined)
}
