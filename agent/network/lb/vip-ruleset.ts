/**
 * The nftables table of a container's namespace that spreads new flows to virtual IPs, as text. One chain
 * a virtual IP: a change replaces that chain's one rule, in one transaction. Established flows are
 * connection tracking's and never look at the rules again. Pure.
 */

/** A virtual IP and where its flows go. */
export interface VirtualIp {
  address: string
  /** In any order; none when nothing serves now. */
  backends: readonly string[]
}

export const vipTable = 'skep-vip'

/** The whole table in place of what was there. */
export function fullVipTable(vips: Iterable<VirtualIp>): string {
  const list = [...vips]
  return [`table inet ${vipTable}`, `delete table inet ${vipTable}`, skeleton, ...list.map(addVip)].join('\n')
}

export function addVip(vip: VirtualIp): string {
  const chain = chainOf(vip.address)
  return [
    `add chain inet ${vipTable} ${chain}`,
    ruleOf(vip),
    `add element inet ${vipTable} vips { ${vip.address} : goto ${chain} }`,
    ...(vip.backends.length === 0 ? [`add element inet ${vipTable} unserved { ${vip.address} }`] : []),
  ].join('\n')
}

/** Puts other backends in the place of those that the virtual IP had. */
export function changeVip(before: VirtualIp, vip: VirtualIp): string {
  const lines = [`flush chain inet ${vipTable} ${chainOf(vip.address)}`, ruleOf(vip)]
  const [had, has] = [before.backends.length > 0, vip.backends.length > 0]
  if (had !== has) lines.push(`${has ? 'delete' : 'add'} element inet ${vipTable} unserved { ${vip.address} }`)
  return lines.join('\n')
}

export function removeVip(vip: VirtualIp): string {
  return [
    `delete element inet ${vipTable} vips { ${vip.address} }`,
    ...(vip.backends.length === 0 ? [`delete element inet ${vipTable} unserved { ${vip.address} }`] : []),
    `flush chain inet ${vipTable} ${chainOf(vip.address)}`,
    `delete chain inet ${vipTable} ${chainOf(vip.address)}`,
  ].join('\n')
}

const skeleton = `table inet ${vipTable} {
  map vips { type ipv4_addr : verdict; }
  set unserved { type ipv4_addr; }
  chain balance {
    type nat hook output priority -100; policy accept;
    ip daddr vmap @vips
  }
  chain refuse {
    type filter hook output priority filter; policy accept;
    ip daddr @unserved meta l4proto tcp reject with tcp reset
    ip daddr @unserved reject
  }
}`

function chainOf(address: string): string {
  return `v_${address.replaceAll('.', '_')}`
}

function ruleOf({ address, backends }: VirtualIp): string {
  const rule = `add rule inet ${vipTable} ${chainOf(address)}`
  if (backends.length === 0) return `${rule} return`
  return `${rule} ${spread(backends)}`
}

/** A statement that leads each new flow to one of the addresses, all with the same chance. */
export function spread(backends: readonly string[]): string {
  if (backends.length === 1) return `dnat ip to ${backends[0] as string}`
  return `dnat ip to numgen random mod ${backends.length} map { ${backends.map((one, i) => `${i} : ${one}`).join(', ')} }`
}
