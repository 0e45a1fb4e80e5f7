/** Chance as an argument. The system's generator is in `src/sys`; tests and simulations seed one. */
export interface Rng {
  /** A whole number from 0 to `bound` - 1. `bound` is at most 2^32. */
  below(bound: number): number
}

/**
 * A seeded generator (mulberry32, public domain by Tommy Ettinger): the same seed gives the same
 * sequence on every machine. Not for secrets.
 */
export function seededRng(seed: number): Rng {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  return { below: (bound) => Math.floor((next() / 4294967296) * bound) }
}

/** A copy of `items` in random order (Fisher-Yates). */
export function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.below(i + 1)
    const held = out[i] as T
    out[i] = out[j] as T
    out[j] = held
  }
  return out
}

/** `value` moved by up to `fraction` of itself either way: for periods that must not march in step. */
export function jittered(rng: Rng, value: number, fraction: number): number {
  const span = Math.floor(value * fraction)
  return span <= 0 ? value : value - span + rng.below(2 * span + 1)
}
