import { isIP } from 'node:net'

/** Addresses as the kernel takes them: bytes in network order. */

/** Whether an address, or a subnet, is of IPv4 or of IPv6. What it is given has been checked before. */
export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4
}

/** Every address of a family, to bind to. */
export const anyAddress = { 4: '0.0.0.0', 6: '::' } as const

/** The 4 or 16 bytes of an IP address; throws `TypeError` for anything else. */
export function parseAddress(text: string): Uint8Array {
  switch (isIP(text)) {
    case 4:
      return parseIpv4(text)
    case 6:
      return parseIpv6(text)
    default:
      throw new TypeError(`not an IP address: ${text}`)
  }
}

/** Tables have tens of thousands of addresses: no array of parts on the way. */
function parseIpv4(text: string): Uint8Array {
  const bytes = new Uint8Array(4)
  let at = 0
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === dot) {
      bytes[at++] = value
      value = 0
    } else value = value * 10 + code - zero
  }
  bytes[at] = value
  return bytes
}

const dot = 0x2e
const zero = 0x30

function parseIpv6(text: string): Uint8Array {
  const bytes = new Uint8Array(16)
  const [head = '', tail] = (text.split('%')[0] as string).split('::')
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  left.forEach((group, i) => bytes.set([group >> 8, group & 0xff], i * 2))
  right.forEach((group, i) => bytes.set([group >> 8, group & 0xff], 16 - (right.length - i) * 2))
  return bytes
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [parseInt(part, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}

/** The text of 4 or 16 bytes (RFC 5952 for IPv6); empty for other lengths. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return ''
  const parts: string[] = []
  for (let i = 0; i < 16; i += 2) parts.push((((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16))
  // The longest run of two zero groups or more is shortened, the first one of equals.
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (parts[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  if (best.start < 0) return parts.join(':')
  return `${parts.slice(0, best.start).join(':')}::${parts.slice(best.start + best.length).join(':')}`
}

/** `10.0.0.0/24` as bytes and length; a plain address is a prefix of full length. */
export function parsePrefix(text: string): { address: Uint8Array; prefixLength: number } {
  const [addressText = '', lengthText] = text.split('/')
  const address = parseAddress(addressText)
  const prefixLength = lengthText === undefined ? address.length * 8 : Number(lengthText)
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > address.length * 8) {
    throw new TypeError(`not an address prefix: ${text}`)
  }
  return { address, prefixLength }
}

/** The 6 bytes of `02:42:ac:11:00:02`; throws `TypeError` for anything else. */
export function parseMac(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new TypeError(`not a MAC address: ${text}`)
  const bytes = new Uint8Array(6)
  for (let i = 0; i < 6; i++) bytes[i] = parseInt(text.slice(3 * i, 3 * i + 2), 16)
  return bytes
}

export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}
