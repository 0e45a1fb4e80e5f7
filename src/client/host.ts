import { invalid } from '../base/errors.js'

/** Where a daemon listens. */
export type Host =
  | { kind: 'unix'; path: string }
  | { kind: 'tcp'; hostname: string; port: number; basePath: string }
  | SshHost

/** A daemon that is spoken to by the command line on its host, started there over SSH. */
export interface SshHost {
  kind: 'ssh'
  user: string | undefined
  hostname: string
  port: number | undefined
  /** The daemon's socket there, when it is not the default one. */
  path: string | undefined
}

/** Where skepd listens when nothing else is said. */
export const defaultHost = 'unix:///var/run/skep.sock'

/** Parses `-H` and `DOCKER_HOST`: `unix:///path`, `tcp://host[:port]`, `http(s)://host[:port]`, `host:port`, `ssh://[user@]host[:port][/path]`. Throws `invalid`. */
export function parseHost(text: string, tls: boolean): Host {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length)
    if (path === '') throw invalid(`unable to parse docker host \`${text}\``)
    return { kind: 'unix', path }
  }
  if (text.startsWith('/')) return { kind: 'unix', path: text }
  if (text.startsWith('ssh://')) return parseSsh(text)
  const rest = text.replace(/^(?:tcp|https?):\/\//, '')
  if (rest.includes('://')) throw invalid(`unable to parse docker host \`${text}\`: unix://, tcp:// and ssh:// are known`)
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

function parseSsh(text: string): SshHost {
  // Nothing begins with a dash: ssh would take it for an option.
  const match = /^ssh:\/\/(?:([^-@:/\s][^@:/\s]*)@)?(\[[0-9a-f:.%]+\]|[^-@:/\s[\]][^@:/\s[\]]*)(?::(\d{1,5}))?(\/\S*)?$/i.exec(text)
  if (!match) throw invalid(`unable to parse docker host \`${text}\`: ssh://[user@]host[:port][/path of the socket] is expected`)
  const [, user, hostname = '', port, path = '/'] = match
  return { kind: 'ssh', user, hostname: hostname.replace(/^\[|\]$/g, ''), port: port === undefined ? undefined : Number(port), path: path === '/' ? undefined : path }
}

/** As people write it. */
export function hostText(host: Host): string {
  if (host.kind === 'unix') return `unix://${host.path}`
  const name = host.hostname.includes(':') ? `[${host.hostname}]` : host.hostname
  if (host.kind === 'tcp') return `tcp://${name}:${host.port}${host.basePath}`
  return `ssh://${host.user === undefined ? '' : `${host.user}@`}${name}${host.port === undefined ? '' : `:${host.port}`}${host.path ?? ''}`
}
