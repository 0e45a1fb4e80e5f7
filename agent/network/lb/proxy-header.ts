import { isIPv4 } from 'node:net'
import { parseAddress } from '../../kernel/address-bytes.js'

/** Ends of a TCP connection; both addresses of one family. */
export interface ConnectionEnds {
  sourceAddress: string
  sourcePort: number
  destinationAddress: string
  destinationPort: number
}

const signature = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a)
/** Version 2, command PROXY. */
const versionAndCommand = 0x21
/** AF_INET or AF_INET6 with STREAM. */
const familyAndProtocol = { ipv4: 0x11, ipv6: 0x21 } as const

/** The PROXY protocol's header of version 2 for a TCP connection (haproxy's proxy-protocol.txt, section 2.2). */
export function proxyHeader({ sourceAddress, sourcePort, destinationAddress, destinationPort }: ConnectionEnds): Buffer {
  const port = (number: number): number[] => [number >> 8, number & 0xff]
  const ends = [...parseAddress(sourceAddress), ...parseAddress(destinationAddress), ...port(sourcePort), ...port(destinationPort)]
  const family = isIPv4(sourceAddress) ? familyAndProtocol.ipv4 : familyAndProtocol.ipv6
  return Buffer.from([...signature, versionAndCommand, family, ends.length >> 8, ends.length & 0xff, ...ends])
}
