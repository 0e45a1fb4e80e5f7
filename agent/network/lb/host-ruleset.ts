import type { Protocol } from '../types.js'
import { keepSourceMark } from './ingress-ruleset.js'

/**
 * The nftables table of a host, as text. Networks and published ports are set and map elements, so
 * adding a container's ports touches nothing but those elements; the rules never change. Pure.
 *
 * What it does not rely on: `br_netfilter` (traffic between two containers of one bridge stays below
 * this table and is kept apart by isolated bridge ports; linked containers are led by the host), and other tables (none is ever touched).
 */

/** A bridge network as the table sees it. */
export interface TableNetwork {
  /** The bridge device. */
  bridge: string
  /** Subnets of both families. */
  subnets: string[]
  internal: boolean
  /** Containers of this network may talk to each other. */
  icc: boolean
  /** Traffic to the outside gets the host's address. */
  masquerade: boolean
}

/** A linked container may reach one port of another, on a bridge whose containers are kept apart. */
export interface LinkOpening {
  bridge: string
  protocol: Protocol
  /** Addresses of one family: of the container that asks, and of the one that is asked. */
  source: string
  target: string
  port: number
}

/** One published port. */
export interface PortForward {
  protocol: Protocol
  /** `0.0.0.0` or `::` for every address of the host. */
  hostIp: string
  hostPort: number
  /** The container's address, of the same family as `hostIp`. */
  targetIp: string
  targetPort: number
}

export interface TableSettings {
  /** Connections to ::1 are left to whoever listens there. */
  leaveLoopback6?: boolean
}

/** What a table holds. */
export interface TableContent {
  networks: readonly TableNetwork[]
  forwards: readonly PortForward[]
  openings: readonly LinkOpening[]
}

/** The whole table, in place of whatever was there under its name, as one transaction. */
export function fullTable(table: string, { networks, forwards, openings }: TableContent, settings: TableSettings = {}): string {
  return [
    // Deleting needs the table to be there; declaring it first makes that so.
    `table inet ${table}`,
    `delete table inet ${table}`,
    skeleton(table, settings),
    ...networks.map((network) => addNetwork(table, network)),
    addForwards(table, forwards),
    addOpenings(table, openings),
  ].filter((part) => part !== '').join('\n')
}

export function addNetwork(table: string, network: TableNetwork): string {
  return networkCommands('add', table, network)
}
export function removeNetwork(table: string, network: TableNetwork): string {
  return networkCommands('delete', table, network)
}
export function addForwards(table: string, forwards: readonly PortForward[]): string {
  return forwardCommands('add', table, forwards)
}
export function removeForwards(table: string, forwards: readonly PortForward[]): string {
  return forwardCommands('delete', table, forwards)
}
export function addOpenings(table: string, openings: readonly LinkOpening[]): string {
  return openingCommands('add', table, openings)
}
export function removeOpenings(table: string, openings: readonly LinkOpening[]): string {
  return openingCommands('delete', table, openings)
}
export function deleteTable(table: string): string {
  return `table inet ${table}\ndelete table inet ${table}`
}

function skeleton(table: string, { leaveLoopback6 = false }: TableSettings): string {
  const transports = 'meta l4proto { tcp, udp, sctp }'
  return `table inet ${table} {
  set bridges { type ifname; }
  set internal { type ifname; }
  set icc { type ifname . ifname; }
  set masquerade4 { type ipv4_addr; flags interval; }
  set masquerade6 { type ipv6_addr; flags interval; }
  set hairpin4 { type ipv4_addr . ipv4_addr; flags interval; }
  set hairpin6 { type ipv6_addr . ipv6_addr; flags interval; }
  set links4 { type ifname . ipv4_addr . ipv4_addr . inet_proto . inet_service; }
  set links6 { type ifname . ipv6_addr . ipv6_addr . inet_proto . inet_service; }
  map any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
  map any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
  map host4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
  map host6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }

  chain raw-prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname @bridges ip daddr 127.0.0.0/8 drop comment "route_localnet is on for published ports: keep containers off the host's loopback"
  }
  chain publish {
    ${transports} dnat ip to ip daddr . meta l4proto . th dport map @host4
    ${transports} dnat ip to meta l4proto . th dport map @any4
    ${transports} dnat ip6 to ip6 daddr . meta l4proto . th dport map @host6
    ${transports} dnat ip6 to meta l4proto . th dport map @any6
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local jump publish
  }
  chain output {
    type nat hook output priority -100; policy accept;${leaveLoopback6 ? '\n    ip6 daddr ::1 return comment "br_netfilter would drop the answers"' : ''}
    fib daddr type local jump publish
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    iifname . oifname @icc accept
    ${transports} iifname . ip saddr . ip daddr . meta l4proto . th dport @links4 accept comment "linked containers"
    ${transports} iifname . ip6 saddr . ip6 daddr . meta l4proto . th dport @links6 accept
    iifname @internal drop
    oifname @internal drop
    ct status dnat accept comment "published ports"
    oifname @bridges drop comment "other networks, and the outside past the published ports"
  }
  chain output-filter {
    type filter hook output priority filter; policy accept;
    oifname @bridges icmp type redirect drop comment "a hairpin must not teach containers a way around the host"
    oifname @bridges icmpv6 type nd-redirect drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark and ${keepSourceMark} == ${keepSourceMark} return comment "a task of this host, by the routing mesh"
    ip saddr @masquerade4 oifname != @bridges masquerade
    ip6 saddr @masquerade6 oifname != @bridges masquerade
    ip saddr . ip daddr @hairpin4 ct status dnat masquerade comment "the answer must come back through the host"
    ip6 saddr . ip6 daddr @hairpin6 ct status dnat masquerade
    ip saddr 127.0.0.0/8 oifname @bridges masquerade
    ip6 saddr ::1 oifname @bridges masquerade
  }
}`
}

function networkCommands(verb: 'add' | 'delete', table: string, network: TableNetwork): string {
  const { bridge, subnets, internal, icc, masquerade } = network
  const element = (set: string, value: string): string => `${verb} element inet ${table} ${set} { ${value} }`
  const lines = [element('bridges', `"${bridge}"`)]
  if (internal) lines.push(element('internal', `"${bridge}"`))
  if (icc) lines.push(element('icc', `"${bridge}" . "${bridge}"`))
  for (const subnet of subnets) {
    const family = subnet.includes(':') ? '6' : '4'
    if (masquerade && !internal) lines.push(element(`masquerade${family}`, subnet))
    lines.push(element(`hairpin${family}`, `${subnet} . ${subnet}`))
  }
  return lines.join('\n')
}

function forwardCommands(verb: 'add' | 'delete', table: string, forwards: readonly PortForward[]): string {
  const elements = new Map<string, string[]>()
  for (const { protocol, hostIp, hostPort, targetIp, targetPort } of forwards) {
    const family = targetIp.includes(':') ? '6' : '4'
    const any = hostIp === '0.0.0.0' || hostIp === '::'
    const key = `${any ? '' : `${hostIp} . `}${protocol} . ${hostPort}`
    const map = `${any ? 'any' : 'host'}${family}`
    const list = elements.get(map) ?? []
    list.push(verb === 'add' ? `${key} : ${targetIp} . ${targetPort}` : key)
    elements.set(map, list)
  }
  return [...elements].map(([map, list]) => `${verb} element inet ${table} ${map} { ${list.join(', ')} }`).join('\n')
}

function openingCommands(verb: 'add' | 'delete', table: string, openings: readonly LinkOpening[]): string {
  return (['links4', 'links6'] as const).flatMap((set) => {
    const keys = openings
      .filter(({ source }) => source.includes(':') === (set === 'links6'))
      .map(({ bridge, source, target, protocol, port }) => `"${bridge}" . ${source} . ${target} . ${protocol} . ${port}`)
    return keys.length > 0 ? [`${verb} element inet ${table} ${set} { ${keys.join(', ')} }`] : []
  }).join('\n')
}
