import type { Clock } from '../../src/base/clock.js'
import { StatusError } from '../../src/base/errors.js'

/** Calls without a certificate that one address may make at once, and per second in the long run. */
const burst = 60
const perSecond = 10
/** Addresses remembered; the one that was quiet the longest is forgotten first. */
const addressesMax = 1_000

/** Bounds what callers without a certificate may ask: a token bucket for each address. */
export class CallLimit {
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>()

  constructor(private readonly clock: Clock) {}

  /** Counts a call; throws `exhausted` when the address makes too many. */
  take(address: string): void {
    const nowMs = this.clock.monotonicMs()
    const bucket = this.buckets.get(address) ?? { tokens: burst, atMs: nowMs }
    const tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond)
    this.buckets.delete(address)
    this.buckets.set(address, { tokens: Math.max(0, tokens - 1), atMs: nowMs })
    if (this.buckets.size > addressesMax) {
      for (const [oldest] of this.buckets) {
        this.buckets.delete(oldest)
        break
      }
    }
    if (tokens < 1) throw new StatusError('exhausted', `too many requests for certificates from ${address}: try again in a few seconds`)
  }
}
