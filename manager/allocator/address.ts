import ipaddr from 'ipaddr.js'
import { invalid } from '../../src/base/errors.js'

/** Addresses as numbers: what the allocator counts with. */
export type Address = bigint

/** A block of addresses. `first` and `last` include the network's and the broadcast address. */
export interface Cidr {
  version: 4 | 6
  prefix: number
  first: Address
  last: Address
}

/** Reads an address of either family. Throws `invalid` with the text. */
export function parseAddress(text: string): { version: 4 | 6; value: Address } {
  if (!ipaddr.isValid(text) || (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text))) {
    throw invalid(`invalid address ${text}: give an IPv4 or IPv6 address such as 10.0.1.5`)
  }
  const address = ipaddr.parse(text)
  const value = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return { version: address.kind() === 'ipv4' ? 4 : 6, value }
}

/** Reads `10.0.1.0/24`; bits beyond the prefix are dropped. Throws `invalid` with the text. */
export function parseCidr(text: string): Cidr {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  const [, host = '', bits = ''] = match ?? []
  if (!match) throw invalid(`invalid subnet ${text}: give it in CIDR notation such as 10.0.1.0/24`)
  const { version, value } = parseAddress(host)
  const prefix = Number(bits)
  const width = version === 4 ? 32 : 128
  if (prefix > width) throw invalid(`invalid subnet ${text}: the prefix is longer than ${width} bits`)
  return cidr(version, value, prefix)
}

export function cidr(version: 4 | 6, address: Address, prefix: number): Cidr {
  const size = 1n << BigInt((version === 4 ? 32 : 128) - prefix)
  const first = address - (address % size)
  return { version, prefix, first, last: first + size - 1n }
}

export function formatAddress(version: 4 | 6, value: Address): string {
  const bytes = Array.from({ length: version === 4 ? 4 : 16 }, (_, i, count = version === 4 ? 4 : 16) => Number((value >> BigInt(8 * (count - 1 - i))) & 255n))
  return ipaddr.fromByteArray(bytes).toString()
}

export function formatCidr({ version, first, prefix }: Cidr): string {
  return `${formatAddress(version, first)}/${prefix}`
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last
}

export function contains(block: Cidr, version: 4 | 6, value: Address): boolean {
  return block.version === version && block.first <= value && value <= block.last
}
