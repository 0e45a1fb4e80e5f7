/** How a server wants to be shown who asks (RFC 9110, 11.6.1): `Bearer realm="...",service="..."`. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  scheme: string
  /** Names in lower case. */
  parameters: Record<string, string>
}

/** Longer headers are not looked at. */
const headerLengthMax = 8_192
const tokenPattern = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y

/** Every challenge of a `WWW-Authenticate` header; several headers come joined by commas. What cannot be read is left out. */
export function parseChallenges(header: string | undefined): Challenge[] {
  if (header === undefined || header.length > headerLengthMax) return []
  const found: Challenge[] = []
  let at = 0
  const skip = (characters: string): void => {
    while (at < header.length && characters.includes(header[at] as string)) at++
  }
  const token = (): string | undefined => {
    tokenPattern.lastIndex = at
    const match = tokenPattern.exec(header)
    if (!match) return undefined
    at += match[0].length
    return match[0]
  }
  while (at < header.length) {
    skip(' \t,')
    const word = token()
    if (word === undefined) break
    skip(' \t')
    if (header[at] !== '=') {
      found.push({ scheme: word.toLowerCase(), parameters: {} })
      continue
    }
    at++
    skip(' \t')
    const value = header[at] === '"' ? quoted() : token()
    const last = found.at(-1)
    if (last && value !== undefined) last.parameters[word.toLowerCase()] = value
  }
  return found

  function quoted(): string {
    let value = ''
    for (at++; at < header!.length && header![at] !== '"'; at++) {
      if (header![at] === '\\') at++
      value += header![at] ?? ''
    }
    at++
    return value
  }
}
