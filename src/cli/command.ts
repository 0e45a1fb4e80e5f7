import type { Context } from './context.js'
import { flagHelp } from '../base/flag-help.js'
import { parseFlags, UsageError, type FlagTable, type FlagValues } from '../base/flags.js'

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
  readonly summary: string
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
  summary: string
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
    summary: options.summary,
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
        context.stderr.write(`${thrown.message}\n\n${usageLine(path, spec)}\n\nRun '${path} --help' for more information\n`)
        return 125
      }
      if (parsed.help) {
        context.stdout.write(verbHelp(path, spec))
        return 0
      }
      const wrong = wrongArgs(path, spec, parsed.args.length)
      if (wrong) {
        context.stderr.write(`${wrong}\nSee '${path} --help'.\n\n${usageLine(path, spec)}\n\n${spec.summary}\n`)
        return 1
      }
      return (await options.run({ context, args: parsed.args, flags: parsed.values, given: parsed.given })) ?? 0
    },
  }
}

/** Declares a noun. */
export function noun(name: string, summary: string, commands: readonly (Verb | Noun)[], aliases: readonly string[] = []): Noun {
  return { kind: 'noun', name, summary, aliases, commands, hidden: false }
}

/** The same verb under another name, for shorthands such as `skep ps`. */
export function alias(target: Verb, name: string): Verb {
  return { ...target, name, aliases: [], invoke: (context, words, path) => target.invoke(context, words, path) }
}

function wrongArgs(path: string, spec: Pick<Verb, 'minArgs' | 'maxArgs'>, count: number): string | undefined {
  const plural = (n: number): string => `${n} argument${n === 1 ? '' : 's'}`
  if (spec.maxArgs === 0 && count > 0) return `"${path}" accepts no arguments.`
  if (spec.minArgs === spec.maxArgs && count !== spec.minArgs) return `"${path}" requires exactly ${plural(spec.minArgs)}.`
  if (count < spec.minArgs) return `"${path}" requires at least ${plural(spec.minArgs)}.`
  if (count > spec.maxArgs) return `"${path}" requires at most ${plural(spec.maxArgs)}.`
  return undefined
}

function usageLine(path: string, spec: Pick<Verb, 'usage' | 'flags'>): string {
  const options = Object.values(spec.flags).some((one) => !one.hidden) ? ' [OPTIONS]' : ''
  return `Usage:  ${path}${options}${spec.usage === '' ? '' : ` ${spec.usage}`}`
}

function verbHelp(path: string, spec: Omit<Verb, 'invoke'>): string {
  let out = `${usageLine(path, spec)}\n\n${spec.summary}\n`
  if (spec.aliases.length > 0) {
    const parent = path.slice(0, path.lastIndexOf(' '))
    out += `\nAliases:\n  ${[spec.name, ...spec.aliases].map((name) => `${parent} ${name}`).join(', ')}\n`
  }
  const options = flagHelp(spec.flags)
  return options === '' ? out : `${out}\nOptions:\n${options}`
}

/** The help page of a noun. */
export function nounHelp(path: string, spec: Noun): string {
  return `\nUsage:  ${path} COMMAND\n\n${spec.summary}\n\nCommands:\n${commandList(spec.commands)}\nRun '${path} COMMAND --help' for more information on a command.\n`
}

/** The aligned list of commands, by name. */
export function commandList(commands: readonly (Verb | Noun)[]): string {
  const shown = commands.filter((command) => !command.hidden)
  const width = Math.max(0, ...shown.map(({ name }) => name.length)) + 3
  return [...shown]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, summary }) => `  ${name.padEnd(width)} ${summary}\n`)
    .join('')
}
