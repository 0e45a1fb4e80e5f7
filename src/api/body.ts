import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { invalid } from '../base/errors.js'
import type { Check } from './json-check.js'

/** Over the largest config (1,000 KiB, more in base 64) with room for its labels; bodies that are streams are not limited. */
export const jsonBytesMax = 4 * 1024 * 1024
/** So much of a larger body is read and thrown away: most clients read an answer only when they have sent everything. */
export const patienceBytes = 64 * 1024 * 1024

/**
 * The request's body as checked JSON. Throws `invalid` for a body over the limit, a content type that
 * is not JSON or is missing, damaged JSON, a wrong type, and, unless `whenEmpty` is given, for no body.
 */
export async function readJson<T>(body: Readable, headers: IncomingHttpHeaders, check: Check<T>, whenEmpty?: T): Promise<T> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= jsonBytesMax) chunks.push(chunk)
    else chunks.length = 0
    if (size > patienceBytes) break
  }
  if (size > jsonBytesMax) throw invalid(`the request body is too large: at most ${jsonBytesMax} bytes are taken`)
  if (size === 0) {
    if (whenEmpty !== undefined) return whenEmpty
    throw invalid('got EOF while reading request body: a JSON object is needed')
  }
  // As Docker does: no type at all is what web pages may send to other hosts without asking them.
  const type = headers['content-type'] ?? ''
  if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw invalid(`unsupported Content-Type header (${type}): must be 'application/json'`)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (cause) {
    throw invalid(`invalid JSON: ${cause instanceof Error ? cause.message : 'the body cannot be read'}`, cause)
  }
  if (parsed === null && whenEmpty !== undefined) return whenEmpty
  return check(parsed, '')
}
