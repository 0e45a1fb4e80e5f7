import { endianness } from 'node:os'
import { formatAddress, parsePrefix } from './address-bytes.js'
import { GenericNetlink, genericHeaderBytes } from './generic-netlink.js'
import { decodeAttributes, nativeU16, readU16 } from './netlink-message.js'
import type { NetlinkWriter } from './netlink-message.js'
import { socketAddress } from './socket.js'

/** Configuration of the kernel's own WireGuard (linux/wireguard.h). Keys are their 32 bytes. */

const little = endianness() === 'LE'
const command = { getDevice: 0, setDevice: 1 } as const
const deviceAttribute = { index: 1, privateKey: 3, publicKey: 4, listenPort: 6, peers: 8 } as const
const peerAttribute = { publicKey: 1, flags: 3, endpoint: 4, keepalive: 5, lastHandshake: 6, receivedBytes: 7, allowedIps: 9 } as const
const allowedIpAttribute = { family: 1, address: 2, prefixLength: 3 } as const
const removeFlag = 1
const nested = 0x8000
const inet = 2
const inet6 = 10
/** Peers in one message: an attribute holds 64 KiB, a peer takes about 120 bytes. */
const peersPerMessage = 200

export interface KernelPeer {
  publicKey: Uint8Array
  remove?: boolean
  endpoint?: { address: Uint8Array; port: number }
  keepaliveSeconds?: number
  /** `fd00::1/128` */
  allowedIps?: readonly string[]
}

export interface KernelPeerState {
  publicKey: Uint8Array
  endpoint: { address: string; port: number } | undefined
  keepaliveSeconds: number
  allowedIps: string[]
  lastHandshakeSeconds: number
  receivedBytes: number
}

export interface KernelWireguardState {
  publicKey: Uint8Array | undefined
  port: number
  peers: KernelPeerState[]
}

/** WireGuard interfaces of the namespace that the thread was in when it was opened. */
export class KernelWireguard implements Disposable {
  private constructor(private readonly netlink: GenericNetlink) {}

  /** Undefined when the kernel has no WireGuard. */
  static open(): KernelWireguard | undefined {
    const netlink = GenericNetlink.open('wireguard', 1)
    return netlink && new KernelWireguard(netlink)
  }

  /** Throws `NetlinkError` when the kernel refuses it. What is left out stays as it is. */
  set(index: number, settings: { privateKey: Uint8Array; port: number } | undefined, peers: readonly KernelPeer[]): void {
    if (settings) this.netlink.command(command.setDevice, deviceBody(index, settings, []))
    for (let at = 0; at < peers.length; at += peersPerMessage) {
      this.netlink.command(command.setDevice, deviceBody(index, undefined, peers.slice(at, at + peersPerMessage)))
    }
  }

  get(index: number): KernelWireguardState {
    const messages = this.netlink.dump(command.getDevice, (writer) => writer.attributeU32(deviceAttribute.index, index))
    return decodeDevice(messages.map(({ payload }) => payload.subarray(genericHeaderBytes)))
  }

  close(): void {
    this.netlink.close()
  }
  [Symbol.dispose](): void {
    this.close()
  }
}

/** The attributes that set an interface. Pure. */
export function deviceBody(index: number, settings: { privateKey: Uint8Array; port: number } | undefined, peers: readonly KernelPeer[]) {
  return (writer: NetlinkWriter): void => {
    writer.attributeU32(deviceAttribute.index, index)
    if (settings) writer.attribute(deviceAttribute.privateKey, settings.privateKey).attribute(deviceAttribute.listenPort, nativeU16(settings.port))
    if (peers.length === 0) return
    writer.nested(deviceAttribute.peers | nested, () => {
      for (const peer of peers) writer.nested(nested, () => writePeer(writer, peer))
    })
  }
}

function writePeer(writer: NetlinkWriter, { publicKey, remove, endpoint, keepaliveSeconds, allowedIps }: KernelPeer): void {
  writer.attribute(peerAttribute.publicKey, publicKey)
  if (remove) writer.attributeU32(peerAttribute.flags, removeFlag)
  if (endpoint) writer.attribute(peerAttribute.endpoint, socketAddress(endpoint.address, endpoint.port))
  if (keepaliveSeconds !== undefined) writer.attributeU16(peerAttribute.keepalive, keepaliveSeconds)
  if (!allowedIps) return
  writer.nested(peerAttribute.allowedIps | nested, () => {
    for (const prefix of allowedIps) {
      const { address, prefixLength } = parsePrefix(prefix)
      writer.nested(nested, () => {
        writer.attributeU16(allowedIpAttribute.family, address.length === 4 ? inet : inet6)
        writer.attribute(allowedIpAttribute.address, address).attributeU8(allowedIpAttribute.prefixLength, prefixLength)
      })
    }
  })
}

/** The attributes of one or more messages that describe an interface; a peer may go on in the next one. Pure. */
export function decodeDevice(messages: readonly Uint8Array[]): KernelWireguardState {
  const state: KernelWireguardState = { publicKey: undefined, port: 0, peers: [] }
  for (const message of messages) {
    const device = decodeAttributes(message)
    state.publicKey ??= device.get(deviceAttribute.publicKey)?.slice()
    state.port = readU16(device.get(deviceAttribute.listenPort) ?? new Uint8Array()) || state.port
    for (const entry of decodeList(device.get(deviceAttribute.peers))) {
      const peer = decodePeer(entry)
      const last = state.peers.at(-1)
      if (last && Buffer.compare(last.publicKey, peer.publicKey) === 0) last.allowedIps.push(...peer.allowedIps)
      else state.peers.push(peer)
    }
  }
  return state
}

function decodePeer(bytes: Uint8Array): KernelPeerState {
  const peer = decodeAttributes(bytes)
  return {
    publicKey: peer.get(peerAttribute.publicKey)?.slice() ?? new Uint8Array(),
    endpoint: decodeEndpoint(peer.get(peerAttribute.endpoint)),
    keepaliveSeconds: readU16(peer.get(peerAttribute.keepalive) ?? new Uint8Array()),
    allowedIps: decodeList(peer.get(peerAttribute.allowedIps)).map((entry) => {
      const allowed = decodeAttributes(entry)
      return `${formatAddress(allowed.get(allowedIpAttribute.address) ?? new Uint8Array())}/${allowed.get(allowedIpAttribute.prefixLength)?.[0] ?? 0}`
    }),
    lastHandshakeSeconds: readU64(peer.get(peerAttribute.lastHandshake)),
    receivedBytes: readU64(peer.get(peerAttribute.receivedBytes)),
  }
}

/** struct sockaddr_in or sockaddr_in6. */
function decodeEndpoint(bytes: Uint8Array | undefined): { address: string; port: number } | undefined {
  if (!bytes || bytes.length < 8) return undefined
  const port = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
  const address = readU16(bytes) === inet ? bytes.subarray(4, 8) : bytes.subarray(8, 24)
  return { address: formatAddress(address), port }
}

/** The values of a list: attributes that all have the same type. */
function decodeList(bytes: Uint8Array | undefined): Uint8Array[] {
  const values: Uint8Array[] = []
  for (let at = 0; bytes && at + 4 <= bytes.length; ) {
    const length = readU16(bytes, at)
    if (length < 4 || at + length > bytes.length) break
    values.push(bytes.subarray(at + 4, at + length))
    at += (length + 3) & ~3
  }
  return values
}

function readU64(bytes: Uint8Array | undefined): number {
  return bytes && bytes.length >= 8 ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, little)) : 0
}
