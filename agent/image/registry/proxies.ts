import { BlockList, isIP } from 'node:net'
import { invalid } from '../../../src/base/errors.js'

/** Proxies as the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` give them; empty: none. */
export interface ProxySettings {
  httpProxy: string
  httpsProxy: string
  noProxy: string
}

/** A line of `NO_PROXY`: with a port it holds for that one only. */
interface Exception {
  /** `.example.org` stands for what is below; `example.org` for itself too. */
  domain: string
  port: string
}

/**
 * Which proxy an address is asked through. The rules are those of Go's `httpproxy`, and so dockerd's: this host
 * itself is never asked through one; `NO_PROXY` holds domains, addresses, networks in CIDR notation, or `*`.
 */
export class Proxies {
  private readonly http: URL | undefined
  private readonly https: URL | undefined
  private readonly networks = new BlockList()
  private readonly domains: Exception[] = []
  private readonly none: boolean

  /** Throws `invalid` for a proxy that is no URL. */
  constructor(private readonly settings: ProxySettings) {
    this.http = proxyUrl(settings.httpProxy)
    this.https = proxyUrl(settings.httpsProxy)
    const entries = settings.noProxy.split(',').map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== '')
    this.none = entries.includes('*')
    for (const entry of entries) this.except(entry)
  }

  /** Undefined: it is asked directly. */
  of(url: URL): URL | undefined {
    const proxy = url.protocol === 'https:' ? this.https : this.http
    return proxy && !this.none && !this.excepted(url) ? proxy : undefined
  }

  /** The variables that tell a program of these proxies; curl, and so git, hears only the names in small letters. */
  environment(): Record<string, string> {
    const { httpProxy, httpsProxy, noProxy } = this.settings
    const given = Object.entries({ http_proxy: httpProxy, https_proxy: httpsProxy, no_proxy: noProxy })
    return Object.fromEntries(given.filter(([, value]) => value !== ''))
  }

  private except(entry: string): void {
    const [address = '', bits] = entry.split('/')
    const version = isIP(address)
    if (bits !== undefined && version !== 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)) {
      this.networks.addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6')
      return
    }
    if (version !== 0 && bits === undefined) {
      this.networks.addAddress(address, version === 4 ? 'ipv4' : 'ipv6')
      return
    }
    const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry)
    if (match) this.domains.push({ domain: (match[1] ?? '').replace(/^\*(?=\.)/, '').replace(/^\[|\]$/g, ''), port: match[2] ?? '' })
  }

  private excepted(url: URL): boolean {
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
    const version = isIP(host)
    if (host === 'localhost' || (version !== 0 && loopback.check(host, version === 4 ? 'ipv4' : 'ipv6'))) return true
    if (version !== 0 && this.networks.check(host, version === 4 ? 'ipv4' : 'ipv6')) return true
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return this.domains.some(({ domain, port: only }) => {
      if (only !== '' && only !== port) return false
      return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
    })
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Without its password, for people. */
export function shownProxy(text: string): string {
  return text.replace(/^([a-z]+:\/\/)?[^/@]*@/i, '$1xxxxx:xxxxx@')
}

function proxyUrl(text: string): URL | undefined {
  if (text === '') return undefined
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // Said below.
  }
  throw invalid(`invalid proxy ${JSON.stringify(shownProxy(text))}: an http:// or https:// URL is expected`)
}
