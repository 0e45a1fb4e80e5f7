import { isIP } from 'node:net'
import { invalid } from '../../../src/base/errors.js'

/** What goes into a container's hosts(5) beside the loopback names. */
export interface HostsFile {
  /** The container's own addresses; none for containers without an interface. */
  addresses: readonly string[]
  /** Its host name, with the domain first when it has one: `web.example.org web`. */
  names: readonly string[]
  /** `--add-host` as given: `name:address` or `name=address`; the address may be `host-gateway`. */
  extraHosts?: readonly string[]
  /** What `host-gateway` stands for: the default bridge's addresses. */
  hostGateways?: readonly string[]
}

/** Text of /etc/hosts. Throws `invalid` with Docker's sentence for a malformed extra host. */
export function formatHostsFile(hosts: HostsFile): string {
  const lines: [string, string][] = [
    ['127.0.0.1', 'localhost'],
    ['::1', 'localhost ip6-localhost ip6-loopback'],
    ['fe00::', 'ip6-localnet'],
    ['ff00::', 'ip6-mcastprefix'],
    ['ff02::1', 'ip6-allnodes'],
    ['ff02::2', 'ip6-allrouters'],
  ]
  for (const entry of hosts.extraHosts ?? []) {
    const { name, address } = parseExtraHost(entry)
    const addresses = address === 'host-gateway' ? (hosts.hostGateways ?? []) : [address]
    if (addresses.length === 0) throw invalid(`unable to derive the IP value for host-gateway: there is no default bridge; give an address for ${name}`)
    for (const one of addresses) lines.push([one, name])
  }
  const names = hosts.names.filter((name) => name !== '').join(' ')
  if (names !== '') for (const address of hosts.addresses) lines.push([address, names])
  return lines.map(([address, text]) => `${address}\t${text}\n`).join('')
}

/** Reads `name:address` or `name=address`; IPv6 addresses may stand in brackets. */
export function parseExtraHost(entry: string): { name: string; address: string } {
  const match = /^([^:=]+)[:=](.+)$/.exec(entry)
  const name = match?.[1] ?? ''
  if (!match || name.trim() === '') throw invalid(`bad format for add-host: "${entry}"`)
  const address = (match[2] as string).replace(/^\[(.*)\]$/, '$1')
  if (address !== 'host-gateway' && isIP(address) === 0) throw invalid(`invalid IP address in add-host: "${address}"`)
  return { name, address }
}
