import { parseAddress, parseMac } from '../../agent/kernel/address-bytes.js'
import { macOfIpv4 } from '../../agent/network/endpoint.js'

/** A VXLAN packet's payload (RFC 7348) around an Ethernet frame. */
export function vxlanPacket(vni: number, frame: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head[0] = 0x08
  head.writeUInt32BE(vni * 256, 4)
  return Buffer.concat([head, frame])
}

/** An Ethernet frame with a UDP datagram between containers of an overlay network. */
export function frameToUdp({ source, destination, port, text }: { source: string; destination: string; port: number; text: string }): Buffer {
  const payload = Buffer.from(text)
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(port, 0)
  udp.writeUInt16BE(port, 2)
  udp.writeUInt16BE(8 + payload.length, 4)
  const ip = Buffer.alloc(20)
  ip[0] = 0x45
  ip.writeUInt16BE(28 + payload.length, 2)
  ip[8] = 64
  ip[9] = 17
  ip.set(parseAddress(source), 12)
  ip.set(parseAddress(destination), 16)
  let sum = 0
  for (let at = 0; at < 20; at += 2) sum += ip.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  ip.writeUInt16BE(~sum & 0xffff, 10)
  const ethernet = Buffer.from([...parseMac(macOfIpv4(destination)), ...parseMac(macOfIpv4(source)), 0x08, 0x00])
  return Buffer.concat([ethernet, ip, udp, payload])
}
