import { parseAddress } from '../../kernel/address-bytes.js'
import { nativeU32 } from '../../kernel/netlink-message.js'
import type { ElementChange, NftElement } from '../../kernel/nft-elements.js'

/**
 * The nftables table of a container's namespace that spreads new flows to virtual IPs. The rules, text for nft,
 * never change: a virtual IP and its backends are elements of maps, so a change costs the same however
 * many services there are. Established flows are connection tracking's and never look at them again. Pure.
 */

/** A virtual IP and where its flows go: addresses of one family. */
export interface VirtualIp {
  address: string
  /** In any order; none when nothing serves now. */
  backends: readonly string[]
}

/** The names that the table has by turns: a new one is complete before the old one goes. */
export const vipTables = ['skep-vip', 'skep-vip2'] as const

/** The table without virtual IPs, in place of what was there under its name. */
export function emptyVipTable(table: string): string {
  return [`table inet ${table}`, `delete table inet ${table}`, skeleton(table)].join('\n')
}

/**
 * The kernel may bring a change of the maps into effect between two look-ups for one packet: the number drawn may be
 * of a backend that is gone by the second. The first one is there as long as there is any.
 */
const firstBackend = '0'

/** The rules for virtual IPs with this many backends: one of them is drawn for each flow. */
export function addSize(table: string, backends: number): string {
  const chain = `inet ${table} n${backends}`
  // The mark carries the number drawn to the next rule; it does not leave the namespace.
  const draws = backends === 1 ? ['0'] : [`numgen random mod ${backends}`, firstBackend]
  const rules = draws.flatMap((draw) => [`meta mark set ${draw}`, 'dnat ip to ip daddr . meta mark map @backends', 'dnat ip6 to ip6 daddr . meta mark map @backends6'])
  return [`add chain ${chain}`, ...rules.map((rule) => `add rule ${chain} ${rule}`)].join('\n')
}

/** The elements that put virtual IPs in the place of others; those that stay as they are are left alone. */
export function changeVips(table: string, before: readonly VirtualIp[], after: readonly VirtualIp[]): ElementChange[] {
  const [old, fresh] = [elements(before), elements(after)]
  return [...changes('delete', table, old, fresh), ...changes('add', table, fresh, old)]
}

interface Placed {
  set: `${'vips' | 'backends' | 'unserved'}${'' | '6'}`
  element: NftElement
  /** What the element leads to, to compare. */
  value: string
}

/** The elements of virtual IPs, by set and key. */
function elements(vips: readonly VirtualIp[]): Map<string, Placed> {
  const placed = new Map<string, Placed>()
  for (const { address, backends } of vips) {
    const key = parseAddress(address)
    const family = key.length === 16 ? '6' : ''
    if (backends.length === 0) {
      placed.set(`unserved ${address}`, { set: `unserved${family}`, element: { key }, value: '' })
      continue
    }
    const goto = `n${backends.length}`
    placed.set(`vips ${address}`, { set: `vips${family}`, element: { key, value: { goto } }, value: goto })
    backends.forEach((backend, i) => {
      const element = { key: Uint8Array.from([...key, ...nativeU32(i)]), value: parseAddress(backend) }
      placed.set(`backends ${address} ${i}`, { set: `backends${family}`, element, value: backend })
    })
  }
  return placed
}

function changes(action: ElementChange['action'], table: string, these: ReadonlyMap<string, Placed>, others: ReadonlyMap<string, Placed>): ElementChange[] {
  const lists: Record<Placed['set'], NftElement[]> = { vips: [], vips6: [], backends: [], backends6: [], unserved: [], unserved6: [] }
  for (const [key, { set, element, value }] of these) if (others.get(key)?.value !== value) lists[set].push(element)
  return Object.entries(lists).filter(([, list]) => list.length > 0).map(([set, list]) => ({ action, table, set, elements: list }))
}

function skeleton(table: string): string {
  return `table inet ${table} {
  map vips { type ipv4_addr : verdict; }
  map backends { type ipv4_addr . mark : ipv4_addr; }
  set unserved { type ipv4_addr; }
  map vips6 { type ipv6_addr : verdict; }
  map backends6 { type ipv6_addr . mark : ipv6_addr; }
  set unserved6 { type ipv6_addr; }
  chain balance {
    type nat hook output priority -100; policy accept;
    ip daddr vmap @vips
    ip6 daddr vmap @vips6
  }
  chain refuse {
    type filter hook output priority filter; policy accept;
    ct state established,related accept comment "most packets are of flows that have begun"
    ip daddr @unserved meta l4proto tcp reject with tcp reset
    ip daddr @unserved reject
    ip6 daddr @unserved6 meta l4proto tcp reject with tcp reset
    ip6 daddr @unserved6 reject
  }
}`
}
