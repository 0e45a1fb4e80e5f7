import { invalid } from './errors.js'
import { parseDuration } from './values.js'

/** A point in time, finer than milliseconds since the epoch in a double can tell. */
export interface Moment {
  /** Whole seconds since the epoch. */
  seconds: number
  /** 0 to 999,999,999 on top of them. */
  nanos: number
}

/**
 * What users write for a point in time: a duration before `nowMs` (`42m`, `1h30m`), Unix seconds with or without a
 * fraction, or RFC 3339 with or without time and zone; a time without a zone is one of this host's. Undefined for
 * anything else.
 */
export function parseMoment(text: string, nowMs: number): Moment | undefined {
  const ago = parseDuration(text)
  if (ago !== undefined) return momentOf(nowMs - ago / 1e6)
  const unix = /^(\d{1,15})(?:\.(\d+))?$/.exec(text)
  if (unix) return { seconds: Number(unix[1]), nanos: nanosOf(unix[2] ?? '') }
  const match = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d(?::\d\d){0,2})(?:\.(\d+))?)?([Zz]|[-+]\d\d:?\d\d)?$/.exec(text)
  if (!match) return undefined
  const [, date = '', time = '00:00:00', fraction = '', zone = ''] = match
  const ms = Date.parse(`${date}T${`${time}:00:00`.slice(0, 8)}${zone.toUpperCase()}`)
  return Number.isNaN(ms) ? undefined : { seconds: Math.floor(ms / 1000), nanos: nanosOf(fraction) }
}

/** Milliseconds since the epoch. */
export function momentMs({ seconds, nanos }: Moment): number {
  return seconds * 1000 + nanos / 1e6
}

/**
 * The filter `until` of lists and prunes, in milliseconds since the epoch: only what is older is meant. Undefined when
 * it is not set; throws `invalid` for several values and for what is no moment.
 */
export function untilFilterMs(values: readonly string[], nowMs: number): number | undefined {
  const [value] = values
  if (value === undefined) return undefined
  if (values.length > 1) throw invalid('more than one until filter specified')
  const moment = parseMoment(value, nowMs)
  if (!moment) throw invalid(`invalid filter 'until=${value}': a time or a duration like 24h expected`)
  return momentMs(moment)
}

function momentOf(ms: number): Moment {
  const seconds = Math.floor(ms / 1000)
  return { seconds, nanos: Math.floor((ms - seconds * 1000) * 1e6) }
}

/** Of the digits behind the point; what is finer is cut off. */
function nanosOf(fraction: string): number {
  return Number(fraction.slice(0, 9).padEnd(9, '0'))
}
