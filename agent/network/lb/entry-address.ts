import { formatAddress, parseMac } from '../../kernel/address-bytes.js'
import { macOfNode } from '../overlay/data-path.js'

/**
 * The link-local IPv6 address of a node on the ingress network, by its data path address: `fe80::` and the
 * bytes of its MAC address there, so that every node knows it without being told.
 */
export function entryAddressOf(address: string): string {
  return formatAddress(Uint8Array.from([0xfe, 0x80, ...new Uint8Array(8), ...parseMac(macOfNode(address))]))
}
