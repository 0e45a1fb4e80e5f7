/** How long something took, many times over. Milliseconds. */
export interface Sample {
  runs: number
  median: number
  p95: number
  min: number
  max: number
}

/** Summarises measurements; at least one is needed. */
export function summarise(values: readonly number[]): Sample {
  if (values.length === 0) throw new RangeError('there is nothing to summarise')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => rounded(quantile(sorted, share))
  return { runs: sorted.length, median: at(0.5), p95: at(0.95), min: at(0), max: at(1) }
}

/** The value below which this share of the sorted values lies, interpolated between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)] ?? 0
  const above = sorted[Math.ceil(position)] ?? below
  return below + (above - below) * (position - Math.floor(position))
}

/** Three digits that mean something. */
export function rounded(value: number): number {
  return Number(value.toPrecision(value >= 1000 ? 4 : 3))
}
