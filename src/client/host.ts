import { invalid } from '../base/errors.js'

/** Where a daemon listens. */
export type Host =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; hostname: string; port: number; basePath: string }

/** Where skepd listens when nothing else is said. */
export const defaultHost = 'unix:///var/run/skep.sock'

/** Parses `-H` and `DOCKER_HOST`: `unix:///path`, `tcp://host[:port]`, `http(s)://host[:port]`, `host:port`. Throws `invalid`. */
export function parseHost(text: string, tls: boolean): Host {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length)
    if (path === '') throw invalid(`unable to parse docker host \`${text}\``)
    return { kind: 'unix', path }
  }
  if (text.startsWith('/')) return { kind: 'unix', path: text }
  const rest = text.replace(/^(?:tcp|https?):\/\//, '')
  if (rest.includes('://')) throw invalid(`unable to parse docker host \`${text}\`: unix:// and tcp:// are known`)
  const match = /^(\[[^\]]+\]|[^:/]*)(?::(\d{1,5}))?(\/.*)?$/.exec(rest)
  if (!match) throw invalid(`unable to parse docker host \`${text}\``)
  const hostname = (match[1] ?? '').replace(/^\[|\]$/g, '')
  return {
    kind: 'tcp',
    hostname: hostname === '' ? '127.0.0.1' : hostname,
    port: match[2] === undefined ? (tls ? 2376 : 2375) : Number(match[2]),
    basePath: (match[3] ?? '').replace(/\/$/, ''),
  }
}

/** As people write it. */
export function hostText(host: Host): string {
  if (host.kind === 'unix') return `unix://${host.path}`
  return `tcp://${host.hostname.includes(':') ? `[${host.hostname}]` : host.hostname}:${host.port}${host.basePath}`
}
