import type { Address, Route } from '../kernel/netlink-route.js'
import { containsPrefix, parseSubnet, prefixText, type Prefix } from './subnet.js'

/** What the kernel says of a host's interfaces and routes. */
export interface HostLinks {
  links: readonly { index: number; name: string }[]
  addresses: readonly Address[]
  routes: readonly Route[]
}

/** RT_TABLE_MAIN and RTN_UNICAST of linux/rtnetlink.h. */
const mainTable = 254
const unicast = 1
/** Shorter ones stand for "everywhere": tunnels that take all traffic are led by such routes. */
const shortestPrefix = { 4: 8, 6: 16 } as const
/** Loopback and link-local: the same on every host, and in nobody's way. */
const everyHost = ['127.0.0.0/8', '169.254.0.0/16', '::1/128', 'fe80::/10'].map(parseSubnet)

/**
 * The subnets that a host is on: those of its interfaces' addresses and of the routes that need no gateway,
 * without those of the devices `own`, and none within another. The widest come first, at most `max` of them.
 */
export function hostSubnets({ links, addresses, routes }: HostLinks, own: ReadonlySet<string>, max: number): string[] {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const isForeign = (index: number | undefined): boolean => index !== undefined && !own.has(names.get(index) ?? '')
  const direct = routes.filter((route) => route.table === mainTable && route.type === unicast && route.gateway === undefined)
  const found = [
    ...addresses.filter(({ index }) => isForeign(index)).map(({ address, prefixLength }) => `${address}/${prefixLength}`),
    ...direct.filter(({ index }) => isForeign(index)).map(({ destination }) => destination),
  ].map(parseSubnet)
  const kept: Prefix[] = []
  for (const prefix of found.sort(widestFirst)) {
    if (prefix.length < shortestPrefix[prefix.family] || everyHost.some((one) => containsPrefix(one, prefix))) continue
    if (!kept.some((wider) => containsPrefix(wider, prefix))) kept.push(prefix)
  }
  return kept.slice(0, max).map(prefixText)
}

function widestFirst(a: Prefix, b: Prefix): number {
  if (a.length !== b.length) return a.length - b.length
  if (a.family !== b.family) return a.family - b.family
  return a.base < b.base ? -1 : a.base > b.base ? 1 : 0
}
