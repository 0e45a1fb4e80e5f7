import { parseAddress } from '../../kernel/address-bytes.js'
import { formatMac } from '../../kernel/address-bytes.js'
import type { Links } from '../../kernel/link.js'

/** Where this node takes packets of overlay networks. */
export interface DataPath {
  nodeId: string
  /** One of this host's addresses. */
  address: string
  /** UDP. */
  port: number
}

/** Headers that VXLAN puts around a frame: outer IP, UDP, VXLAN and inner Ethernet. */
const overheadBytes = { ipv4: 50, ipv6: 70 }
const defaultMtu = 1500

/** The MTU of overlay networks on top of the device with this address. */
export function overlayMtu(links: Links, address: string): number {
  return underlayMtu(links, address) - (address.includes(':') ? overheadBytes.ipv6 : overheadBytes.ipv4)
}

/** The MTU of the device with this address. */
export function underlayMtu(links: Links, address: string): number {
  const at = links.addresses().find((one) => one.address === address)
  const mtu = (at && links.findIndex(at.index)?.mtu) ?? defaultMtu
  // Loopback devices of a lab or of a /32 underlay promise more than the wire carries.
  return Math.min(mtu, 9_216)
}

/** The MTU of overlay networks inside of tunnels, where outer packets are IPv6. */
export function encryptedOverlayMtu(tunnelMtu: number): number {
  return tunnelMtu - overheadBytes.ipv6
}

/** Whether this host has the address. */
export function hasAddress(links: Links, address: string): boolean {
  return links.addresses().some((one) => one.address === address)
}

/**
 * The MAC address of a node on the ingress network: `06:42` and four bytes that belong to its data path
 * address, so that every node knows it without being told.
 */
export function macOfNode(address: string): string {
  return formatMac(Uint8Array.from([0x06, 0x42, ...fourBytes(address)]))
}

/** The number of a node for marks and routing tables: from its data path address, the same everywhere and over restarts. */
export function markOfNode(address: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = fourBytes(address)
  const mark = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  // The first numbers are the kernel's own tables.
  return mark < 256 ? mark + 0x0100_0000 : mark
}

/** Zones of connection tracking: 0 is the kernel's own, 1 stands for a task's own host. */
const firstNodeZone = 2

/** The zone of connection tracking for flows that come in by a node, 16 bits: another one for each node of a /16 network, and for nearly all others. */
export function zoneOfNode(address: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = fourBytes(address)
  const zone = ((a << 8) | b) ^ ((c << 8) | d)
  return zone < firstNodeZone ? zone + 0x8000 : zone
}

/** The IPv4 address itself; for IPv6 an FNV-1a hash. */
function fourBytes(address: string): number[] {
  const bytes = parseAddress(address)
  if (bytes.length === 4) return [...bytes]
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return [hash >>> 24, (hash >>> 16) & 0xff, (hash >>> 8) & 0xff, hash & 0xff]
}
