import type { MeasuredEngine } from './measured-engine.js'
import type { Figure } from './report.js'

/** What a bench works with. The first engine is skep; the second, if any, the peer. */
export interface BenchContext {
  engines: readonly MeasuredEngine[]
  /** Tells people what is being done; goes to standard error. */
  say: (line: string) => void
  /** How many repetitions, 1 for the usual number: `--scale 0.2` for a quick look. */
  scale: number
}

/** A bench gives its figures; it asserts nothing about them. */
export type Bench = (context: BenchContext) => Promise<Figure[]>

/** A number of repetitions under `--scale`. */
export function repetitions(context: BenchContext, usual: number, least = 1): number {
  return Math.max(least, Math.round(usual * context.scale))
}

/** Pairs what was measured of each engine, by its name, into one figure: skep's, and that of the peer if there is one. */
export function paired(values: ReadonlyMap<string, number>): { skep: number; peer?: number } {
  const peer = [...values].find(([name]) => name !== 'skep')?.[1]
  return { skep: values.get('skep') ?? Number.NaN, ...(peer !== undefined && { peer }) }
}
