import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ErrorKind, StatusError } from '../../src/base/errors.js'

/** What the OCI runtime refused, with the exit code that clients expect of such a container. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  constructor(
    message: string,
    /** As a shell has it: 127 for a program that is not there, 126 for one that cannot be run, 128 otherwise. */
    readonly exitCode: number,
  ) {
    super(message)
  }
}

/** What Docker says first, by what was asked of the runtime, and the exit code of what has none of its own. */
const occasions = {
  create: { prefix: 'failed to create task for container: failed to create shim task: OCI runtime create failed: unable to start container process', exitCode: 128 },
  exec: { prefix: 'OCI runtime exec failed: exec failed: unable to start container process', exitCode: 126 },
}

/**
 * The error for a message of crun or runc. Missing and unrunnable programs get Docker's wording, which
 * scripts look for.
 */
export function runtimeError(message: string, program?: string, occasion: keyof typeof occasions = 'create'): RuntimeError {
  const { prefix, exitCode } = occasions[occasion]
  const text = message.replace(/^Error: |^exec failed: /, '').replace(/^unable to start container process: /, '').trim()
  // The runtime's own message names the program only when it looked for it.
  const named = /executable file [`'"]([^`'"]*)[`'"] not found/.exec(text)?.[1] ?? /exec: "([^"]*)"/.exec(text)?.[1] ?? program
  const subject = `exec: ${JSON.stringify(named ?? '')}`
  if (/not found in \$PATH/i.test(text) && !named?.includes('/')) {
    return new RuntimeError(`${prefix}: ${subject}: executable file not found in $PATH: unknown`, 127)
  }
  if (/No such file or directory|not found/i.test(text) && /exec|stat/i.test(text) && named?.includes('/')) {
    return new RuntimeError(`${prefix}: ${subject}: stat ${named}: no such file or directory: unknown`, 127)
  }
  // crun says so of folders too.
  if (/permission denied|open executable: Operation not permitted/i.test(text) && /exec|open executable/i.test(text)) {
    return new RuntimeError(`${prefix}: ${subject}: permission denied: unknown`, 126)
  }
  if (/is a directory/i.test(text)) return new RuntimeError(`${prefix}: ${subject}: is a directory: unknown`, 126)
  const folder = /^chdir `([^`]*)`: No such file or directory/.exec(text)?.[1]
  const told = folder === undefined ? text : `chdir to cwd (${JSON.stringify(folder)}) set in config.json failed: no such file or directory`
  return new RuntimeError(`${prefix}: ${told}: unknown`, /no such file or directory/i.test(told) ? 127 : exitCode)
}

/** The same as an answer to a caller, whose mistake a program is that cannot be run. What is no `RuntimeError` stays as it is. */
export function toStatusError(thrown: unknown): unknown {
  if (!(thrown instanceof RuntimeError)) return thrown
  const kind = thrown.exitCode === 126 || thrown.exitCode === 127 ? ErrorKind.invalid : ErrorKind.internal
  return new StatusError(kind, thrown.message, { cause: thrown })
}

/** What comes before the command on an OCI runtime's command line for what is wrong to be kept in a folder too. */
export function failureLogArgs(folder: string): string[] {
  return ['--log', join(folder, failureLog), '--log-format', 'json']
}

/**
 * Why a runtime that was given `failureLogArgs(folder)` did not start a program in a container; `said` is its standard
 * error, for a runtime that came to no log. On a terminal that cannot be had: it may be the terminal.
 */
export function execFailure(folder: string, program?: string, said = ''): RuntimeError {
  return runtimeError(readFailure(join(folder, failureLog)) ?? (lastWords(said) || 'the runtime does not say why'), program, 'exec')
}

const wordsCharactersMax = 500

/** The end of what a program said, in one line that is short enough for a message. */
export function lastWords(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > wordsCharactersMax ? `…${line.slice(-wordsCharactersMax)}` : line
}

const failureLog = 'runtime.log'

/** The last message of a log of lines `{"level":"error","msg":"…"}`. */
function readFailure(path: string): string | undefined {
  try {
    const line = readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? ''
    return (JSON.parse(line) as { msg?: string }).msg
  } catch {
    return undefined
  }
}
