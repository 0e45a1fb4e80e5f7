import { jittered, type Rng } from './rng.js'

/** Waiting times that double from `initialMs` up to `maximumMs`, each moved by up to a fifth. */
export class Backoff {
  private attempt = 0
  constructor(
    private readonly rng: Rng,
    private readonly initialMs: number,
    private readonly maximumMs: number,
  ) {}

  /** How long to wait before the next try, in milliseconds. */
  nextMs(): number {
    const base = Math.min(this.maximumMs, this.initialMs * 2 ** Math.min(this.attempt, 30))
    this.attempt++
    return jittered(this.rng, base, 0.2)
  }

  /** After a success. */
  reset(): void {
    this.attempt = 0
  }
}
