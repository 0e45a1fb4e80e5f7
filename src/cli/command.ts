import type { Context } from './context.js'
import { flagHelp } from '../base/flag-help.js'
import { parseFlags, UsageError, type FlagTable, type FlagValues } from '../base/flags.js'
import { flagNotDone } from './not-done.js'
import { suggestion } from './suggest.js'

/** What a verb is handed. */
export interface Invocation<T extends FlagTable> {
  context: Context
  args: string[]
  flags: FlagValues<T>
  given: ReadonlySet<string>
}

/** One verb: `skep service create`. */
export interface Verb {
  readonly kind: 'verb'
  readonly name: string
  readonly aliases: readonly string[]
  /** Its name without the noun: `ps` of `container ls`. */
  readonly topLevel: string | undefined
  /** Every way to write it, for the help page: `container ls`, `container list`, `ps`. */
  readonly spellings: readonly string[]
  readonly summary: string
  /** More of it, for its help page. */
  readonly details: string | undefined
  /** The words after the flags in the usage line: `IMAGE [COMMAND] [ARG...]`. */
  readonly usage: string
  readonly minArgs: number
  readonly maxArgs: number
  readonly flags: FlagTable
  /** False: everything after the first argument belongs to the program that is run. */
  readonly interspersed: boolean
  readonly hidden: boolean
  invoke(context: Context, words: readonly string[], path: string): Promise<number>
}

/** A noun with its verbs: `skep service`. */
export interface Noun {
  readonly kind: 'noun'
  readonly name: string
  readonly summary: string
  readonly aliases: readonly string[]
  readonly commands: readonly (Verb | Noun)[]
  readonly hidden: boolean
}

export interface VerbOptions<T extends FlagTable> {
  name: string
  aliases?: readonly string[]
  /** Its name without the noun, when it has one: `ps` of `container ls`. */
  topLevel?: string
  summary: string
  details?: string
  usage?: string
  minArgs?: number
  maxArgs?: number
  flags: T
  interspersed?: boolean
  hidden?: boolean
  /** The exit code, 0 when nothing is returned. */
  run(invocation: Invocation<T>): Promise<number | void>
}

/** Declares a verb. */
export function verb<const T extends FlagTable>(options: VerbOptions<T>): Verb {
  const spec = {
    kind: 'verb' as const,
    name: options.name,
    aliases: options.aliases ?? [],
    topLevel: options.topLevel,
    spellings: [],
    summary: options.summary,
    details: options.details,
    usage: options.usage ?? '',
    minArgs: options.minArgs ?? 0,
    maxArgs: options.maxArgs ?? options.minArgs ?? 0,
    flags: options.flags,
    interspersed: options.interspersed ?? true,
    hidden: options.hidden ?? false,
  }
  return {
    ...spec,
    async invoke(context, words, path) {
      let parsed
      try {
        parsed = parseFlags(options.flags, words, spec.interspersed)
      } catch (thrown) {
        if (!(thrown instanceof UsageError)) throw thrown
        return refuseFlags(context, path, spec, thrown)
      }
      if (parsed.help) {
        context.stdout.write(verbHelp(path, this))
        return 0
      }
      const wrong = wrongArgs(path, spec, parsed.args.length)
      if (wrong) {
        const hint = spec.minArgs !== spec.maxArgs && parsed.args.length < spec.minArgs && spec.maxArgs === Infinity ? 'See' : 'Run'
        context.stderr.write(`skep: ${wrong}\n\n${usageLine(path, spec)}\n\n${hint} '${path} --help' for more information\n`)
        return 1
      }
      try {
        return (await options.run({ context, args: parsed.args, flags: parsed.values, given: parsed.given })) ?? 0
      } catch (thrown) {
        // Options that take apart their values themselves (`--filter`) refuse them as flags do.
        if (!(thrown instanceof UsageError)) throw thrown
        return refuseFlags(context, path, spec, thrown)
      }
    },
  }
}

function refuseFlags(context: Context, path: string, spec: Pick<Verb, 'usage' | 'flags'>, why: UsageError): number {
  context.stderr.write(`${why.message}\n${flagSuggestion(why, spec.flags, path.replace(/^skep /, ''))}\n${usageLine(path, spec)}\n\nRun '${path} --help' for more information\n`)
  return 125
}

/** Why docker's flag is not here, or what an unknown one was meant to be, where one is close to it. */
export function flagSuggestion({ message }: UsageError, flags: FlagTable, command = ''): string {
  const unknown = /^unknown flag: --(.+)$/.exec(message)?.[1]
  const reason = unknown === undefined ? undefined : flagNotDone(unknown, command)
  if (reason !== undefined) return `\n--${unknown} is not done: ${reason}\n`
  const shown = Object.entries(flags).flatMap(([name, { hidden }]) => (hidden ? [] : [name]))
  return unknown === undefined ? '' : suggestion(unknown, shown, '--')
}

/** Declares a noun. */
export function noun(name: string, summary: string, commands: readonly (Verb | Noun)[], aliases: readonly string[] = []): Noun {
  const own = commands.map((command) => {
    if (command.kind === 'noun') return command
    const { topLevel } = command
    const below = [command.name, ...command.aliases].map((word) => `${name} ${word}`)
    return { ...command, spellings: topLevel === undefined ? below : [...below, topLevel] }
  })
  return { kind: 'noun', name, summary, aliases, commands: own, hidden: false }
}

/** A noun's verbs that are also commands without the noun (`skep ps`), under that name. */
export function topLevelVerbs(nouns: readonly Noun[]): Verb[] {
  return nouns.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.kind === 'verb' && command.topLevel !== undefined ? [{ ...command, name: command.topLevel, aliases: [] }] : [])),
  )
}

/** The command of that name or alias. */
export function commandNamed<C extends Verb | Noun>(commands: readonly C[], name: string): C | undefined {
  return commands.find((command) => command.name === name || command.aliases.includes(name))
}

function wrongArgs(path: string, { minArgs, maxArgs }: Pick<Verb, 'minArgs' | 'maxArgs'>, count: number): string | undefined {
  const plural = (n: number): string => `${n} argument${n === 1 ? '' : 's'}`
  if (count >= minArgs && count <= maxArgs) return undefined
  if (maxArgs === 0) return `'${path}' accepts no arguments`
  if (minArgs === maxArgs) return `'${path}' requires ${plural(minArgs)}`
  if (maxArgs === Infinity) return `'${path}' requires at least ${plural(minArgs)}`
  if (minArgs === 0) return `'${path}' requires at most ${plural(maxArgs)}`
  return `'${path}' requires at least ${minArgs} and at most ${plural(maxArgs)}`
}

function usageLine(path: string, spec: Pick<Verb, 'usage' | 'flags'>): string {
  const options = Object.values(spec.flags).some((one) => !one.hidden) ? ' [OPTIONS]' : ''
  return `Usage:  ${path}${options}${spec.usage === '' ? '' : ` ${spec.usage}`}`
}

function verbHelp(path: string, spec: Omit<Verb, 'invoke'>): string {
  let out = `${usageLine(path, spec)}\n\n${spec.summary}\n${spec.details === undefined ? '' : `\n${spec.details}\n`}`
  const [program = ''] = path.split(' ', 1)
  if (spec.spellings.length > 1) out += `\nAliases:\n  ${spec.spellings.map((words) => `${program} ${words}`).join(', ')}\n`
  const options = flagHelp(spec.flags)
  return options === '' ? out : `${out}\nOptions:\n${options}`
}

/** The help page of a noun. */
export function nounHelp(path: string, spec: Noun): string {
  return `Usage:  ${path} COMMAND\n\n${spec.summary}\n\nCommands:\n${commandList(spec.commands)}\nRun '${path} COMMAND --help' for more information on a command.\n`
}

/** The aligned list of commands, by name unless they are `ordered` already. */
export function commandList(commands: readonly (Verb | Noun)[], width = 0, ordered = false): string {
  const shown = commands.filter((command) => !command.hidden)
  const column = Math.max(width, ...shown.map(({ name }) => name.length)) + 2
  return (ordered ? shown : [...shown].sort((a, b) => (a.name < b.name ? -1 : 1)))
    .map(({ name, summary }) => `  ${name.padEnd(column)}${summary}\n`)
    .join('')
}
