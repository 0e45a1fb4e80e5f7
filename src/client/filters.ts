/** Filters of a listing: each key with the values any of which may match (for `label`, all of which must). */
export type FilterValues = Readonly<Record<string, readonly string[]>>

/** The query parameter `filters`; undefined when there are none. */
export function filterText(filters: FilterValues): string | undefined {
  const given = Object.entries(filters).filter(([, values]) => values.length > 0)
  return given.length === 0 ? undefined : JSON.stringify(Object.fromEntries(given))
}
