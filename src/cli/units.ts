import { humanDuration } from '../base/human-duration.js'

/** Sizes and times as Docker's tables print them. */

/** Decimal units, four significant digits: `5.4MB`, `0B`. */
export function humanSize(bytes: number, digits = 4): string {
  return scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], digits)
}

/** Binary units: `1.5GiB`. */
export function binarySize(bytes: number, digits = 4): string {
  return scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], digits)
}

function scaled(value: number, base: number, units: readonly string[], digits: number): string {
  let size = value
  let unit = 0
  while (Math.abs(size) >= base && unit < units.length - 1) {
    size /= base
    unit++
  }
  return `${String(Number(size.toPrecision(digits)))}${units[unit] ?? ''}`
}

/** `3 minutes ago`, from a time in RFC 3339 or in milliseconds. */
export function ago(time: string | number | undefined, nowMs: number): string {
  const ms = typeof time === 'string' ? Date.parse(time) : (time ?? Number.NaN)
  if (Number.isNaN(ms) || ms <= 0) return 'N/A'
  return `${humanDuration(nowMs - ms)} ago`
}

/** The first 12 characters of an id, without its `sha256:`. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12)
}

/** Cut to `length` characters with an ellipsis. */
export function ellipsis(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/** Nanoseconds as Go prints a duration: `1m30s`, `500ms`. */
export function goDuration(ns: number): string {
  if (ns === 0) return '0s'
  const sign = ns < 0 ? '-' : ''
  const size = Math.abs(ns)
  if (size < 1e9) {
    const [unit, name] = size >= 1e6 ? [1e6, 'ms'] : size >= 1e3 ? [1e3, 'µs'] : [1, 'ns']
    return `${sign}${String(Number((size / unit).toFixed(6)))}${name}`
  }
  const hours = Math.floor(size / 3600e9)
  const minutes = Math.floor((size % 3600e9) / 60e9)
  const seconds = Number(((size % 60e9) / 1e9).toFixed(9))
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${String(seconds)}s`
}

/** A time in RFC 3339 as Go prints it: `2024-01-02 15:04:05.678 +0000 UTC`. */
export function goTimeOf(text: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1]?.replace(/0+$/, '') ?? ''
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return text
  const [date = '', time = ''] = new Date(ms).toISOString().split('T')
  return `${date} ${time.slice(0, 8)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`
}

/** Milliseconds as Go prints a local time: `2024-01-02 15:04:05 +0000 UTC`. */
export function goTime(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = new Date(ms)
  const offset = -time.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`
  const name = offset === 0 ? 'UTC' : (/\(([A-Z]{2,5})\)$/.exec(time.toString())?.[1] ?? zone.replace(/00$/, ''))
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())} ${zone} ${name}`
}
