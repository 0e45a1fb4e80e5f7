import { parseChallenges } from './challenge.js'
import { RegistryError, type RegistryProblem } from './errors.js'
import { readBody, type Answer } from './transport.js'

const refusalBytesMax = 64 * 1024
const textLengthMax = 1_000
const retryAfterMaxMs = 60_000

/** Makes an error of an answer that is no success, and reads its body. */
export async function refusalOf(answer: Answer, clockNowMs: number): Promise<RegistryError> {
  const body = answer.headers['content-length'] === '0' ? Buffer.alloc(0) : await readBody(answer, refusalBytesMax).catch(() => Buffer.alloc(0))
  const found = problemsOf(body)
  const { status } = answer
  if (status === 401) {
    const scoped = parseChallenges(answer.headers['www-authenticate']).some((challenge) => challenge.parameters['error'] === 'insufficient_scope')
    if (scoped) found.unshift({ code: 'DENIED', message: 'requested access to the resource is denied' })
    else if (found.length === 0) found.push({ code: 'UNAUTHORIZED', message: 'authentication required' })
  }
  const problems = found.slice(0, scopedOnly(found))
  const message =
    problems.length > 0
      ? problems.map(({ code, message: words }) => `${code.toLowerCase().replaceAll('_', ' ')}: ${words}`).join(', ')
      : `received unexpected HTTP status: ${status} ${answer.body.statusMessage ?? ''}`.trimEnd()
  return new RegistryError(status, problems, message, retryAfterMs(answer.headers['retry-after'], clockNowMs))
}

/** A denied scope explains everything behind it. */
function scopedOnly(problems: readonly RegistryProblem[]): number {
  return problems[0]?.code === 'DENIED' ? 1 : problems.length
}

/** The entries of an error document; none where the body is something else. */
export function problemsOf(body: Buffer): RegistryProblem[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    return []
  }
  const fields = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {}
  const errors: unknown = fields['errors']
  if (!Array.isArray(errors)) {
    const details = fields['details'] ?? fields['message']
    return typeof details === 'string' ? [{ code: 'UNKNOWN', message: printable(details) }] : []
  }
  return errors.slice(0, 5).flatMap((one: unknown): RegistryProblem[] => {
    if (typeof one !== 'object' || one === null) return []
    const { code, message } = one as Record<string, unknown>
    if (typeof code !== 'string') return []
    return [{ code: printable(code), message: typeof message === 'string' ? printable(message) : '' }]
  })
}

/** A registry's words end up on terminals and in logs. */
function printable(text: string): string {
  return text.slice(0, textLengthMax).replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
}

function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), retryAfterMaxMs) : undefined
}
