import { invalid } from '../../src/base/errors.js'

/** The value of a variable; undefined when it is not set. */
export type LookUp = (name: string) => string | undefined

/** Cut at blanks outside of quotes; quotes and escapes stay, for `expand` to resolve. */
export function splitWords(text: string, escape: string): string[] {
  const found: string[] = []
  let word = ''
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === escape && quote !== "'" && i + 1 < text.length) {
      word += char + text.charAt(++i)
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== '') found.push(word)
      word = ''
    } else {
      if (quote === '' && (char === '"' || char === "'")) quote = char
      else if (char === quote) quote = ''
      word += char
    }
  }
  if (word !== '') found.push(word)
  return found
}

/**
 * Resolves quotes, escapes and variables of a word: `$name`, `${name}`, `${name:-default}`, `${name:+other}`, and the
 * same without the colon, as POSIX shells have them. Single quotes take everything as it is. Throws `invalid`.
 */
export function expand(word: string, lookUp: LookUp, escape: string): string {
  const reader = new WordReader(word, lookUp, escape)
  return reader.read('')
}

class WordReader {
  private at = 0

  constructor(
    private readonly text: string,
    private readonly lookUp: LookUp,
    private readonly escape: string,
  ) {}

  /** Up to the `end` character outside of quotes, which is taken too; '' reads everything. */
  read(end: string): string {
    let out = ''
    let double = false
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at++)
      if (char === end && !double) return out
      if (char === '"') double = !double
      else if (char === "'" && !double) out += this.single()
      else if (char === this.escape) out += this.escaped(double)
      else if (char === '$') out += this.variable()
      else out += char
    }
    if (double) throw invalid(`unexpected end of statement while looking for matching double-quote in ${this.text}`)
    if (end !== '') throw invalid(`syntax error: missing '${end}' in ${this.text}`)
    return out
  }

  private single(): string {
    const close = this.text.indexOf("'", this.at)
    if (close < 0) throw invalid(`unexpected end of statement while looking for matching single-quote in ${this.text}`)
    const out = this.text.slice(this.at, close)
    this.at = close + 1
    return out
  }

  private escaped(double: boolean): string {
    if (this.at >= this.text.length) return this.escape
    const next = this.text.charAt(this.at++)
    // Within double quotes only these have a meaning to take away.
    return double && next !== '"' && next !== '$' && next !== this.escape ? this.escape + next : next
  }

  private variable(): string {
    if (this.text.charAt(this.at) !== '{') {
      const name = /^([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!-])/.exec(this.text.slice(this.at))?.[0]
      if (name === undefined) return '$'
      this.at += name.length
      return this.lookUp(name) ?? ''
    }
    this.at++
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.text.slice(this.at))?.[0]
    if (name === undefined) throw invalid(`syntax error: bad substitution in ${this.text}`)
    this.at += name.length
    const value = this.lookUp(name)
    if (this.text.charAt(this.at) === '}') {
      this.at++
      return value ?? ''
    }
    const colon = this.text.charAt(this.at) === ':'
    if (colon) this.at++
    const operator = this.text.charAt(this.at++)
    if (!colon && (operator === '#' || operator === '%' || operator === '/')) return this.cutOrReplaced(operator, value ?? '')
    const other = this.read('}')
    const given = value !== undefined && !(colon && value === '')
    if (operator === '-') return given ? value : other
    if (operator === '+') return given ? other : ''
    if (operator === '?') {
      if (given) return value
      throw invalid(`${name}: ${other === '' ? 'parameter null or not set' : other}`)
    }
    throw invalid(`unsupported modifier (${operator}) in substitution in ${this.text}`)
  }

  /** `${name#pattern}`, `${name%pattern}`, both doubled for the longest fit, and `${name/pattern/text}`, doubled for every fit. */
  private cutOrReplaced(operator: string, value: string): string {
    const doubled = this.text.charAt(this.at) === operator
    if (doubled) this.at++
    if (value.length > patternValueCharactersMax) throw invalid(`a value of more than ${patternValueCharactersMax} characters cannot be cut in ${this.text}`)
    if (operator === '/') {
      const pattern = shellPattern(this.pattern('/'), true)
      const replacement = this.read('}')
      return value.replace(new RegExp(pattern, doubled ? 'gs' : 's'), () => replacement)
    }
    const pattern = shellPattern(this.pattern('}'), doubled)
    if (operator === '#') return value.replace(new RegExp(`^(?:${pattern})`, 's'), '')
    // The shortest fit at the end begins last: a lazy prefix would find the longest.
    const fit = new RegExp(`^(${doubled ? '.*?' : '.*'})(?:${pattern})$`, 's').exec(value)
    return fit ? (fit[1] ?? '') : value
  }

  /** The pattern's own text, with its escapes and without quotes, up to `end`. */
  private pattern(end: string): string {
    let out = ''
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at++)
      if (char === end) {
        const stars = out.replace(/\\./gs, '').split('*').length - 1
        if (out.length > patternCharactersMax || stars > patternStarsMax) {
          throw invalid(`the pattern in ${this.text} is more than ${patternCharactersMax} characters with ${patternStarsMax} stars`)
        }
        return out
      }
      if (char === this.escape && this.at < this.text.length) out += `\\${this.text.charAt(this.at++)}`
      else if (char === '$') out += this.variable().replace(/[\\*?]/g, '\\$&')
      else if (char !== '"' && char !== "'") out += char
    }
    throw invalid(`syntax error: missing '${end}' in ${this.text}`)
  }
}

/** Patterns with many stars would take for ever to be tried on long values. */
const patternCharactersMax = 256
const patternStarsMax = 2
const patternValueCharactersMax = 4096

/** A shell's pattern of `*` and `?` as a regular expression. */
function shellPattern(pattern: string, greedy: boolean): string {
  return pattern.replace(/\\(.)|([*?])|([^\\*?]+)/gs, (_, escaped?: string, wild?: string, plain?: string) => {
    if (wild === '*') return greedy ? '.*' : '.*?'
    if (wild === '?') return '.'
    return (escaped ?? plain ?? '').replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  })
}

/** `a=b c="d e"`, or the old form `name the whole rest`. Throws `invalid`. */
export function parsePairs(keyword: string, text: string, lookUp: LookUp, escape: string): [string, string][] {
  const words = splitWords(text, escape)
  const first = words[0] ?? ''
  if (!first.includes('=')) {
    const rest = text.slice(text.indexOf(first) + first.length).trim()
    if (rest === '') throw invalid(`${keyword} must have two arguments`)
    return [[expand(first, lookUp, escape), expand(rest, lookUp, escape)]]
  }
  return words.map((word) => {
    const equals = word.indexOf('=')
    if (equals < 0) throw invalid(`Syntax error - can't find = in "${word}". Must be of the form: name=value`)
    const name = expand(word.slice(0, equals), lookUp, escape)
    if (name === '') throw invalid(`${keyword} names can not be blank`)
    return [name, expand(word.slice(equals + 1), lookUp, escape)]
  })
}
