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

/**
 * The data path's address: given, or the advertised one; where that is none of this host's (it is behind a
 * translation of addresses), the address listened on, or the only one there is. Always one of this host's own:
 * networks are made on it. Throws `invalid` in Docker's words.
 */
export function resolveDataPathAddress(text: string, advertiseAddress: string, listenAddress: string, interfaces: Interfaces): string {
  const wrong = 'data path address must be a non-zero IP address or network interface (without a port number)'
  if (text !== '') {
    const ip = ipOf(text, interfaces, 'data path')
    if (ip === '0.0.0.0' || ip === '::') throw invalid(wrong)
    if (!isOwn(ip, interfaces)) throw invalid(`${wrong}: ${ip} is no address of this host`)
    return ip
  }
  const advertised = splitAddress(advertiseAddress, defaults.remoteApiPort).host
  if (isOwn(advertised, interfaces)) return advertised
  const listened = splitAddress(listenAddress, defaults.remoteApiPort).host
  if (isOwn(listened, interfaces)) return listened
  const own = outsideAddresses(interfaces)
  if (own.length !== 1 || !own[0]) {
    throw invalid(
      "must specify a listening address because the address to advertise is not recognized as a system address, and a system's IP address to use could not be uniquely identified: give one with --listen-addr or --data-path-addr",
    )
  }
  return own[0].address
}

function isOwn(ip: string, interfaces: Interfaces): boolean {
  return Object.values(interfaces).some((infos) => infos?.some(({ address }) => address === ip))
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

/** Addresses by which others may reach this host: IPv4 when there are some, else IPv6. */
function outsideAddresses(interfaces: Interfaces): { name: string; address: string }[] {
  const found = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    ownInterfaces.test(name) ? [] : infos.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address, family }) => ({ name, address, family })),
  )
  const v4 = found.filter(({ family }) => family === 'IPv4')
  return v4.length > 0 ? v4 : found
}

function onlyAddress(interfaces: Interfaces): string {
  const [first, second] = outsideAddresses(interfaces)
  if (!first) throw invalid('could not find the system\'s IP address - specify one with --advertise-addr')
  if (second) {
    const where = first.name === second.name ? `on interface ${first.name}` : `on different interfaces`
    throw invalid(
      `could not choose an IP address to advertise since this system has multiple addresses ${where} (${first.address}${first.name === second.name ? '' : ` on ${first.name}`} and ${second.address}${first.name === second.name ? '' : ` on ${second.name}`}) - specify one with --advertise-addr`,
    )
  }
  return first.address
}
