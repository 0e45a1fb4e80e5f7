import { isIP } from 'node:net'
import type { ResolverSettings } from './dns-service.js'

/** The settings of a resolv.conf(5) that matter here; everything else of a file is dropped. */
export interface ResolvConf {
  nameservers: string[]
  search: string[]
  options: string[]
}

/**
 * Used when the host names no server that a container can reach, as Docker does. Both are Google's
 * public resolvers.
 */
export const fallbackNameservers = { ipv4: ['8.8.8.8', '8.8.4.4'], ipv6: ['2001:4860:4860::8888', '2001:4860:4860::8844'] } as const

/** systemd-resolved's stub listener on the host's loopback; the servers behind it are in the second file. */
const stubResolver = '127.0.0.53'
const hostFile = '/etc/resolv.conf'
const resolvedFile = '/run/systemd/resolve/resolv.conf'

export function parseResolvConf(text: string): ResolvConf {
  const conf: ResolvConf = { nameservers: [], search: [], options: [] }
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.replace(/[#;].*$/, '').trim().split(/\s+/)
    if (keyword === 'nameserver' && values[0] && isIP(values[0].split('%')[0] as string) !== 0) conf.nameservers.push(values[0])
    // The last line of these counts; "domain" is the old way to give a single one.
    else if (keyword === 'search' || keyword === 'domain') conf.search = values
    else if (keyword === 'options') conf.options.push(...values)
  }
  return conf
}

export function formatResolvConf(conf: ResolvConf): string {
  return [
    ...conf.nameservers.map((server) => `nameserver ${server}`),
    ...(conf.search.length > 0 ? [`search ${conf.search.join(' ')}`] : []),
    ...(conf.options.length > 0 ? [`options ${conf.options.join(' ')}`] : []),
  ].map((line) => `${line}\n`).join('')
}

/** Which file tells the host's name servers, from the text of /etc/resolv.conf: systemd-resolved hides them behind a stub. */
export function hostResolvConfPath(hostText: string): string {
  const { nameservers } = parseResolvConf(hostText)
  return nameservers.length === 1 && nameservers[0] === stubResolver ? resolvedFile : hostFile
}

/** What a user asked for with `--dns`, `--dns-search` and `--dns-option`, on the container or the daemon. */
export interface DnsSettings {
  servers?: readonly string[]
  search?: readonly string[]
  options?: readonly string[]
}

/**
 * The resolv.conf of a container without a name server of its own (default bridge): the host's, as
 * far as a container can use it. Loopback servers are the host's own and are dropped, link-local IPv6
 * ones need an interface that the container does not have, other IPv6 ones need IPv6. `--dns-search .`
 * means no search domain.
 */
export function containerResolvConf(hostText: string, settings: DnsSettings, ipv6: boolean): ResolvConf {
  const host = parseResolvConf(hostText)
  const usable = host.nameservers.filter((server) => !isLoopback(server) && !server.includes('%') && (ipv6 || !server.includes(':')))
  const fallback = ipv6 ? [...fallbackNameservers.ipv4, ...fallbackNameservers.ipv6] : [...fallbackNameservers.ipv4]
  const asked = settings.servers ?? []
  const search = settings.search && settings.search.length > 0 ? settings.search.filter((domain) => domain !== '.') : host.search
  return {
    nameservers: asked.length > 0 ? [...asked] : usable.length > 0 ? usable : fallback,
    search: [...search],
    options: settings.options && settings.options.length > 0 ? [...settings.options] : host.options,
  }
}

/**
 * The resolv.conf of a container with a name server of its own at `server`, and whom that one asks: what
 * the user gave is asked from the container's namespace, the host's servers on its loopback from the host's.
 */
export function embeddedResolvConf(hostText: string, settings: DnsSettings, server: string): { conf: ResolvConf; resolver: ResolverSettings } {
  const host = parseResolvConf(hostText)
  const { search, options } = containerResolvConf(hostText, settings, true)
  const asked = (settings.servers ?? []).map((address) => ({ address, fromHost: false }))
  const usable = host.nameservers.map((address) => ({ address, fromHost: isLoopback(address) || address.includes('%') }))
  const fallback = fallbackNameservers.ipv4.map((address) => ({ address, fromHost: false }))
  const ndots = options.find((option) => option.startsWith('ndots:'))
  return {
    // Names of one part are for the networks first, not for a search domain.
    conf: { nameservers: [server], search, options: ndots === undefined ? [...options, 'ndots:0'] : options },
    resolver: { upstreams: asked.length > 0 ? asked : usable.length > 0 ? usable : fallback, ndotsSet: Number(ndots?.slice('ndots:'.length) ?? 0) > 0 },
  }
}

function isLoopback(server: string): boolean {
  return server.startsWith('127.') || server === '::1' || server === '0.0.0.0' || server === '::'
}
