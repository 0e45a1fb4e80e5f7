/** The nftables table of a task's namespace on the ingress network, as text. Pure. */

/** A node by which flows come in. */
export interface Entry {
  mac: string
  mark: number
  /** Of connection tracking. */
  zone: number
}

export interface TaskIngress {
  /** The task's device on the ingress network, and its addresses there: at most one of each family. */
  device: string
  addresses: readonly string[]
  /** Its addresses on the networks of its default routes. */
  outside: readonly string[]
  entries: readonly Entry[]
  /** The device by which its own host hands flows to the first of the addresses. */
  near?: string
  /** Keeps flows that come in by different nodes apart; not every kernel can. */
  apart: boolean
}

/** Stands for "by its own host's bridge": the mark of such flows in the task's namespace, and their routing table. */
export const nearEntry = 0x0400_0000
/** And their zone of connection tracking. */
const nearZone = 1

/** The names that the table has by turns: a new one is complete before the old one goes, so that no packet finds none. */
export const entryTables = ['skep-entry', 'skep-entry2'] as const

/** The table in place of what was there under its name; marks of flows that are under way stay. */
export function fullEntryTable(table: string, { device, addresses, outside, entries, near, apart }: TaskIngress): string {
  const elements = entries.length === 0 ? '' : `elements = { ${entries.map(({ mac, mark }) => `${mac} : 0x${mark.toString(16)}`).join(', ')} };`
  // A datagram's answer gets its source address before its mark: from the default route. So that it is
  // still the same flow, datagrams are handed to the task at that address.
  const handed = addresses.flatMap((address) => {
    const ipv6 = address.includes(':')
    const other = outside.find((one) => one.includes(':') === ipv6)
    return other === undefined ? [] : [`    iifname "${device}" ${ipv6 ? 'ip6' : 'ip'} daddr ${address} meta l4proto udp dnat ${ipv6 ? 'ip6' : 'ip'} to ${other}`]
  })
  const datagrams =
    handed.length === 0
      ? ''
      : `chain datagrams {
    type nat hook prerouting priority dstnat; policy accept;
${handed.join('\n')}
  }`
  // Whatever networks the task has: the client's address may be one of theirs.
  const here = addresses.find((one) => !one.includes(':'))
  const fromHost = `iifname "${near ?? ''}" ip daddr ${here ?? ''}`
  const handedOver =
    near === undefined || here === undefined
      ? ''
      : `
    ${fromHost} ct state new ct mark set 0x${nearEntry.toString(16)}
    ${fromHost} meta mark set ct mark`
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
  map entries { type ether_addr : mark; ${elements} }
  chain arrive {
    type filter hook prerouting priority mangle; policy accept;
    iifname "${device}" ct state new ct mark set ether saddr map @entries
    iifname "${device}" meta mark set ct mark${handedOver}
  }
  chain answer {
    type route hook output priority mangle; policy accept;
    ct mark != 0 meta mark set ct mark
  }
  ${datagrams}
  ${apart ? zones(device, entries, near === undefined || here === undefined ? undefined : fromHost) : ''}
}`
}

/**
 * A client may use one port of its for connections to several nodes: for the task they would be one and the same, of which the
 * second is refused or gets the first one's answers. Each node's flows have a zone of connection tracking of their own, for the
 * way in; on the way out there is one for all, so the kernel gives the second another port as its source.
 */
function zones(device: string, entries: readonly Entry[], fromHost: string | undefined): string {
  const elements = entries.length === 0 ? '' : `elements = { ${entries.map(({ mac, zone }) => `${mac} : ${zone}`).join(', ')} };`
  return `map zones { typeof ether saddr : ct zone; ${elements} }
  chain zone {
    type filter hook prerouting priority raw; policy accept;
    iifname "${device}" ct original zone set ether saddr map @zones${fromHost === undefined ? '' : `\n    ${fromHost} ct original zone set ${nearZone}`}
  }
  chain unique {
    type nat hook input priority 100; policy accept; comment "to have the source ports looked at"
  }`
}
