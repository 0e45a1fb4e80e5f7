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
  /** Of both families; each takes the flows of its own. */
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

/** The bit of packets' marks that keeps the source address from being masqueraded further on. */
export const keepSourceMark = '0x02000000'

/** The whole table of a host in place of what was there. `local` is the node's own address on the data path. */
export function fullIngressTable(ports: Iterable<IngressPort>, local: string): string {
  return [`table inet ${ingressTable}`, `delete table inet ${ingressTable}`, hostSkeleton(local), ...[...ports].map(addIngressPort)].join('\n')
}

export function removeIngressTable(table = ingressTable): string {
  return `table inet ${table}\ndelete table inet ${table}`
}

export function addIngressPort(port: IngressPort): string {
  const chain = chainOf(port)
  return [`add chain inet ${ingressTable} ${chain}`, ...rulesOf(port), `add element inet ${ingressTable} ports { ${keyOf(port)} : goto ${chain} }`].join('\n')
}

export function changeIngressPort(port: IngressPort): string {
  return [`flush chain inet ${ingressTable} ${chainOf(port)}`, ...rulesOf(port)].join('\n')
}

export function removeIngressPort(port: IngressPort): string {
  const chain = `inet ${ingressTable} ${chainOf(port)}`
  return [`delete element inet ${ingressTable} ports { ${keyOf(port)} }`, `flush chain ${chain}`, `delete chain ${chain}`].join('\n')
}

/** The chains that bring the packets of a flow into the ingress network, by the flow's mark. */
export const markChains = `  chain mark-prerouting {
    type filter hook prerouting priority mangle; policy accept;
    ct direction original ct mark and ${markText} == ${markText} meta mark set meta mark or ${markText}
  }
  chain mark-output {
    type route hook output priority mangle; policy accept;
    ct direction original ct mark and ${markText} == ${markText} meta mark set meta mark or ${markText}
  }`

function hostSkeleton(local: string): string {
  // The host has one address at least of the family that its data path is not on.
  const loopback4 = local.includes(':') ? 'masquerade' : `snat ip to ${local}`
  return `table inet ${ingressTable} {
  map ports { type inet_proto . inet_service : verdict; }
  map own4 { type ipv4_addr : ipv4_addr; }
  map own6 { type ipv6_addr : ipv6_addr; }
  set self4 { type ipv4_addr . ipv4_addr; }
  set self6 { type ipv6_addr . ipv6_addr; }
  set local4 { type ipv4_addr; }
  set local6 { type ipv6_addr; }
  chain publish {
    meta l4proto { tcp, udp, sctp } meta l4proto . th dport vmap @ports
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

function chainOf({ protocol, port }: IngressPort): string {
  return `p_${protocol}_${port}`
}

function keyOf({ protocol, port }: IngressPort): string {
  return `${protocol} . ${port}`
}

function rulesOf(port: IngressPort): string[] {
  return ([4, 6] as const).map((family) => {
    const backends = port.backends.filter(({ address }) => address.includes(':') === (family === 6))
    // A port can be set only where the protocol is told.
    const rule = `add rule inet ${ingressTable} ${chainOf(port)} meta nfproto ipv${family} meta l4proto ${port.protocol}`
    const [first] = backends
    // The port is held but nobody listens: connections are refused.
    if (!first) return `${rule} return`
    const [ip, at] = family === 4 ? ['ip', first.address] : ['ip6', `[${first.address}]`]
    const mark = `meta mark set meta mark or ${markText} ct mark set ct mark or ${markText}`
    if (backends.length === 1) return `${rule} ${mark} dnat ${ip} to ${at}:${first.port}`
    const elements = backends.map((one, i) => `${i} : ${one.address} . ${one.port}`).join(', ')
    return `${rule} ${mark} dnat ${ip} to numgen random mod ${backends.length} map { ${elements} }`
  })
}
