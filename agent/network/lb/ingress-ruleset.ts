import type { Protocol } from '../types.js'

/**
 * The nftables tables of the routing mesh, as text: on a host, published ports lead to tasks on any node
 * with the client's address left as it is; in a task's namespace, flows remember by which node they came
 * in, so that answers go back there. Pure.
 */

/** A port that every node answers on. */
export interface IngressPort {
  protocol: Protocol
  port: number
  backends: readonly { address: string; port: number }[]
}

export const ingressTable = 'skep-ingress'
/** The host's device on the ingress network. */
export const ingressDevice = 'sk-ingress'

/**
 * The bit of marks, of packets and of flows, that stands for "into the ingress network". Its subnet may be
 * one that the host has elsewhere, so only these packets are routed there.
 */
export const ingressMark = 0x0100_0000
const markText = '0x01000000'

/** The whole table of a host in place of what was there. `local` is the node's own address on the data path. */
export function fullIngressTable(ports: Iterable<IngressPort>, local: string): string {
  return [`table inet ${ingressTable}`, `delete table inet ${ingressTable}`, hostSkeleton(local), ...[...ports].map(addIngressPort)].join('\n')
}

export function removeIngressTable(table = ingressTable): string {
  return `table inet ${table}\ndelete table inet ${table}`
}

export function addIngressPort(port: IngressPort): string {
  const chain = chainOf(port)
  return [`add chain inet ${ingressTable} ${chain}`, ruleOf(port), `add element inet ${ingressTable} ports { ${keyOf(port)} : goto ${chain} }`].join('\n')
}

export function changeIngressPort(port: IngressPort): string {
  return `flush chain inet ${ingressTable} ${chainOf(port)}\n${ruleOf(port)}`
}

export function removeIngressPort(port: IngressPort): string {
  const chain = `inet ${ingressTable} ${chainOf(port)}`
  return [`delete element inet ${ingressTable} ports { ${keyOf(port)} }`, `flush chain ${chain}`, `delete chain ${chain}`].join('\n')
}

function hostSkeleton(local: string): string {
  return `table inet ${ingressTable} {
  map ports { type inet_proto . inet_service : verdict; }
  chain publish {
    meta l4proto { tcp, udp, sctp } meta l4proto . th dport vmap @ports
  }
  chain raw-prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname "${ingressDevice}" ip daddr 127.0.0.0/8 drop comment "route_localnet is on: keep tasks off the host's loopback"
  }
  chain mark-prerouting {
    type filter hook prerouting priority mangle; policy accept;
    ct direction original ct mark and ${markText} == ${markText} meta mark set meta mark or ${markText}
  }
  chain mark-output {
    type route hook output priority mangle; policy accept;
    ct direction original ct mark and ${markText} == ${markText} meta mark set meta mark or ${markText}
  }
  chain prerouting {
    type nat hook prerouting priority -95; policy accept;
    meta nfproto ipv4 iifname != "${ingressDevice}" fib daddr type local jump publish
  }
  chain output {
    type nat hook output priority -95; policy accept;
    meta nfproto ipv4 fib daddr type local jump publish
  }
  chain postrouting {
    type nat hook postrouting priority 95; policy accept;
    oifname "${ingressDevice}" ip saddr 127.0.0.0/8 snat ip to ${local}
  }
}`
}

function chainOf({ protocol, port }: IngressPort): string {
  return `p_${protocol}_${port}`
}

function keyOf({ protocol, port }: IngressPort): string {
  return `${protocol} . ${port}`
}

function ruleOf(port: IngressPort): string {
  const { backends } = port
  // A port can be set only where the protocol is told.
  const rule = `add rule inet ${ingressTable} ${chainOf(port)} meta l4proto ${port.protocol}`
  const [first] = backends
  // The port is held but nobody listens: connections are refused.
  if (!first) return `${rule} return`
  const mark = `meta mark set meta mark or ${markText} ct mark set ct mark or ${markText}`
  if (backends.length === 1) return `${rule} ${mark} dnat ip to ${first.address}:${first.port}`
  const elements = backends.map((one, i) => `${i} : ${one.address} . ${one.port}`).join(', ')
  return `${rule} ${mark} dnat ip to numgen random mod ${backends.length} map { ${elements} }`
}

/** A node by which flows come in. */
export interface Entry {
  mac: string
  mark: number
}

export interface TaskIngress {
  /** The task's device on the ingress network, and its address there. */
  device: string
  address: string
  /** Its address on the network of its default route. */
  outside: string | undefined
  entries: readonly Entry[]
}

export const entryTable = 'skep-entry'

/** The table of a task's namespace in place of what was there; marks of flows that are under way stay. */
export function fullEntryTable({ device, address, outside, entries }: TaskIngress): string {
  const elements = entries.length === 0 ? '' : `elements = { ${entries.map(({ mac, mark }) => `${mac} : 0x${mark.toString(16)}`).join(', ')} };`
  // A datagram's answer gets its source address before its mark: from the default route. So that it is
  // still the same flow, datagrams are handed to the task at that address.
  const datagrams =
    outside === undefined
      ? ''
      : `chain datagrams {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "${device}" ip daddr ${address} meta l4proto udp dnat ip to ${outside}
  }`
  return `table inet ${entryTable}
delete table inet ${entryTable}
table inet ${entryTable} {
  map entries { type ether_addr : mark; ${elements} }
  chain arrive {
    type filter hook prerouting priority mangle; policy accept;
    iifname "${device}" ct state new ct mark set ether saddr map @entries
    iifname "${device}" meta mark set ct mark
  }
  chain answer {
    type route hook output priority mangle; policy accept;
    ct mark != 0 meta mark set ct mark
  }
  ${datagrams}
}`
}
