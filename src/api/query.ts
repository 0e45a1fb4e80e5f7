import { invalid } from '../base/errors.js'
import { Filters } from './filters.js'

/** The query string of a request, read with Docker's rules. Each reader throws `invalid` naming the parameter. */
export class Query {
  constructor(private readonly params: URLSearchParams) {}

  /** Empty counts as absent. */
  text(name: string): string | undefined {
    const value = this.params.get(name)
    return value === null || value === '' ? undefined : value
  }

  has(name: string): boolean {
    return this.params.has(name)
  }

  /** Repeated parameters: `names=a&names=b`. */
  all(name: string): string[] {
    return this.params.getAll(name).filter((value) => value !== '')
  }

  /** Docker's rule: anything but empty, `0`, `no`, `false` and `none` is true. */
  flag(name: string, whenAbsent = false): boolean {
    const value = this.params.get(name)
    if (value === null) return whenAbsent
    return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase())
  }

  /** A whole number. */
  whole(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = Number(value)
    if (!/^[+-]?\d+$/.test(value) || !Number.isSafeInteger(number)) {
      throw invalid(`invalid value for query parameter ${name}: '${value}' is not a whole number`)
    }
    return number
  }

  /** A whole number that must be there. */
  wholeNeeded(name: string, what: string): number {
    const value = this.whole(name)
    if (value === undefined) throw invalid(`invalid ${what} '': the query parameter ${name} is needed`)
    return value
  }

  /** Milliseconds since the epoch, from `seconds[.nanoseconds]` or an RFC 3339 time. 0 counts as absent. */
  timeMs(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined || value === '0') return undefined
    if (/^-?\d+(\.\d*)?$/.test(value)) {
      const [seconds = '0', fraction = ''] = value.split('.')
      return Number(seconds) * 1000 + Number(fraction.padEnd(9, '0').slice(0, 9)) / 1e6
    }
    const parsed = Date.parse(value)
    if (Number.isNaN(parsed)) throw invalid(`invalid value for query parameter ${name}: '${value}' is not a time`)
    return parsed
  }

  filters(allowed: readonly string[] | 'any'): Filters {
    return Filters.parse(this.text('filters'), allowed)
  }
}
