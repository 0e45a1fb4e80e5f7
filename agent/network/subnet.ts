import { familyOf, formatAddress, parseAddress } from '../kernel/address-bytes.js'
import { invalid } from '../../src/base/errors.js'

/** A prefix as numbers: `base` is its first address. Pure arithmetic for both families. */
export interface Prefix {
  family: 4 | 6
  base: bigint
  length: number
}

const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128)

/** The number of an address; throws `TypeError` when it is none. */
export function addressNumber(text: string): bigint {
  return parseAddress(text).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

export function addressText(family: 4 | 6, value: bigint): string {
  const bytes = new Uint8Array(bitsOf(family) / 8)
  for (let i = bytes.length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return formatAddress(bytes)
}

/** Reads `10.0.0.0/24`, host bits dropped; throws `invalid` with Docker's sentence for anything else. */
export function parseSubnet(text: string): Prefix {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text)
  try {
    const address = match?.[1] ?? ''
    const value = addressNumber(address)
    const family = familyOf(address)
    const length = Number(match?.[2])
    if (length <= bitsOf(family)) return { family, base: (value >> hostBits(family, length)) << hostBits(family, length), length }
  } catch {
    // The sentence below says it.
  }
  throw invalid(`invalid CIDR address: ${text}`)
}

export function prefixText(prefix: Prefix): string {
  return `${addressText(prefix.family, prefix.base)}/${prefix.length}`
}

function hostBits(family: 4 | 6, length: number): bigint {
  return BigInt(bitsOf(family) - length)
}

export function lastAddress(prefix: Prefix): bigint {
  return prefix.base + (1n << hostBits(prefix.family, prefix.length)) - 1n
}

export function containsAddress(prefix: Prefix, address: string): boolean {
  if (familyOf(address) !== prefix.family) return false
  const value = addressNumber(address)
  return value >= prefix.base && value <= lastAddress(prefix)
}

/** Whether `inner` lies within `outer`. */
export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return outer.family === inner.family && inner.base >= outer.base && lastAddress(inner) <= lastAddress(outer)
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && a.base <= lastAddress(b) && b.base <= lastAddress(a)
}

/**
 * The first subnet of `length` bits in `bases`, in order, that overlaps nothing in `taken`; undefined
 * when there is none. Looks at one candidate a taken prefix at most, whatever the size of a base.
 */
export function firstFree(bases: readonly { base: Prefix; length: number }[], taken: readonly Prefix[]): Prefix | undefined {
  for (const { base, length } of bases) {
    const size = 1n << hostBits(base.family, length)
    const end = lastAddress(base)
    let at = base.base
    while (at + size - 1n <= end) {
      const candidate: Prefix = { family: base.family, base: at, length }
      const inTheWay = taken.find((other) => overlaps(candidate, other))
      if (!inTheWay) return candidate
      // On to the first candidate behind it.
      const after = lastAddress(inTheWay) + 1n
      at = at + ((after - at + size - 1n) / size) * size
    }
  }
  return undefined
}
