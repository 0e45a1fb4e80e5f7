import { flagHelp } from '../base/flag-help.js'
import { parseFlags, UsageError } from '../base/flags.js'
import { commandList, commandNamed, flagSuggestion, nounHelp, type Noun, type Verb } from './command.js'
import type { Context, OutputStream } from './context.js'
import { globalFlags, type GlobalFlagValues } from './contexts/endpoint.js'
import { errorText } from './error-text.js'
import { ExitError } from './exit-error.js'
import { commandNotDone } from './not-done.js'
import { suggestion } from './suggest.js'

/** A group of commands of the first help page. */
export interface Section {
  title: string
  commands: readonly (Verb | Noun)[]
}

export interface Program {
  sections: readonly Section[]
  version: string
  commit: string
}

/** The streams that are there before a context is. */
export interface ProgramStreams {
  stdout: OutputStream
  stderr: OutputStream
}

/**
 * Runs one command line and gives its exit code: 125 for words that do not fit, 1 for a failure, 128 and
 * the signal's number when a signal ends it, or what the command says.
 */
export async function runProgram(
  program: Program,
  words: readonly string[],
  streams: ProgramStreams,
  contextOf: (flags: GlobalFlagValues) => Context,
): Promise<number> {
  const { stdout, stderr } = streams
  let globals
  try {
    globals = parseFlags(globalFlags, words, false)
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    stderr.write(`${thrown.message}\n${flagSuggestion(thrown, globalFlags)}\nUsage:  skep [OPTIONS] COMMAND [ARG...]\n\nRun 'skep --help' for more information\n`)
    return 125
  }
  const { values: flags, args, help } = globals
  if (flags.version) {
    stdout.write(`skep version ${program.version}, build ${program.commit}\n`)
    return 0
  }
  const [first, ...rest] = args
  const commands = program.sections.flatMap((section) => section.commands)
  if (first === undefined || help || first === 'help') {
    return first === 'help' && rest.length > 0 ? runProgram(program, [...rest, '--help'], streams, contextOf) : printRootHelp(program, stdout)
  }
  const command = commandNamed(commands, first)
  if (!command) {
    stderr.write(`skep: unknown command: skep ${first}\n${hint(first, commands, 'skep ')}\nRun 'skep --help' for more information\n`)
    return 1
  }
  try {
    return await runCommand(command, rest, `skep ${command.name}`, contextOf(flags))
  } catch (thrown) {
    if (thrown instanceof ExitError) {
      if (thrown.message !== '') stderr.write(`${thrown.message}\n`)
      return thrown.code
    }
    stderr.write(`${errorText(thrown)}\n`)
    if (flags.debug && thrown instanceof Error) stderr.write(`${thrown.stack ?? ''}\n`)
    return 1
  }
}

function runCommand(command: Verb | Noun, words: readonly string[], path: string, context: Context): Promise<number> {
  if (command.kind === 'verb') return command.invoke(context, words, path)
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.stdout.write(nounHelp(path, command))
    return Promise.resolve(0)
  }
  const next = commandNamed(command.commands, name)
  if (next) return runCommand(next, rest, `${path} ${next.name}`, context)
  const why = name.startsWith('-')
    ? `unknown ${name.startsWith('--') ? 'flag' : 'shorthand flag'}: ${name}\n`
    : `skep: unknown command: ${path} ${name}\n${hint(name, command.commands, `${path} `)}`
  context.stderr.write(`${why}\nUsage:  ${path}\n\nRun '${path} --help' for more information\n`)
  return Promise.resolve(name.startsWith('-') ? 125 : 1)
}

/** Why docker's command is not here, or what an unknown one was meant to be. */
function hint(name: string, commands: readonly (Verb | Noun)[], prefix: string): string {
  const words = `${prefix}${name}`
  const reason = commandNotDone(words.slice('skep '.length))
  return reason === undefined ? suggestion(name, namesOf(commands), prefix) : `\n'${words}' is not done: ${reason}\n`
}

/** The names that help pages show. */
function namesOf(commands: readonly (Verb | Noun)[]): string[] {
  return commands.filter(({ hidden }) => !hidden).flatMap(({ name, aliases }) => [name, ...aliases])
}

function printRootHelp({ sections }: Program, stdout: OutputStream): number {
  const width = Math.max(...sections.flatMap(({ commands }) => commands.map(({ name }) => name.length)))
  const lists = sections.map(({ title, commands }) => `${title}:\n${commandList(commands, width, title === 'Common Commands')}\n`)
  stdout.write(
    `Usage:  skep [OPTIONS] COMMAND\n\nContainers on one host, services on a cluster\n\n${lists.join('')}Global Options:\n${flagHelp(globalFlags)}\nRun 'skep COMMAND --help' for more information on a command.\n`,
  )
  return 0
}
