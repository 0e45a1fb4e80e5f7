import { invalid } from '../base/errors.js'

/** `host:5000/name:tag@sha256:...` taken apart; what is absent is empty. */
export function splitReference(reference: string): { name: string; tag: string; digest: string } {
  const at = reference.indexOf('@')
  const digest = at < 0 ? '' : reference.slice(at + 1)
  const rest = at < 0 ? reference : reference.slice(0, at)
  const colon = rest.lastIndexOf(':')
  // A colon before a slash is the port of the registry.
  if (colon < 0 || rest.indexOf('/', colon) >= 0) return { name: rest, tag: '', digest }
  return { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest }
}

/** The same for what is to be pulled or pushed. Throws `invalid` for what names nothing. */
export function namedReference(reference: string): ReturnType<typeof splitReference> {
  const parts = splitReference(reference)
  if (parts.name === '') throw invalid('invalid reference format')
  return parts
}

/** With `:latest` when neither tag nor digest is given. */
export function familiarName(reference: string): string {
  const { tag, digest } = splitReference(reference)
  return tag === '' && digest === '' ? `${reference}:latest` : reference
}
