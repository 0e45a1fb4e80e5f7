import { decodeAttributes } from './netlink-message.js'
import type { NetlinkWriter } from './netlink-message.js'
import { NetlinkError, NetlinkProtocol, NetlinkSocket } from './netlink-socket.js'
import { formatAddress } from './address-bytes.js'

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
 * is in; gives how many. The whole table is read: for rare moments only. Message format: ctnetlink,
 * linux/netfilter/nfnetlink_conntrack.h.
 */
export function deleteFlows(isStale: (flow: Flow) => boolean): number {
  using socket = NetlinkSocket.open(NetlinkProtocol.netfilter)
  let deleted = 0
  for (const family of [2, 10]) {
    const flows = socket.dump({ what: 'list tracked flows', type: getFlows, flags: 0, body: header(family) })
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
            header(family)(writer)
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
