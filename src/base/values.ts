const durationUnits: Record<string, number> = { ns: 1, us: 1e3, 'µs': 1e3, 'μs': 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }
/** As Go's: 64 bits with a sign, about 292 years of nanoseconds. */
const numberMax = 2 ** 63
const durationPart = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/
const durationText = new RegExp(`^(?:${durationPart.source})+$`)
const durationParts = new RegExp(durationPart, 'g')

/** Yes or no in the spellings of Go's strconv.ParseBool; undefined for anything else. */
export function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false
  return undefined
}

/** Nanoseconds of a duration as Go's time.ParseDuration reads it (`1h2m3.5s`, `-.5ms`); undefined when it is none, or one of 292 years and more. */
export function parseDuration(text: string): number | undefined {
  const body = text.replace(/^[-+]/, '')
  if (body === '0') return 0
  if (!durationText.test(body)) return undefined
  let total = 0
  for (const [, number, unit] of body.matchAll(durationParts)) total += Number(number) * (durationUnits[unit as string] as number)
  return total < numberMax ? (text.startsWith('-') ? -1 : 1) * Math.round(total) : undefined
}

/** Bytes of a size in powers of 1024 (`64`, `512k`, `1.5GiB`); undefined when it is none, or 8 EiB and more. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?([kmgtp]?)i?b?$/i.exec(text.trim())
  if (!match) return undefined
  const power = 'kmgtp'.indexOf((match[2] ?? '').toLowerCase() || '-') + 1
  const bytes = Math.round(Number(match[1]) * 1024 ** power)
  return bytes < numberMax ? bytes : undefined
}
