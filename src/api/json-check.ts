import { invalid } from '../base/errors.js'

/**
 * Reads untrusted JSON into a type. `path` names the place for the error (`HostConfig.Memory`).
 * Throws `invalid`. A null field counts as absent, unknown fields are ignored and field names match
 * in any case: as the decoder behind Docker's API does it, which clients rely on.
 */
export type Check<T> = (value: unknown, path: string) => T

/** Throws `invalid` naming the field, what it must be and what came. */
function refuse(path: string, expected: string, value: unknown): never {
  throw invalid(`invalid JSON: ${path === '' ? 'the body' : path} must be ${expected}, not ${kindName(value)}`)
}

function kindName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'boolean') return 'true or false'
  return Number.isInteger(value) ? `the number ${String(value)}` : 'a fraction'
}

export const text: Check<string> = (value, path) => (typeof value === 'string' ? value : refuse(path, 'a string', value))

export const flag: Check<boolean> = (value, path) => (typeof value === 'boolean' ? value : refuse(path, 'true or false', value))

/** A whole number of at most 2^53. */
export const whole: Check<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(path, 'a whole number', value)

/** A whole number that is not negative. */
export const count: Check<number> = (value, path) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse(path, 'a whole number from 0', value)

export const fraction: Check<number> = (value, path) => (typeof value === 'number' ? value : refuse(path, 'a number', value))

/** An object of any content; null is an empty one. */
export const anyObject: Check<Record<string, unknown>> = (value, path) => {
  if (value === null) return {}
  return isRecord(value) ? value : refuse(path, 'an object', value)
}

/** Fields with these checks may be empty strings, which count as absent: many clients send them so. */
const emptyIsAbsent = new WeakSet<Check<unknown>>()

/** One of these words; as a field of an object it may be empty. */
export function oneOf<const T extends string>(...words: readonly T[]): Check<T> {
  const check: Check<T> = (value, path) => {
    const word = words.find((one) => one === value)
    if (word !== undefined) return word
    if (typeof value !== 'string') return refuse(path, 'a string', value)
    throw invalid(`invalid JSON: ${path} must be one of ${words.map((one) => `"${one}"`).join(', ')}, not "${value}"`)
  }
  if (!words.some((word) => word === '')) emptyIsAbsent.add(check)
  return check
}

export function listOf<T>(item: Check<T>): Check<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'a list', value)
    return value.map((one, index) => item(one, `${path}[${index}]`))
  }
}

/** An object whose values are all of one kind. */
export function mapOf<T>(item: Check<T>): Check<Record<string, T>> {
  return (value, path) => {
    if (!isRecord(value)) return refuse(path, 'an object', value)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, item(one, `${path}.${key}`)]))
  }
}

/** Null is `whenNull`. */
export function orNull<T, N>(item: Check<T>, whenNull: N): Check<T | N> {
  return (value, path) => (value === null ? whenNull : item(value, path))
}

/** A string, or a list of strings: `Cmd` and `Entrypoint` of a container. */
export const textOrList: Check<string[]> = (value, path) =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? listOf(text)(value, path) : refuse(path, 'a list of strings', value)

type Fields<T> = { [K in keyof T]-?: Check<NonNullable<T[K]>> }

/** An object with these fields, each of them optional. The type makes sure that none is forgotten. */
export function shape<T extends object>(fields: Fields<T>): Check<T> {
  const names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]))
  const checks = new Map<string, Check<unknown>>(Object.entries(fields))
  return (value, path) => {
    if (!isRecord(value)) return refuse(path, 'an object', value)
    const out: Record<string, unknown> = {}
    for (const [key, raw] of Object.entries(value)) {
      const name = checks.has(key) ? key : names.get(key.toLowerCase())
      if (name === undefined || raw === null) continue
      // The exact name wins over one that differs in case.
      if (name !== key && Object.hasOwn(value, name)) continue
      const check = checks.get(name)
      if (check === undefined || (raw === '' && emptyIsAbsent.has(check))) continue
      out[name] = check(raw, path === '' ? name : `${path}.${name}`)
    }
    return out as T
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
