import { invalid } from '../base/errors.js'

/** The `filters` query parameter: each key with the values any of which may match. */
export class Filters {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]> = new Map()) {}

  /**
   * From the JSON of `filters`: `{"label":["a=b"]}` or the older `{"label":{"a=b":true}}`.
   * Throws `invalid` for anything else and for a key not in `allowed`; with `any` no key is refused.
   */
  static parse(json: string | undefined, allowed: readonly string[] | 'any'): Filters {
    if (json === undefined || json === '') return new Filters()
    let parsed: unknown
    try {
      parsed = JSON.parse(json)
    } catch (cause) {
      throw invalid('invalid filter: the filters parameter is not JSON', cause)
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw invalid('invalid filter: the filters parameter is not an object of lists')
    }
    const values = new Map<string, string[]>()
    for (const [key, raw] of Object.entries(parsed)) {
      if (allowed !== 'any' && !allowed.includes(key)) throw invalid(`invalid filter '${key}'`)
      const list: unknown[] = Array.isArray(raw)
        ? raw
        : typeof raw === 'object' && raw !== null
          ? Object.entries(raw).flatMap(([value, on]) => (on === true ? [value] : []))
          : [raw]
      if (!list.every((value) => typeof value === 'string')) throw invalid(`invalid filter '${key}': its values must be strings`)
      values.set(key, list)
    }
    return new Filters(values)
  }

  has(key: string): boolean {
    return (this.values.get(key)?.length ?? 0) > 0
  }

  get(key: string): readonly string[] {
    return this.values.get(key) ?? []
  }

  /** True when the filter is not set, or `candidate` is one of its values. */
  exact(key: string, candidate: string): boolean {
    return !this.has(key) || this.get(key).includes(candidate)
  }

  /** True when the filter is not set, or `candidate` starts with one of its values. */
  prefix(key: string, candidate: string): boolean {
    return !this.has(key) || this.get(key).some((value) => candidate.startsWith(value))
  }

  /** True when the filter is not set, or one of its values is in `candidate` or matches it as a regular expression. */
  match(key: string, candidate: string): boolean {
    return !this.has(key) || this.get(key).some((value) => candidate === value || candidate.includes(value) || matches(value, candidate))
  }

  /** `label=key` and `label=key=value`: all of them must hold. */
  labels(key: string, labels: Record<string, string> | undefined): boolean {
    return this.get(key).every((wanted) => {
      const at = wanted.indexOf('=')
      if (at < 0) return labels !== undefined && wanted in labels
      return labels?.[wanted.slice(0, at)] === wanted.slice(at + 1)
    })
  }

  /** A yes-or-no filter: undefined when not set. Throws `invalid` for other words. */
  flag(key: string): boolean | undefined {
    const values = this.get(key)
    if (values.length === 0) return undefined
    if (values.every((value) => value === 'true' || value === '1')) return true
    if (values.every((value) => value === 'false' || value === '0')) return false
    throw invalid(`invalid filter '${key}=${values.join(',')}': true or false expected`)
  }
}

function matches(pattern: string, candidate: string): boolean {
  // Patterns come from clients: only short ones are tried as expressions.
  if (pattern.length > 256) return false
  try {
    return new RegExp(pattern).test(candidate)
  } catch {
    return false
  }
}
