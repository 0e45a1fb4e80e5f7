import { isMapping } from './field.js'

/** Lists that a later file replaces: they are one command line. */
const replaced = new Set(['command', 'entrypoint', 'test'])
/** Lists whose items are about what stands at these places. */
const keyOfItem: ReadonlyMap<string, (item: unknown) => string | undefined> = new Map([
  ['volumes', (item: unknown) => fieldOf(item, 'target') ?? shortVolumeTarget(item)],
  ['secrets', (item: unknown) => fieldOf(item, 'source') ?? textOf(item)],
  ['configs', (item: unknown) => fieldOf(item, 'source') ?? textOf(item)],
])
/** Mappings that may be written as lists of `key=value`. */
const recordLike = new Set(['environment', 'labels', 'sysctls'])

/**
 * A document with a later one laid over it, as docker merges Compose files: mappings key by key, lists one behind the
 * other without doubles, volumes, secrets and configs by what they are about, command lines and single values replaced.
 */
export function mergeDocuments(base: unknown, over: unknown, key = ''): unknown {
  if (over === undefined || over === null) return base
  if (base === undefined || base === null) return over
  if (recordLike.has(key)) return { ...asRecord(base), ...asRecord(over) }
  if (key === 'networks' && (Array.isArray(base) || Array.isArray(over))) return mergeMappings(namesToMapping(base), namesToMapping(over))
  if (Array.isArray(base) && Array.isArray(over)) return replaced.has(key) ? over : mergeLists(base, over, keyOfItem.get(key))
  if (isMapping(base) && isMapping(over)) return mergeMappings(base, over)
  return over
}

function mergeMappings(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])]
  const own = (mapping: Record<string, unknown>, key: string): unknown => (Object.hasOwn(mapping, key) ? mapping[key] : undefined)
  return Object.fromEntries(keys.map((key) => [key, mergeDocuments(own(base, key), own(over, key), key)]))
}

function mergeLists(base: readonly unknown[], over: readonly unknown[], keyOf: ((item: unknown) => string | undefined) | undefined): unknown[] {
  const identity = (item: unknown): string => keyOf?.(item) ?? JSON.stringify(item)
  const merged = new Map([...base, ...over].map((item) => [identity(item), item]))
  return [...merged.values()]
}

function asRecord(value: unknown): Record<string, unknown> {
  if (isMapping(value)) return value
  if (!Array.isArray(value)) return {}
  return Object.fromEntries(
    value.map((item) => {
      const text = String(item)
      const at = text.indexOf('=')
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

function namesToMapping(value: unknown): Record<string, unknown> {
  if (isMapping(value)) return value
  return Array.isArray(value) ? Object.fromEntries(value.map((name) => [String(name), null])) : {}
}

function fieldOf(item: unknown, field: string): string | undefined {
  return isMapping(item) ? textOf(item[field]) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function shortVolumeTarget(item: unknown): string | undefined {
  const parts = textOf(item)?.split(':')
  return parts && (parts[1] ?? parts[0])
}
