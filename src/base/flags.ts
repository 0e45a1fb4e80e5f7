import { messageOf } from './errors.js'
import { parseBool, parseBytes, parseDuration } from './values.js'

/**
 * Command-line flags with the grammar of pflag, which Docker's command line uses: `--name value`,
 * `--name=value`, `-n value`, `-nvalue`, `-n=value`, grouped short flags, `--flag=false` for switches,
 * `--` ends the flags. A command that runs another program's words stops at its first argument.
 */

interface FlagBase {
  readonly short?: string
  readonly help: string
  /** What the help calls the value; the kind's usual word when absent. */
  readonly valueName?: string
  readonly hidden?: boolean
  /** Throws for a value that cannot be meant; its message becomes that of the `UsageError`. */
  readonly check?: (text: string) => unknown
}
/**
 * A flag by the kind of its value. A `list` is given any number of times; `default` is the value when the flag is not
 * given.
 */
export type Flag =
  | (FlagBase & { readonly kind: 'bool'; readonly default?: boolean })
  | (FlagBase & { readonly kind: 'string'; readonly default?: string })
  | (FlagBase & { readonly kind: 'list' })
  | (FlagBase & { readonly kind: 'int' | 'float'; readonly default?: number })
  /** Nanoseconds, written `1m30s`. */
  | (FlagBase & { readonly kind: 'duration'; readonly default?: number })
  /** Bytes, written `512m`, `1.5g`. */
  | (FlagBase & { readonly kind: 'bytes'; readonly default?: number })

/** Flags by their long names, without the dashes. */
export type FlagTable = Readonly<Record<string, Flag>>

type ValueOf<F extends Flag> = F['kind'] extends 'bool'
  ? boolean
  : F['kind'] extends 'string'
    ? F extends { default: string }
      ? string
      : string | undefined
    : F['kind'] extends 'list'
      ? string[]
      : F extends { default: number }
        ? number
        : number | undefined

/** The values of a table's flags by their long names. */
export type FlagValues<T extends FlagTable> = { [K in keyof T]: ValueOf<T[K]> }

/** The words of the command line do not fit the flags. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Makers of flags: the help's sentence, then what is particular. */
export const flag = {
  bool: <const O extends Omit<Extract<Flag, { kind: 'bool' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'bool', help, ...options }) as { kind: 'bool'; help: string } & O,
  string: <const O extends Omit<Extract<Flag, { kind: 'string' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'string', help, ...options }) as { kind: 'string'; help: string } & O,
  list: <const O extends Omit<Extract<Flag, { kind: 'list' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'list', help, ...options }) as { kind: 'list'; help: string } & O,
  int: <const O extends Omit<Extract<Flag, { kind: 'int' | 'float' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'int', help, ...options }) as { kind: 'int'; help: string } & O,
  float: <const O extends Omit<Extract<Flag, { kind: 'int' | 'float' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'float', help, ...options }) as { kind: 'float'; help: string } & O,
  duration: <const O extends Omit<Extract<Flag, { kind: 'duration' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'duration', help, ...options }) as { kind: 'duration'; help: string } & O,
  bytes: <const O extends Omit<Extract<Flag, { kind: 'bytes' }>, 'kind' | 'help'>>(help: string, options?: O) =>
    ({ kind: 'bytes', help, ...options }) as { kind: 'bytes'; help: string } & O,
}

/** What `parseFlags` reads. */
export interface ParsedWords<T extends FlagTable> {
  values: FlagValues<T>
  /** The flags that were on the command line, by long name. */
  given: ReadonlySet<string>
  /** What is left: the arguments. */
  args: string[]
  /** `--help` or `-h` was given (unless the table has its own `-h`). */
  help: boolean
}

/**
 * Takes the words apart. With `interspersed` false, everything from the first argument on is an
 * argument. Throws `UsageError` with Docker's wording.
 */
export function parseFlags<T extends FlagTable>(table: T, words: readonly string[], interspersed: boolean): ParsedWords<T> {
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(table)) values[name] = initialValue(spec)
  const shorts = new Map(Object.entries(table).flatMap(([name, spec]) => (spec.short ? [[spec.short, name] as const] : [])))
  const given = new Set<string>()
  const args: string[] = []
  let help = false

  const set = (name: string, spec: Flag, raw: string, shown: string): void => {
    given.add(name)
    try {
      spec.check?.(raw)
    } catch (thrown) {
      throw badValue(raw, shown, messageOf(thrown))
    }
    if (spec.kind === 'list') (values[name] as string[]).push(raw)
    else values[name] = parseValue(spec, raw, shown)
  }

  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '--') {
      args.push(...words.slice(i + 1))
      break
    }
    if (word.startsWith('--')) {
      const at = word.indexOf('=')
      const name = at < 0 ? word.slice(2) : word.slice(2, at)
      const spec = Object.hasOwn(table, name) ? table[name] : undefined
      if (!spec) {
        if (name === 'help') {
          help = true
          continue
        }
        throw new UsageError(`unknown flag: --${name}`)
      }
      const shown = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`
      if (at >= 0) set(name, spec, word.slice(at + 1), shown)
      else if (spec.kind === 'bool') set(name, spec, 'true', shown)
      else {
        const value = words[++i]
        if (value === undefined) throw new UsageError(`flag needs an argument: --${name}`)
        set(name, spec, value, shown)
      }
      continue
    }
    if (word.startsWith('-') && word.length > 1) {
      i = parseShorts(word, i)
      continue
    }
    args.push(word)
    if (!interspersed) {
      args.push(...words.slice(i + 1))
      break
    }
  }
  return { values: values as FlagValues<T>, given, args, help }

  function parseShorts(word: string, index: number): number {
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string
      const name = shorts.get(letter)
      const spec = name === undefined ? undefined : table[name]
      if (name === undefined || !spec) {
        if (letter === 'h') {
          help = true
          continue
        }
        throw new UsageError(`unknown shorthand flag: '${letter}' in ${word}`)
      }
      const shown = `-${letter}, --${name}`
      const rest = word.slice(at + 1)
      if (spec.kind === 'bool') {
        if (!rest.startsWith('=')) {
          set(name, spec, 'true', shown)
          continue
        }
        set(name, spec, rest.slice(1), shown)
        return index
      }
      if (rest !== '') {
        set(name, spec, rest.startsWith('=') ? rest.slice(1) : rest, shown)
        return index
      }
      const value = words[index + 1]
      if (value === undefined) throw new UsageError(`flag needs an argument: '${letter}' in ${word}`)
      set(name, spec, value, shown)
      return index + 1
    }
    return index
  }
}

function initialValue(spec: Flag): unknown {
  if (spec.kind === 'list') return []
  if (spec.kind === 'bool') return spec.default ?? false
  return spec.default
}

function badValue(raw: string, shown: string, why: string): UsageError {
  return new UsageError(`invalid argument "${raw}" for "${shown}" flag: ${why}`)
}

function parseValue(spec: Flag, raw: string, shown: string): unknown {
  const bad = (why: string): UsageError => badValue(raw, shown, why)
  switch (spec.kind) {
    case 'bool': {
      const value = parseBool(raw)
      if (value === undefined) throw bad('true or false expected')
      return value
    }
    case 'int':
      if (!/^[-+]?\d{1,15}$/.test(raw)) throw bad('a whole number expected')
      return Number(raw)
    case 'float':
      if (raw.trim() === '' || !Number.isFinite(Number(raw))) throw bad('a number expected')
      return Number(raw)
    case 'duration': {
      const ns = parseDuration(raw)
      if (ns === undefined) throw bad('a duration such as 500ms, 10s or 1m30s expected')
      return ns
    }
    case 'bytes': {
      const bytes = parseBytes(raw)
      if (bytes === undefined) throw bad('a size such as 512m or 1.5g expected')
      return bytes
    }
    case 'string':
    case 'list':
      return raw
  }
}
