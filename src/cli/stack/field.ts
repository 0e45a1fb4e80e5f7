import { invalid } from '../../base/errors.js'
import { parseBytes, parseDuration } from '../../base/values.js'

/** A value of a Compose file with its place in it; reading it as something that it is not throws `invalid` with that place. */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** False for what is absent or null. */
  get given(): boolean {
    return this.value !== undefined && this.value !== null
  }

  get isMapping(): boolean {
    return isMapping(this.value)
  }

  /** A key of a mapping; of nothing, nothing. */
  at(key: string): Field {
    const mapping = this.given ? this.mapping() : {}
    // What every object has, such as `constructor`, is not of the file.
    return this.inside(key, Object.hasOwn(mapping, key) ? mapping[key] : undefined)
  }

  /** The keys and values of a mapping, in the file's order; none of nothing. */
  entries(): [string, Field][] {
    return this.given ? Object.entries(this.mapping()).map(([key, value]) => [key, this.inside(key, value)]) : []
  }

  /** The items of a list; none of nothing. */
  items(): Field[] {
    if (!this.given) return []
    if (!Array.isArray(this.value)) throw this.wrong('a list')
    return this.value.map((item, index) => new Field(item, `${this.path}.${index}`))
  }

  /** Throws when a mapping has keys beside these and `x-…`. */
  allow(keys: ReadonlySet<string>): void {
    for (const [key] of this.entries()) {
      if (!keys.has(key) && !key.startsWith('x-')) throw invalid(`${this.path || '(root)'} Additional property ${key} is not allowed`)
    }
  }

  text(): string | undefined {
    if (!this.given) return undefined
    if (!isScalar(this.value)) throw this.wrong('a string')
    return String(this.value)
  }

  /** A whole number. */
  int(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    if (!/^[-+]?\d{1,15}$/.test(text)) throw this.wrong('an integer')
    return Number(text)
  }

  /** Permissions: a number such as `0440`, which is octal for its first digit, or its octal digits as a text. */
  mode(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    const mode = typeof this.value === 'number' ? this.value : /^(?:0o)?[0-7]{1,5}$/.test(text) ? Number.parseInt(text.replace('0o', ''), 8) : NaN
    if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) throw this.wrong('permissions such as 0440')
    return mode
  }

  number(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    if (text.trim() === '' || !Number.isFinite(Number(text))) throw this.wrong('a number')
    return Number(text)
  }

  bool(): boolean | undefined {
    const text = this.text()?.toLowerCase()
    if (text === undefined) return undefined
    if (['true', 'yes', 'on', 'y', '1'].includes(text)) return true
    if (['false', 'no', 'off', 'n', '0'].includes(text)) return false
    throw this.wrong('a boolean')
  }

  /** Nanoseconds of `1m30s`. */
  durationNs(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    const ns = parseDuration(text)
    if (ns === undefined) throw this.wrong('a duration such as 10s or 1m30s')
    return ns
  }

  /** Bytes of `512m`. */
  bytes(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    const bytes = parseBytes(text)
    if (bytes === undefined) throw this.wrong('a size such as 512m or 1g')
    return bytes
  }

  /** Billionths of a CPU of `0.5`. */
  nanoCpus(): number | undefined {
    const cpus = this.number()
    return cpus === undefined ? undefined : Math.round(cpus * 1e9)
  }

  /** A list of texts; one text alone is a list of it. */
  texts(): string[] {
    if (isScalar(this.value)) return [String(this.value)]
    return this.items().map((item) => item.text() ?? '')
  }

  /** `{a: b}` or `[a=b, c]`; a key without a value has none. */
  pairs(): Map<string, string | undefined> {
    if (this.isMapping) return new Map(this.entries().map(([key, value]) => [key, value.text()]))
    return new Map(
      this.items().map((item) => {
        const text = item.text() ?? ''
        const at = text.indexOf('=')
        return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
      }),
    )
  }

  /** The same, where a missing value is an empty one. */
  labels(): Record<string, string> {
    return Object.fromEntries([...this.pairs()].map(([key, value]) => [key, value ?? '']))
  }

  /** One of some words. */
  oneOf<T extends string>(words: readonly T[]): T | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    const word = words.find((one) => one === text)
    if (word === undefined) throw invalid(`${this.path} must be one of the following: ${words.map((one) => JSON.stringify(one)).join(', ')}`)
    return word
  }

  wrong(expected: string): Error {
    return invalid(`${this.path || '(root)'} must be ${expected}`)
  }

  private inside(key: string, value: unknown): Field {
    return new Field(value, this.path === '' ? key : `${this.path}.${key}`)
  }

  private mapping(): Readonly<Record<string, unknown>> {
    if (!isMapping(this.value)) throw this.wrong('a mapping')
    return this.value
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** True for the keys and values of a file, not for a list. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object without its undefined values. */
export function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
