import { invalid } from '../../src/base/errors.js'

/** `10m`, `64k`, `1g`, `512`: bytes; undefined for anything else. */
export function readSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(text.trim())
  if (!match) return undefined
  const power = { '': 0, k: 1, m: 2, g: 3, t: 4 }[(match[2] ?? '').toLowerCase()] ?? 0
  return Math.floor(Number(match[1]) * 1024 ** power)
}

/** The same for `max-size`. Throws `invalid`. */
export function parseLogSize(text: string, option = 'max-size'): number {
  const bytes = readSize(text)
  if (bytes === undefined || bytes <= 0) throw invalid(`invalid value for ${option}: ${text}; use a number with k, m or g`)
  return bytes
}
