import { BlockList, isIP } from 'node:net'
import { invalid } from '../../../src/base/errors.js'

/** One place that serves a registry. */
export interface Endpoint {
  /** `https://registry.example:5000` */
  origin: string
  /** Anything before `/v2/`; mirrors may have one. */
  prefix: string
  mirror: boolean
  /** Its certificate is not checked. */
  insecure: boolean
}

/** Settings of registries, as dockerd's flags of the same names give them. */
export interface RegistrySettings {
  /** `--registry-mirror`: asked before Docker Hub. */
  mirrors: readonly string[]
  /** `--insecure-registry`: `host[:port]` or networks in CIDR notation. */
  insecure: readonly string[]
}

/** Always taken as insecure: what is on this host needs no protection from the network. */
export const insecureByDefault: readonly string[] = ['127.0.0.0/8', '::1/128', 'localhost']

export const hubDomain = 'docker.io'
const hubOrigin = 'https://registry-1.docker.io'

/** Where each registry is asked, in which order. */
export class Endpoints {
  private mirrors: Endpoint[] = []
  private networks = new BlockList()
  private hosts = new Set<string>()
  /** Registries that were seen to speak plain HTTP: asked that way first. */
  private readonly plain = new Set<string>()

  /** Throws `invalid` with dockerd's words for settings that are no mirrors or hosts. */
  constructor(settings: RegistrySettings) {
    this.replace(settings)
  }

  /** Other settings from now on. Throws as the constructor; nothing has changed then. */
  replace(settings: RegistrySettings): void {
    const before = { networks: this.networks, hosts: this.hosts }
    try {
      this.networks = new BlockList()
      this.hosts = new Set()
      for (const one of settings.insecure) this.addInsecure(one)
      this.mirrors = settings.mirrors.map((text) => this.mirror(text))
    } catch (thrown) {
      Object.assign(this, before)
      throw thrown
    }
  }

  /** The places of a domain as names of images have it. */
  of(domain: string): Endpoint[] {
    if (domain === hubDomain) return [...this.mirrors, { origin: hubOrigin, prefix: '', mirror: false, insecure: false }]
    const insecure = this.isInsecure(domain)
    const secure: Endpoint = { origin: `https://${domain}`, prefix: '', mirror: false, insecure }
    if (!insecure) return [secure]
    const plain: Endpoint = { ...secure, origin: `http://${domain}` }
    return this.plain.has(domain) ? [plain, secure] : [secure, plain]
  }

  /** Remembers how a registry was reached. */
  reached(domain: string, endpoint: Endpoint): void {
    if (endpoint.mirror) return
    if (endpoint.origin.startsWith('http:')) this.plain.add(domain)
    else this.plain.delete(domain)
  }

  /** `host[:port]` */
  isInsecure(domain: string): boolean {
    const host = domain.startsWith('[') ? domain.slice(1, domain.indexOf(']')) : domain.replace(/:\d+$/, '')
    if (this.hosts.has(domain) || this.hosts.has(host)) return true
    const version = isIP(host)
    return version !== 0 && this.networks.check(host, version === 4 ? 'ipv4' : 'ipv6')
  }

  private addInsecure(text: string): void {
    const slash = text.lastIndexOf('/')
    const address = slash < 0 ? text : text.slice(0, slash)
    const version = isIP(address)
    if (slash >= 0 && version !== 0) {
      const bits = Number(text.slice(slash + 1))
      if (!/^\d+$/.test(text.slice(slash + 1)) || bits > (version === 4 ? 32 : 128)) throw invalid(`insecure registry ${text} is not valid: it has no such prefix length`)
      this.networks.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6')
      return
    }
    if (text.includes('://')) throw invalid(`insecure registry ${text} should not contain '://'`)
    if (!/^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.test(text)) throw invalid(`insecure registry ${text} is not valid: host[:port] or a network in CIDR notation is expected`)
    this.hosts.add(text)
  }

  private mirror(text: string): Endpoint {
    let url: URL
    try {
      url = new URL(text)
    } catch (cause) {
      throw invalid(`invalid mirror: "${text}" is not a valid URI`, cause)
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid(`invalid mirror: unsupported scheme "${url.protocol.slice(0, -1)}" in "${text}"`)
    if (url.search !== '' || url.hash !== '') throw invalid(`invalid mirror: query or fragment at end of the URI "${text}"`)
    if (url.username !== '' || url.password !== '') throw invalid('invalid mirror: username/password not allowed in URI')
    return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, ''), mirror: true, insecure: this.isInsecure(url.host) }
  }
}
