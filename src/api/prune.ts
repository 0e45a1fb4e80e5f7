import type { Clock } from '../base/clock.js'
import { invalid } from '../base/errors.js'
import type { Filters } from './filters.js'

const unitMs: Record<string, number> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * The filter `until` of the prune operations, in milliseconds since the epoch: only what is older is removed. It is a
 * time (RFC 3339 or Unix seconds) or how long ago (`24h`, `1h30m`). Throws `invalid`; undefined when it is not set.
 */
export function untilMs(filters: Filters, clock: Clock): number | undefined {
  const values = filters.get('until')
  if (values.length === 0) return undefined
  if (values.length > 1) throw invalid('more than one until filter specified')
  const value = values[0] ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  if (/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value)) {
    let agoMs = 0
    for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) agoMs += Number(amount) * (unitMs[unit ?? ''] ?? 0)
    return clock.nowMs() - agoMs
  }
  const time = Date.parse(value)
  if (Number.isNaN(time)) throw invalid(`invalid filter 'until=${value}': a time or a duration like 24h expected`)
  return time
}
