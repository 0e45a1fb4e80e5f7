import { spawn } from 'node:child_process'
import { ErrorKind, StatusError } from '../base/errors.js'

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
