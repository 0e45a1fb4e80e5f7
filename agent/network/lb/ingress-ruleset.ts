import { parseAddress } from '../../kernel/address-bytes.js'
import { nativeU32 } from '../../kernel/netlink-message.js'
import type { ElementChange, NftElement } from '../../kernel/nft-elements.js'
import type { Protocol } from '../types.js'

/**
 * The nftables table of the routing mesh on a host: published ports lead to tasks on any node with the client's
 * address left as it is. The rules, text for nft, never change: ports and their backends are elements of maps,
 * so a change costs the same however many there are. Pure.
 */

/** A port that every node answers on. */
export interface IngressPort {
  protocol: Protocol
  port: number
  /** Of both families; each takes the flows of its own. */
  backends: readonly { address: string; port: number }[]
}

/** The host's device on the ingress network. */
export const ingressDevice = 'sk-ingress'

/**
 * The bit of marks, of packets and of flows, that stands for "into the ingress network". Its subnet may be
 * one that the host has elsewhere, so only these packets are routed there.
 */
export const ingressMark = 0x0100_0000
const markText = '0x01000000'

/** The bit of packets' marks that keeps the source address from being masqueraded further on. */
export const keepSourceMark = '0x02000000'

/**
 * The bit beside it of packets that may go to a task of this host by the task's own bridge: those that came to a port
 * from outside, and not from a container, whose bridge would hand answers past this host.
 */
export const nearMark = 0x0400_0000
const nearText = '0x04000000'

/** The names that the table has by turns: a new one is complete before the old one goes. */
export const ingressTables = ['skep-ingress', 'skep-ingress2'] as const

/** The table of a host without ports, in place of what was there under its name. `local` is the node's own address on the data path. */
export function emptyIngressTable(table: string, local: string): string {
  return [`table inet ${table}`, `delete table inet ${table}`, hostSkeleton(table, local)].join('\n')
}

export function removeIngressTables(): string {
  return ingressTables.map((table) => `table inet ${table}\ndelete table inet ${table}`).join('\n')
}

/** The rules for ports with this many backends: one of them is drawn for each flow. */
export function addIngressSize(table: string, backends: number): string {
  // The mark carries the number drawn to the next rule, and the bit that leads into the ingress network.
  // One that a change took away between two look-ups for the packet is not found: the first is there while there is any.
  const draws = backends === 1 ? [markText] : [`numgen random mod ${backends} offset ${ingressMark}`, markText]
  return ([4, 6] as const).flatMap((family) => {
    const chain = `inet ${table} ${chainOf(family, backends)}`
    const ip = family === 4 ? 'ip' : 'ip6'
    return [
      `add chain ${chain}`,
      ...draws.flatMap((draw) => [
        `add rule ${chain} meta mark set ${draw} ct mark set ct mark or ${markText}`,
        // A port can be set only where the protocol is told.
        `add rule ${chain} meta l4proto { tcp, udp, sctp } dnat ${ip} to meta l4proto . th dport . meta mark map @backends${family}`,
      ]),
    ]
  }).join('\n')
}

/** An element, and what it leads to as text to compare. */
interface Placed {
  set: string
  element: NftElement
  value: string
}

/** The elements that put ports in the place of others; those that stay as they are are left alone. */
export function changeIngressPorts(table: string, before: readonly IngressPort[], after: readonly IngressPort[]): ElementChange[] {
  const [old, fresh] = [elementsOf(before), elementsOf(after)]
  return [...changes('delete', table, old, fresh), ...changes('add', table, fresh, old)]
}

/** Of each family, without those that nobody serves: their connections are refused by the host. */
export function backendsByFamily({ backends }: IngressPort): { family: 4 | 6; backends: IngressPort['backends'] }[] {
  return ([4, 6] as const)
    .map((family) => ({ family, backends: backends.filter(({ address }) => address.includes(':') === (family === 6)) }))
    .filter((one) => one.backends.length > 0)
}

function elementsOf(ports: readonly IngressPort[]): Map<string, Placed> {
  const placed = new Map<string, Placed>()
  for (const port of ports) {
    // Parts of a concatenation are padded to 4 bytes.
    const key = [protocolNumbers[port.protocol], 0, 0, 0, port.port >> 8, port.port & 0xff, 0, 0]
    const name = `${port.protocol}/${port.port}`
    for (const { family, backends } of backendsByFamily(port)) {
      const goto = chainOf(family, backends.length)
      placed.set(`ports${family} ${name}`, { set: `ports${family}`, element: { key: Uint8Array.from(key), value: { goto } }, value: goto })
      backends.forEach(({ address, port: target }, i) => {
        const value = Uint8Array.from([...parseAddress(address), target >> 8, target & 0xff, 0, 0])
        const element = { key: Uint8Array.from([...key, ...nativeU32(ingressMark + i)]), value }
        placed.set(`backends${family} ${name} ${i}`, { set: `backends${family}`, element, value: `${address} ${target}` })
      })
    }
  }
  return placed
}

function changes(action: ElementChange['action'], table: string, these: ReadonlyMap<string, Placed>, others: ReadonlyMap<string, Placed>): ElementChange[] {
  const lists = new Map<string, NftElement[]>()
  for (const [key, { set, element, value }] of these) {
    if (others.get(key)?.value === value) continue
    const list = lists.get(set) ?? []
    list.push(element)
    lists.set(set, list)
  }
  return [...lists].map(([set, elements]) => ({ action, table, set, elements }))
}

/** IPPROTO_*. */
const protocolNumbers = { tcp: 6, udp: 17, sctp: 132 } as const

const chainOf = (family: 4 | 6, backends: number): string => `f${family}n${backends}`

/** The chains that bring the packets of a flow into the ingress network, by the flow's mark. */
export const markChains = `  chain mark-prerouting {
    type filter hook prerouting priority mangle; policy accept;
    ct direction original ct mark and ${markText} == ${markText} meta mark set meta mark or ${markText}
  }
  chain mark-output {
    type route hook output priority mangle; policy accept;
    ct direction original ct mark and ${markText} == ${markText} meta mark set meta mark or ${markText}
  }`

function hostSkeleton(table: string, local: string): string {
  // The host has one address at least of the family that its data path is not on.
  const loopback4 = local.includes(':') ? 'masquerade' : `snat ip to ${local}`
  return `table inet ${table} {
  map ports4 { type inet_proto . inet_service : verdict; }
  map ports6 { type inet_proto . inet_service : verdict; }
  map backends4 { type inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  map backends6 { type inet_proto . inet_service . mark : ipv6_addr . inet_service; }
  map own4 { type ipv4_addr : ipv4_addr; }
  map own6 { type ipv6_addr : ipv6_addr; }
  set self4 { type ipv4_addr . ipv4_addr; }
  set self6 { type ipv6_addr . ipv6_addr; }
  set local4 { type ipv4_addr; }
  set local6 { type ipv6_addr; }
  chain publish {
    meta nfproto ipv4 meta l4proto { tcp, udp, sctp } meta l4proto . th dport vmap @ports4
    meta nfproto ipv6 meta l4proto { tcp, udp, sctp } meta l4proto . th dport vmap @ports6
  }
  chain raw-prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname "${ingressDevice}" ip daddr 127.0.0.0/8 drop comment "route_localnet is on: keep tasks off the host's loopback"
  }
${markChains}
  chain prerouting {
    type nat hook prerouting priority -95; policy accept;
    ip6 saddr fe80::/10 return comment "a client on this link alone: nobody else can answer it"
    iifname != "${ingressDevice}" fib daddr type local jump publish
  }
  chain near {
    type filter hook prerouting priority -94; policy accept;
    meta mark and ${markText} != ${markText} return
    meta iifkind "bridge" return
    ip protocol tcp meta mark set meta mark or ${nearText}
  }
  chain output {
    type nat hook output priority -95; policy accept;
    fib daddr type local jump publish
  }
  chain postrouting {
    type nat hook postrouting priority 95; policy accept;
    oifname != "${ingressDevice}" return
    ip saddr 127.0.0.0/8 ${loopback4}
    ip6 saddr ::1 masquerade
    ip saddr . ip daddr @self4 masquerade comment "a task that calls itself: the answer must come back through the host"
    ip6 saddr . ip6 daddr @self6 masquerade
    meta l4proto != udp snat ip to ip saddr map @own4 comment "the address by which the cluster knows the container; datagrams would be answered on the network of that address"
    meta l4proto != udp snat ip6 to ip6 saddr map @own6
    ip daddr @local4 meta mark set meta mark or ${keepSourceMark} comment "addresses of this host's bridges mean nothing elsewhere"
    ip6 daddr @local6 meta mark set meta mark or ${keepSourceMark}
  }
}`
}
