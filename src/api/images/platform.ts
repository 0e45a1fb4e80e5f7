import { invalid, messageOf } from '../../base/errors.js'
import { readPlatform } from '../../model/platform.js'
import type { Query } from '../query.js'

/**
 * A platform of the query as `os/architecture[/variant]`: clients since 1.46 send it as a JSON object, older ones as
 * that text. Undefined when it is not there. Throws `invalid`, also for a platform that nobody knows.
 */
export function platformParameter(query: Query, name = 'platform'): string | undefined {
  const text = query.text(name)
  return text === undefined ? undefined : platformText(text)
}

/** The same for a parameter that may come more than once. */
export function platformParameters(query: Query, name: string): string[] {
  return query.all(name).map(platformText)
}

/** `text` that is one of the platforms there are, so that a wrong one is told of before anything is looked for. */
function platformText(text: string): string {
  const written = text.trimStart().startsWith('{') ? objectText(text) : text
  readPlatform(written)
  return written
}

function objectText(text: string): string {
  let parsed: { os?: unknown; architecture?: unknown; variant?: unknown }
  try {
    parsed = JSON.parse(text) as typeof parsed
  } catch (cause) {
    throw invalid(`failed to parse platform: ${messageOf(cause)}`, cause)
  }
  const parts = [parsed.os, parsed.architecture, parsed.variant].filter((part) => part !== undefined && part !== '')
  if (!parts.every((part) => typeof part === 'string') || parsed.os === undefined || parsed.os === '') throw invalid(`failed to parse platform: ${text.slice(0, 200)} names no operating system`)
  return parts.join('/')
}
