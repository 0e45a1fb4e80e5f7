import { invalid } from '../base/errors.js'

/**
 * The bytes of a field in base 64, with either alphabet. Throws `invalid` when it is no base 64 or over `bytesMax`.
 * `what` names the thing in the error: `secret`.
 */
export function decodeBase64(value: string, what: string, bytesMax: number): Uint8Array {
  const standard = value.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  const bytes = Buffer.from(standard, 'base64')
  // Buffer skips what it cannot read, so a wrong text shows by its length or by its last character.
  if (bytes.toString('base64').replace(/=+$/, '') !== standard) throw invalid(`invalid ${what} data: it must be base 64`)
  if (bytes.length > bytesMax) throw invalid(`${what} data is too large: ${bytes.length} bytes, at most ${bytesMax} are taken`)
  return bytes
}
