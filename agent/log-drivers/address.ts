/** Where messages go: a path for unix sockets, else a host and a port. */
export interface LogAddress {
  scheme: string
  path?: string
  host: string
  port: number
}

/**
 * `scheme://host[:port]` or `unix:///path`; undefined for what is not one of the schemes, lacks a host or has no port where
 * there is no usual one.
 */
export function parseAddress(text: string, schemes: readonly string[], usualPort: number | undefined): LogAddress | undefined {
  const at = text.indexOf('://')
  const scheme = text.slice(0, Math.max(0, at))
  const rest = text.slice(at + 3)
  if (at < 0 || !schemes.includes(scheme)) return undefined
  if (scheme === 'unix' || scheme === 'unixgram') return rest.startsWith('/') ? { scheme, path: rest, host: '', port: 0 } : undefined
  const found = /^(\[[^\]]+\]|[^:/]+)(?::(\d{1,5}))?\/?$/.exec(rest)
  const port = found?.[2] === undefined ? usualPort : Number(found[2])
  if (!found || port === undefined || port < 1 || port > 65_535) return undefined
  return { scheme, host: (found[1] as string).replace(/^\[|\]$/g, ''), port }
}
