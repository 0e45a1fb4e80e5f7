import { invalid } from '../../src/base/errors.js'
import type { Digest } from './descriptor.js'

/**
 * Names of images, in the grammar of the "distribution" project (`reference`): `[domain/]path[:tag][@digest]`,
 * where a name without a domain is of Docker Hub and one without a slash is of its `library`.
 */
export interface Reference {
  /** `docker.io`, `registry.example:5000`, ... */
  domain: string
  /** `library/busybox` */
  path: string
  tag?: string
  digest?: Digest
}

const defaultDomain = 'docker.io'
const libraryPrefix = 'library/'
const defaultTag = 'latest'
/** Characters of domain and path together. */
const nameLengthMax = 255

const domainPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const domainPattern = new RegExp(`^(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const pathPart = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const pathPattern = new RegExp(`^${pathPart}(?:/${pathPart})*$`)
const tagPattern = /^\w[\w.-]{0,127}$/
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/

/** Reads a name as users write it. Throws `invalid` with Docker's words. */
export function parseReference(text: string): Reference {
  if (/^[0-9a-f]{64}$/.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  }
  const { domain, rest } = splitDomain(text)
  const at = rest.indexOf('@')
  const beforeDigest = at < 0 ? rest : rest.slice(0, at)
  const digest = at < 0 ? undefined : rest.slice(at + 1)
  const colon = beforeDigest.indexOf(':')
  const path = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon)
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1)
  if (path.toLowerCase() !== path && pathPattern.test(path.toLowerCase())) {
    throw invalid(`invalid reference format: repository name (${path}) must be lowercase`)
  }
  const fits =
    domainPattern.test(domain) &&
    pathPattern.test(path) &&
    (tag === undefined || tagPattern.test(tag)) &&
    (digest === undefined || digestPattern.test(digest))
  if (!fits) throw invalid('invalid reference format')
  if (domain.length + 1 + path.length > nameLengthMax) {
    throw invalid(`invalid reference format: repository name must not be more than ${nameLengthMax} characters`)
  }
  return { domain, path, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const isDomain = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  const domain = !isDomain || first === 'index.docker.io' ? defaultDomain : first
  const rest = isDomain ? text.slice(slash + 1) : text
  const short = domain === defaultDomain && !/^[^:@]*\//.test(rest)
  return { domain, rest: short ? `${libraryPrefix}${rest}` : rest }
}

/** A name and a tag, as `docker tag` and `docker import` give them. Throws `invalid`. */
export function referenceOf(repository: string, tag?: string): Reference {
  const parsed = parseReference(repository)
  if (parsed.digest !== undefined) throw invalid('refusing to create a tag with a digest reference')
  if (tag === undefined || tag === '') return withDefaultTag(parsed)
  if (!tagPattern.test(tag)) throw invalid('invalid reference format')
  return { ...parsed, tag }
}

/** With `latest` where neither tag nor digest stands. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: defaultTag } : reference
}

/** The full form, which the store keeps: `docker.io/library/busybox:latest`. */
export function canonicalName({ domain, path, tag, digest }: Reference): string {
  return `${domain}/${path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** Without tag and digest: `docker.io/library/busybox`. */
export function repositoryOf({ domain, path }: Reference): string {
  return `${domain}/${path}`
}

/** Without tag and digest, as people write it: `busybox`, `registry.example/app`. */
export function familiarRepository({ domain, path }: Reference): string {
  if (domain !== defaultDomain) return `${domain}/${path}`
  const short = path.startsWith(libraryPrefix) ? path.slice(libraryPrefix.length) : path
  return short.includes('/') && path.startsWith(libraryPrefix) ? path : short
}

/** As people write it: `busybox:latest`. */
export function familiarName(reference: Reference): string {
  const { tag, digest } = reference
  return `${familiarRepository(reference)}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/**
 * Holds a name against a pattern of `docker images --filter reference=`: a glob over the familiar name with
 * or without its tag, where `*` and `?` stop at slashes (Go's `path.Match`).
 */
export function matchesPattern(reference: Reference, pattern: string): boolean {
  const expression = globExpression(pattern)
  return expression.test(familiarName(reference)) || expression.test(familiarRepository(reference))
}

/** Throws `invalid` for a pattern with an unclosed class or nothing behind a backslash. */
function globExpression(pattern: string): RegExp {
  if (pattern.length > nameLengthMax * 2) throw invalid('syntax error in pattern')
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string
    if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '\\') {
      const next = pattern[++i]
      if (next === undefined) throw invalid('syntax error in pattern')
      source += escaped(next)
    } else if (char === '[') {
      const end = pattern.indexOf(']', i + 2)
      if (end < 0) throw invalid('syntax error in pattern')
      const negated = pattern[i + 1] === '^'
      const inside = pattern.slice(i + (negated ? 2 : 1), end).replace(/[\\\]^]/g, '\\$&')
      source += `[${negated ? '^' : ''}${inside}]`
      i = end
    } else source += escaped(char)
  }
  try {
    // Runs of stars would make the expression backtrack without telling anything apart.
    return new RegExp(`^${source.replace(/(?:\[\^\/\]\*){2,}/g, '[^/]*')}$`)
  } catch (cause) {
    throw invalid('syntax error in pattern', cause)
  }
}

function escaped(char: string): string {
  return char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
