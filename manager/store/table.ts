import type { TableName, Tables } from './store.js'

/** What the store keeps beside the rows of one table. */
export interface TableDeclaration<T> {
  /** How the name is called in errors: `network`. */
  readonly kind: string
  /** The name people use, or undefined when the object has none. Compared without regard to case. */
  readonly name: (object: T) => string | undefined
  /** Two objects of this table may not share a name. */
  readonly uniqueNames: boolean
  /** Keys an object is found under, by index. An object may have several in one index. */
  readonly indexes: Readonly<Record<string, (object: T) => readonly string[]>>
}

/** Declares a table; see `tables/` for one declaration a file. */
export function table<K extends TableName>(
  kind: K,
  declaration: {
    name?: (object: Tables[K]) => string | undefined
    uniqueNames?: boolean
    indexes?: Record<string, (object: Tables[K]) => readonly string[]>
  } = {},
): TableDeclaration<Tables[K]> {
  return {
    kind,
    name: declaration.name ?? (() => undefined),
    uniqueNames: declaration.uniqueNames ?? false,
    indexes: declaration.indexes ?? {},
  }
}

/** Joins the parts of an index key with a character that occurs in none of them. */
export function indexKey(...parts: readonly string[]): string {
  return parts.join('\0')
}

/** A slot as a part of an index key, so that slots sort as numbers. */
export function slotKey(slot: number): string {
  return String(slot).padStart(10, '0')
}

/** The key of "uses this network, secret or config". */
export function referenceKeys(kind: 'network' | 'secret' | 'config', ids: Iterable<string>): string[] {
  return [...new Set(ids)].filter((id) => id !== '').map((id) => indexKey(kind, id))
}
