/** The `filters` of a listing: keys with the values any of which may match. */
export interface ListFilters {
  has(key: string): boolean
  get(key: string): readonly string[]
  exact(key: string, candidate: string): boolean
  prefix(key: string, candidate: string): boolean
  match(key: string, candidate: string): boolean
  labels(key: string, labels: Record<string, string> | undefined): boolean
  flag(key: string): boolean | undefined
}

export interface TerminalSize {
  rows: number
  columns: number
}
