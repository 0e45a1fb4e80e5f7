import type { NetlinkMessage, NetlinkWriter } from './netlink-message.js'
import { decodeAttributes, nativeU16, readString, readU16, readU32 } from './netlink-message.js'
import { formatAddress, formatMac, parseAddress, parseMac, parsePrefix } from './address-bytes.js'

/**
 * The bodies of rtnetlink messages (linux/if_link.h, if_addr.h, rtnetlink.h, neighbour.h, fib_rules.h),
 * pure. Indexes are interface indexes of the namespace that the socket belongs to.
 */

export const RouteType = {
  newLink: 16, deleteLink: 17, getLink: 18, setLink: 19,
  newAddress: 20, deleteAddress: 21, getAddress: 22,
  newRoute: 24, deleteRoute: 25, getRoute: 26,
  newNeighbour: 28, deleteNeighbour: 29, getNeighbour: 30,
  newRule: 32, deleteRule: 33, getRule: 34,
} as const

export const AddressFamily = { any: 0, ipv4: 2, bridge: 7, ipv6: 10 } as const
const interfaceUp = 1

/** What can be set when a link is made and later. */
export interface LinkSettings {
  name?: string
  mac?: string
  mtu?: number
  up?: boolean
  /** The index of the bridge to join; 0 leaves it. */
  master?: number
  /** The index of the device below, for kinds that are on one. */
  lower?: number
  /** A descriptor of the namespace to move to. */
  netnsFd?: number
  /** Whether the kernel makes a link-local IPv6 address by itself when the link comes up. Not while being made. */
  linkLocalIpv6?: boolean
}

/** The kinds of links made here, with their own settings. */
export type LinkKind =
  /** The peer cannot be made up: it is made before the other end is there. */
  | { kind: 'veth'; peer: Omit<LinkSettings, 'up'> & { name: string } }
  | { kind: 'bridge'; multicastSnooping?: boolean; ageingSeconds?: number }
  | {
      kind: 'vxlan'
      vni: number
      /** UDP port of both ends. */
      port: number
      /** Source address of the outer packets. */
      local?: string
      /** Index of the device that carries the outer packets. */
      device?: number
      /** Learn forwarding entries from traffic. */
      learning: boolean
      /** Answer ARP from the neighbour table instead of flooding. */
      proxy?: boolean
      /** Send and take outer IPv6 packets without a checksum of their own. */
      ipv6WithoutChecksum?: boolean
    }
  | { kind: 'macvlan'; mode: MacvlanMode }
  | { kind: 'ipvlan'; mode: IpvlanMode; flag: IpvlanFlag }
  | { kind: 'vlan'; id: number }
  | { kind: 'wireguard' }
  | { kind: 'dummy' }

/** Whom a macvlan device talks to beside the outside: the others on its parent, nobody, or those by way of the switch. */
export type MacvlanMode = keyof typeof macvlanModes
/** MACVLAN_MODE_*. */
const macvlanModes = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const

/** Where packets between ipvlan devices and the outside are decided on: by their addresses on the link, or by the routes of the parent's namespace. */
export type IpvlanMode = keyof typeof ipvlanModes
/** IPVLAN_MODE_*. */
const ipvlanModes = { l2: 0, l3: 1, l3s: 2 } as const

/** Whom an ipvlan device talks to beside the outside, as with macvlan. */
export type IpvlanFlag = keyof typeof ipvlanFlags
/** IPVLAN_F_*. */
const ipvlanFlags = { bridge: 0, private: 1, vepa: 2 } as const

/** Settings of a link as a port of a bridge. */
export interface BridgePortSettings {
  /** Send frames back out of the port they came from. */
  hairpin?: boolean
  learning?: boolean
  /** Send frames here whose destination is not known. */
  flood?: boolean
  multicastFlood?: boolean
  broadcastFlood?: boolean
  /** Isolated ports cannot reach one another, only the ports that are not and the bridge itself. */
  isolated?: boolean
}

/** A network interface. */
export interface Link {
  index: number
  name: string
  mac: string
  mtu: number
  up: boolean
  /** Index of its bridge; 0 when it has none. */
  master: number
  /** `veth`, `bridge`, ...; empty for physical devices and `lo`. */
  kind: string
  /** The peer's index (veth) or the lower device's; 0 when there is none. */
  peer: number
}

/** An address of an interface. */
export interface Address {
  index: number
  /** `172.17.0.1`, without the prefix length. */
  address: string
  prefixLength: number
}

/** A route. What is absent is the kernel's to choose: table `main`, no metric of its own. */
export interface Route {
  family: 4 | 6
  /** `10.0.0.0/24`; `0.0.0.0/0` or `::/0` for the default route. */
  destination: string
  gateway?: string
  /** Interface index. */
  index?: number
  source?: string
  table?: number
  metric?: number
  /** The gateway is reached directly, although no address of the link says so. */
  onLink?: boolean
  /** The destination is this host's own, as if an address of the link. */
  local?: boolean
  /** Filled in by dumps: 1 unicast, 2 local, 3 broadcast, ... (RTN_*). */
  type?: number
}

/** An entry of the neighbour table, or one of a bridge's forwarding table. */
export interface Neighbour {
  index: number
  /** IP address; the remote tunnel end for a bridge forwarding entry of a VXLAN device. */
  address?: string
  mac: string
  /** A forwarding entry: in the device's own table (`self`) or in its bridge's (`master`). */
  bridge?: 'self' | 'master'
}

/** NUD_*: how an entry came about. */
export const NeighbourState = { noArp: 0x40, permanent: 0x80 } as const

/** A policy rule: packets with this mark use this table. */
export interface Rule {
  family: 4 | 6
  mark: number
  mask: number
  table: number
  priority: number
  /** Only packets of this transport from this port. */
  from?: { protocol: 'tcp' | 'udp' | 'sctp'; port: number }
}

function linkHeader(writer: NetlinkWriter, index: number, up: boolean | undefined, family = 0): void {
  writer.u8(family).u8(0).u16(0).u32(index)
  writer.u32(up ? interfaceUp : 0).u32(up === undefined ? 0 : interfaceUp)
}

function linkAttributes(writer: NetlinkWriter, settings: LinkSettings): void {
  if (settings.name !== undefined) writer.attributeString(3, settings.name)
  if (settings.mac !== undefined) writer.attribute(1, parseMac(settings.mac))
  if (settings.mtu !== undefined) writer.attributeU32(4, settings.mtu)
  if (settings.master !== undefined) writer.attributeU32(10, settings.master)
  if (settings.lower !== undefined) writer.attributeU32(5, settings.lower)
  if (settings.netnsFd !== undefined) writer.attributeU32(28, settings.netnsFd)
  if (settings.linkLocalIpv6 !== undefined) {
    const generate = settings.linkLocalIpv6 ? 0 : 1
    writer.nested(26, () => writer.nested(AddressFamily.ipv6, () => writer.attributeU8(8, generate)))
  }
}

/** RTM_NEWLINK for a device that is to be made. */
export function newLinkBody(settings: LinkSettings, kind: LinkKind): (writer: NetlinkWriter) => void {
  return (writer) => {
    linkHeader(writer, 0, settings.up)
    linkAttributes(writer, settings)
    writer.nested(18, () => {
      writer.attributeString(1, kind.kind)
      writer.nested(2, () => kindAttributes(writer, kind))
    })
  }
}

function kindAttributes(writer: NetlinkWriter, kind: LinkKind): void {
  switch (kind.kind) {
    case 'veth':
      writer.nested(1, () => {
        linkHeader(writer, 0, undefined)
        linkAttributes(writer, kind.peer)
      })
      return
    case 'bridge':
      // No spanning tree runs on these bridges, so ports forward at once.
      writer.attributeU32(1, 0).attributeU32(5, 0)
      if (kind.ageingSeconds !== undefined) writer.attributeU32(4, kind.ageingSeconds * 100)
      if (kind.multicastSnooping !== undefined) writer.attributeU8(23, kind.multicastSnooping ? 1 : 0)
      return
    case 'vxlan': {
      writer.attributeU32(1, kind.vni).attributeU16Network(15, kind.port).attributeU8(7, kind.learning ? 1 : 0)
      if (kind.device !== undefined) writer.attributeU32(3, kind.device)
      if (kind.local !== undefined) {
        const local = parseAddress(kind.local)
        writer.attribute(local.length === 4 ? 4 : 17, local)
      }
      if (kind.proxy !== undefined) writer.attributeU8(11, kind.proxy ? 1 : 0)
      if (kind.ipv6WithoutChecksum !== undefined) writer.attributeU8(19, kind.ipv6WithoutChecksum ? 1 : 0).attributeU8(20, kind.ipv6WithoutChecksum ? 1 : 0)
      return
    }
    case 'macvlan':
      writer.attributeU32(1, macvlanModes[kind.mode])
      return
    case 'ipvlan':
      writer.attribute(1, nativeU16(ipvlanModes[kind.mode])).attribute(2, nativeU16(ipvlanFlags[kind.flag]))
      return
    case 'vlan':
      writer.attribute(1, nativeU16(kind.id))
      return
    case 'wireguard':
    case 'dummy':
      return
  }
}

/** RTM_NEWLINK for a device that is there: what the settings name is changed. */
export function setLinkBody(index: number, settings: LinkSettings): (writer: NetlinkWriter) => void {
  return (writer) => {
    linkHeader(writer, index, settings.up)
    linkAttributes(writer, settings)
  }
}

/** RTM_SETLINK for a device as the port of its bridge (AF_BRIDGE). */
export function bridgePortBody(index: number, port: BridgePortSettings): (writer: NetlinkWriter) => void {
  return (writer) => {
    linkHeader(writer, index, undefined, AddressFamily.bridge)
    writer.nested(12 | 0x8000, () => {
      if (port.hairpin !== undefined) writer.attributeU8(4, port.hairpin ? 1 : 0)
      if (port.learning !== undefined) writer.attributeU8(8, port.learning ? 1 : 0)
      if (port.flood !== undefined) writer.attributeU8(9, port.flood ? 1 : 0)
      if (port.multicastFlood !== undefined) writer.attributeU8(27, port.multicastFlood ? 1 : 0)
      if (port.broadcastFlood !== undefined) writer.attributeU8(30, port.broadcastFlood ? 1 : 0)
      if (port.isolated !== undefined) writer.attributeU8(33, port.isolated ? 1 : 0)
    })
  }
}

/** Names one link by index or name, or asks for all of them (dump) with neither. */
export function linkReferenceBody(ref: { index?: number; name?: string }): (writer: NetlinkWriter) => void {
  return (writer) => {
    linkHeader(writer, ref.index ?? 0, undefined)
    if (ref.name !== undefined) writer.attributeString(3, ref.name)
  }
}

/** Reads RTM_NEWLINK. */
export function decodeLink(message: NetlinkMessage): Link {
  const { payload } = message
  const attributes = decodeAttributes(payload, 16)
  const info = decodeAttributes(attributes.get(18) ?? new Uint8Array())
  return {
    index: readU32(payload, 4),
    name: readString(attributes.get(3) ?? new Uint8Array()),
    mac: formatMac(attributes.get(1) ?? new Uint8Array()),
    mtu: readU32(attributes.get(4) ?? new Uint8Array()),
    up: (readU32(payload, 8) & interfaceUp) !== 0,
    master: readU32(attributes.get(10) ?? new Uint8Array()),
    kind: readString(info.get(1) ?? new Uint8Array()),
    peer: readU32(attributes.get(5) ?? new Uint8Array()),
  }
}

/** RTM_NEWADDR or RTM_DELADDR. */
export function addressBody(address: Address): (writer: NetlinkWriter) => void {
  const bytes = parseAddress(address.address)
  return (writer) => {
    const ipv6 = bytes.length === 16
    // Duplicate detection would keep a new IPv6 address unusable for a second; addresses are allocated, not guessed.
    const noDuplicateDetection = ipv6 ? 0x02 : 0
    writer.u8(ipv6 ? AddressFamily.ipv6 : AddressFamily.ipv4).u8(address.prefixLength).u8(noDuplicateDetection).u8(0)
    writer.u32(address.index).attribute(2, bytes).attribute(1, bytes)
    if (!ipv6 && address.prefixLength < 31) writer.attribute(4, broadcastOf(bytes, address.prefixLength))
  }
}

/** RTM_GETADDR for the addresses of all interfaces. */
export function addressDumpBody(writer: NetlinkWriter): void {
  writer.u8(0).u8(0).u8(0).u8(0).u32(0)
}

/** Reads RTM_NEWADDR. */
export function decodeAddress(message: NetlinkMessage): Address {
  const attributes = decodeAttributes(message.payload, 8)
  return {
    index: readU32(message.payload, 4),
    address: formatAddress(attributes.get(2) ?? attributes.get(1) ?? new Uint8Array()),
    prefixLength: message.payload[1] ?? 0,
  }
}

/** RTNH_F_ONLINK */
const onLinkFlag = 4

/** `deleting` leaves scope and type open, so that a route is found by its destination alone. */
export function routeBody(route: Route, deleting = false): (writer: NetlinkWriter) => void {
  const { address, prefixLength } = parsePrefix(route.destination)
  return (writer) => {
    const table = route.table ?? 254
    // Scope "link" for what is reached without a gateway, protocol "static".
    const scope = deleting ? 255 : route.local ? 254 : route.gateway === undefined && route.family === 4 ? 253 : 0
    writer.u8(route.family === 4 ? AddressFamily.ipv4 : AddressFamily.ipv6).u8(prefixLength).u8(0).u8(0)
    writer.u8(table < 256 ? table : 0).u8(deleting ? 0 : 4).u8(scope).u8(deleting ? 0 : route.local ? 2 : 1).u32(route.onLink ? onLinkFlag : 0)
    if (prefixLength > 0) writer.attribute(1, address)
    if (route.gateway !== undefined) gatewayAttribute(writer, route.family, parseAddress(route.gateway))
    if (route.index !== undefined) writer.attributeU32(4, route.index)
    if (route.source !== undefined) writer.attribute(7, parseAddress(route.source))
    if (route.metric !== undefined) writer.attributeU32(6, route.metric)
    writer.attributeU32(15, table)
  }
}

/** RTA_GATEWAY, or RTA_VIA (`struct rtvia`) for a gateway of the other family. */
function gatewayAttribute(writer: NetlinkWriter, family: 4 | 6, gateway: Uint8Array): void {
  if (gateway.length === (family === 4 ? 4 : 16)) writer.attribute(5, gateway)
  else writer.attribute(18, Uint8Array.from([...nativeU16(gateway.length === 4 ? AddressFamily.ipv4 : AddressFamily.ipv6), ...gateway]))
}

/** RTM_GETROUTE for all tables of a family (AF_*). */
export function routeDumpBody(family: number): (writer: NetlinkWriter) => void {
  return (writer) => writer.u8(family).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0)
}

/** Reads RTM_NEWROUTE. */
export function decodeRoute(message: NetlinkMessage): Route {
  const { payload } = message
  const attributes = decodeAttributes(payload, 12)
  const family = payload[0] === AddressFamily.ipv6 ? 6 : 4
  const prefixLength = payload[1] ?? 0
  const destination = attributes.get(1)
  const route: Route = {
    family,
    destination: `${destination ? formatAddress(destination) : family === 4 ? '0.0.0.0' : '::'}/${prefixLength}`,
    table: attributes.has(15) ? readU32(attributes.get(15) as Uint8Array) : (payload[4] ?? 0),
    type: payload[7] ?? 0,
  }
  const gateway = attributes.get(5)
  if (gateway) route.gateway = formatAddress(gateway)
  const index = attributes.get(4)
  if (index) route.index = readU32(index)
  const source = attributes.get(7)
  if (source) route.source = formatAddress(source)
  const metric = attributes.get(6)
  if (metric) route.metric = readU32(metric)
  return route
}

/** RTM_NEWNEIGH or RTM_DELNEIGH. */
export function neighbourBody(neighbour: Neighbour): (writer: NetlinkWriter) => void {
  const address = neighbour.address === undefined ? undefined : parseAddress(neighbour.address)
  return (writer) => {
    const family = neighbour.bridge ? AddressFamily.bridge : address?.length === 16 ? AddressFamily.ipv6 : AddressFamily.ipv4
    // In a bridge's table "permanent" would mean the bridge itself; "no ARP" is an entry that is not learned.
    const state = neighbour.bridge === 'master' ? NeighbourState.noArp : NeighbourState.permanent
    const flags = neighbour.bridge === 'self' ? 0x02 : neighbour.bridge === 'master' ? 0x04 : 0
    writer.u8(family).u8(0).u16(0).u32(neighbour.index).u16(state).u8(flags).u8(0)
    if (address) writer.attribute(1, address)
    writer.attribute(2, parseMac(neighbour.mac))
  }
}

/** RTM_GETNEIGH for a family (AF_*; AF_BRIDGE for forwarding entries). */
export function neighbourDumpBody(family: number): (writer: NetlinkWriter) => void {
  return (writer) => writer.u8(family).u8(0).u16(0).u32(0).u16(0).u8(0).u8(0)
}

/** An address that the host answers neighbour discovery for on a link; it is handed on by routing then. */
export interface ProxiedAddress {
  index: number
  address: string
}

/** NTF_PROXY. */
const proxyFlag = 0x08

/** RTM_NEWNEIGH or RTM_DELNEIGH for an address answered on behalf of another host. */
export function proxiedAddressBody({ index, address }: ProxiedAddress): (writer: NetlinkWriter) => void {
  const bytes = parseAddress(address)
  const family = bytes.length === 16 ? AddressFamily.ipv6 : AddressFamily.ipv4
  return (writer) => writer.u8(family).u8(0).u16(0).u32(index).u16(NeighbourState.permanent).u8(proxyFlag).u8(0).attribute(1, bytes)
}

export function proxiedAddressDumpBody(family: number): (writer: NetlinkWriter) => void {
  return (writer) => writer.u8(family).u8(0).u16(0).u32(0).u16(0).u8(proxyFlag).u8(0)
}

export function decodeProxiedAddress(message: NetlinkMessage): ProxiedAddress {
  const address = decodeAttributes(message.payload, 12).get(1)
  return { index: readU32(message.payload, 4), address: address ? formatAddress(address) : '' }
}

/** Reads RTM_NEWNEIGH. `state` is of NUD_*. */
export function decodeNeighbour(message: NetlinkMessage): Neighbour & { state: number } {
  const { payload } = message
  const attributes = decodeAttributes(payload, 12)
  const neighbour: Neighbour & { state: number } = {
    index: readU32(payload, 4),
    mac: formatMac(attributes.get(2) ?? new Uint8Array()),
    state: readU16(payload, 8),
  }
  const address = attributes.get(1)
  if (address) neighbour.address = formatAddress(address)
  if (payload[0] === AddressFamily.bridge) neighbour.bridge = attributes.has(9) ? 'master' : 'self'
  return neighbour
}

/** RTM_NEWRULE or RTM_DELRULE. */
export function ruleBody(rule: Rule): (writer: NetlinkWriter) => void {
  return (writer) => {
    const toTable = 1
    writer.u8(rule.family === 4 ? AddressFamily.ipv4 : AddressFamily.ipv6).u8(0).u8(0).u8(0)
    writer.u8(rule.table < 256 ? rule.table : 0).u8(0).u8(0).u8(toTable).u32(0)
    writer.attributeU32(6, rule.priority).attributeU32(10, rule.mark).attributeU32(16, rule.mask).attributeU32(15, rule.table)
    if (!rule.from) return
    // FRA_IP_PROTO, FRA_SPORT_RANGE (`struct fib_rule_port_range`).
    const { protocol, port } = rule.from
    writer.attributeU8(22, transportNumbers[protocol]).attribute(23, Uint8Array.from([...nativeU16(port), ...nativeU16(port)]))
  }
}

/** IPPROTO_*. */
const transportNumbers = { tcp: 6, udp: 17, sctp: 132 } as const

function broadcastOf(address: Uint8Array, prefixLength: number): Uint8Array {
  return address.map((byte, i) => {
    const hostBits = Math.min(8, Math.max(0, (i + 1) * 8 - prefixLength))
    return byte | (0xff >> (8 - hostBits))
  })
}
