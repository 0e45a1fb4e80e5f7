import { decodeAttributes } from './netlink-message.js'
import type { NetlinkMessage, NetlinkWriter } from './netlink-message.js'
import { NetlinkError, NetlinkProtocol, NetlinkSocket } from './netlink-socket.js'
import { formatAddress } from './address-bytes.js'
import { readSysctl } from './sysctl.js'

/** One direction of a tracked flow. */
export interface FlowTuple {
  source: string
  destination: string
  /** IPPROTO_*: 6 TCP, 17 UDP. */
  protocol: number
  sourcePort: number
  destinationPort: number
}

export interface Flow {
  /** As its first packet came in. */
  original: FlowTuple
  /** As answers are expected: shows where address translation leads. */
  reply: FlowTuple
}

const conntrack = 1 << 8
const getFlows = conntrack | 1
const deleteFlow = conntrack | 2
const nestedFlag = 0x8000

/**
 * Deletes the tracked flows that `isStale` picks, of both IP families, in the namespace that the thread
 * is in; gives how many. The table of the whole machine is gone through, which takes tens of milliseconds
 * when it is large: for rare moments only. Message format: ctnetlink, linux/netfilter/nfnetlink_conntrack.h.
 */
export function deleteFlows(isStale: (flow: Flow) => boolean): number {
  if (hasNoFlows()) return 0
  using socket = NetlinkSocket.open(NetlinkProtocol.netfilter)
  return deleteOf(socket, socket.dump(allFlows), isStale)
}

/**
 * The tracked flows of the namespace that the thread was in when this was opened, gone through on another
 * thread: where nothing may be held up.
 */
export class TrackedFlows implements Disposable {
  private readonly socket: NetlinkSocket | undefined

  constructor() {
    this.socket = hasNoFlows() ? undefined : NetlinkSocket.open(NetlinkProtocol.netfilter)
  }

  /** Deletes those that `isStale` picks; gives how many. One call at a time. */
  async delete(isStale: (flow: Flow) => boolean): Promise<number> {
    return this.socket ? deleteOf(this.socket, await this.socket.dumpElsewhere(allFlows), isStale) : 0
  }

  [Symbol.dispose](): void {
    this.socket?.close()
  }
}

/** Without going through the table: the kernel counts by namespace. */
function hasNoFlows(): boolean {
  return readSysctl('net/netfilter/nf_conntrack_count') === '0'
}

/** AF_UNSPEC: of all families at once. */
const allFlows = { what: 'list tracked flows', type: getFlows, flags: 0, body: header(0) }

function deleteOf(socket: NetlinkSocket, flows: readonly NetlinkMessage[], isStale: (flow: Flow) => boolean): number {
  let deleted = 0
  for (const message of flows) {
    const attributes = decodeAttributes(message.payload, 4)
    const original = attributes.get(1)
    const reply = attributes.get(2)
    if (!original || !reply || !isStale({ original: decodeTuple(original), reply: decodeTuple(reply) })) continue
    const zone = attributes.get(18)
    try {
      socket.request({
        what: 'delete a tracked flow',
        type: deleteFlow,
        flags: 0,
        body: (writer) => {
          header(message.payload[0] ?? 0)(writer)
          writer.attribute(1 | nestedFlag, original)
          if (zone) writer.attribute(18, zone)
        },
        // It can end by itself meanwhile.
        tolerate: ['ENOENT'],
      })
      deleted++
    } catch (thrown) {
      if (!(thrown instanceof NetlinkError)) throw thrown
    }
  }
  return deleted
}

function header(family: number): (writer: NetlinkWriter) => void {
  return (writer) => writer.u8(family).u8(0).u16(0)
}

function decodeTuple(bytes: Uint8Array): FlowTuple {
  const tuple = decodeAttributes(bytes)
  const ip = decodeAttributes(tuple.get(1) ?? new Uint8Array())
  const proto = decodeAttributes(tuple.get(2) ?? new Uint8Array())
  const port = (type: number): number => {
    const value = proto.get(type)
    return value && value.length >= 2 ? ((value[0] as number) << 8) | (value[1] as number) : 0
  }
  return {
    source: formatAddress(ip.get(1) ?? ip.get(3) ?? new Uint8Array()),
    destination: formatAddress(ip.get(2) ?? ip.get(4) ?? new Uint8Array()),
    protocol: proto.get(1)?.[0] ?? 0,
    sourcePort: port(2),
    destinationPort: port(3),
  }
}
