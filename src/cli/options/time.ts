import { invalid } from '../../base/errors.js'
import { parseMoment } from '../../base/moment.js'

/**
 * The value of `--since` and `--until` as the API takes it: Unix seconds with nine digits behind the point. It is
 * given as `parseMoment` says; throws `invalid` for anything else.
 */
export function timeQuery(text: string, nowMs: number): string {
  const moment = parseMoment(text, nowMs)
  if (!moment) throw invalid(`failed to parse value as time or duration: "${text}"`)
  return `${moment.seconds}.${String(moment.nanos).padStart(9, '0')}`
}
