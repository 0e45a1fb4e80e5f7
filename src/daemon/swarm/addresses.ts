import { isIP } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { invalid } from '../../base/errors.js'
import { defaults } from '../../model/defaults.js'

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** Bridges and pairs of our own carry containers, not the node. */
const ownInterfaces = /^(?:skep\d+|br-[0-9a-f]{12}|veth|skv|sk-)/

/** Splits `address[:port]`; the address may be an interface's name or an IPv6 address in brackets. */
export function splitAddress(text: string, defaultPort: number): { host: string; port: number } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text)
  const plain = isIP(text) === 6 ? undefined : /^([^:]*)(?::(\d+))?$/.exec(text)
  const match = bracketed ?? plain
  if (!match && isIP(text) !== 6) throw invalid(`invalid address ${text}: address[:port] expected`)
  const port = match?.[2] === undefined ? defaultPort : Number(match[2])
  if (port < 0 || port > 65_535) throw invalid(`invalid port in address ${text}`)
  return { host: match ? (match[1] as string) : text, port }
}

/** host:port with brackets around IPv6. */
export function joinAddress(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** Where to listen: `0.0.0.0:2377` by default, an interface's address when its name is given. Throws `invalid`. */
export function resolveListenAddress(text: string, interfaces: Interfaces): string {
  const { host, port } = splitAddress(text === '' ? `0.0.0.0:${defaults.remoteApiPort}` : text, defaults.remoteApiPort)
  return joinAddress(host === '' ? '0.0.0.0' : ipOf(host, interfaces, 'listen'), port)
}

/**
 * The address other nodes reach this one at. When none is given: the listen address if it is a real
 * one, else the only address of this host. Throws `invalid` in Docker's words when there are several.
 */
export function resolveAdvertiseAddress(text: string, listenAddress: string, interfaces: Interfaces): string {
  const listen = splitAddress(listenAddress, defaults.remoteApiPort)
  if (text !== '') {
    const { host, port } = splitAddress(text, listen.port)
    const ip = ipOf(host, interfaces, 'advertise')
    if (ip === '0.0.0.0' || ip === '::') throw invalid('advertise address must be a non-zero IP address or network interface (with optional port number)')
    return joinAddress(ip, port)
  }
  if (listen.host !== '0.0.0.0' && listen.host !== '::') return listenAddress
  return joinAddress(onlyAddress(interfaces), listen.port)
}

/** The data path's address: given, or the advertised one. */
export function resolveDataPathAddress(text: string, advertiseAddress: string, interfaces: Interfaces): string {
  if (text === '') return splitAddress(advertiseAddress, defaults.remoteApiPort).host
  const ip = ipOf(text, interfaces, 'data path')
  if (ip === '0.0.0.0' || ip === '::') throw invalid('data path address must be a non-zero IP')
  return ip
}

function ipOf(host: string, interfaces: Interfaces, what: string): string {
  if (isIP(host) !== 0) return host
  const addresses = (interfaces[host] ?? []).filter(({ scopeid }) => !scopeid)
  if (addresses.length === 0) {
    throw invalid(`${what} address must be a non-zero IP address or network interface (with optional port number): ${host} is neither`)
  }
  const v4 = addresses.filter(({ family }) => family === 'IPv4')
  const chosen = v4.length > 0 ? v4 : addresses
  if (chosen.length > 1) {
    throw invalid(`interface ${host} has more than one ${v4.length > 0 ? 'IPv4' : 'IPv6'} address (${chosen.map(({ address }) => address).join(' and ')}): give the address itself`)
  }
  return (chosen[0] as NetworkInterfaceInfo).address
}

function onlyAddress(interfaces: Interfaces): string {
  const found = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    ownInterfaces.test(name) ? [] : infos.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address, family }) => ({ name, address, family })),
  )
  const v4 = found.filter(({ family }) => family === 'IPv4')
  const candidates = v4.length > 0 ? v4 : found
  const [first, second] = candidates
  if (!first) throw invalid('could not find the system\'s IP address - specify one with --advertise-addr')
  if (second) {
    const where = first.name === second.name ? `on interface ${first.name}` : `on different interfaces`
    throw invalid(
      `could not choose an IP address to advertise since this system has multiple addresses ${where} (${first.address}${first.name === second.name ? '' : ` on ${first.name}`} and ${second.address}${first.name === second.name ? '' : ` on ${second.name}`}) - specify one with --advertise-addr`,
    )
  }
  return first.address
}
