import { invalid } from '../../base/errors.js'
import { parseDuration } from '../../base/flags.js'

/**
 * The value of `--since` and `--until` as the API takes it, Unix seconds with nine digits behind the
 * point: from `42m` (before now), RFC 3339 with or without time and zone, or Unix seconds.
 */
export function timeQuery(text: string, nowMs: number): string {
  const duration = parseDuration(text)
  if (duration !== undefined) return seconds(nowMs - duration / 1e6)
  if (/^\d+(\.\d+)?$/.test(text)) return text
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d(?::\d\d){0,2})(\.\d+)?)?(Z|[-+]\d\d:?\d\d)?$/.exec(text)
  const [, date = '', time = '00:00:00', fraction = '', zone = ''] = match ?? []
  // A time without a zone is one of here.
  const ms = match ? Date.parse(`${date}T${`${time}:00:00`.slice(0, 8)}${zone}`) : Number.NaN
  if (Number.isNaN(ms)) throw invalid(`failed to parse value as time or duration: "${text}"`)
  return `${Math.floor(ms / 1000)}.${fraction.slice(1, 10).padEnd(9, '0')}`
}

function seconds(ms: number): string {
  const whole = Math.floor(ms / 1000)
  const nanos = Math.floor((ms - whole * 1000) * 1e6)
  return `${whole}.${String(nanos).padStart(9, '0')}`
}
