import { decodeAttributes, MessageFlag, readString } from './netlink-message.js'
import type { NetlinkWriter } from './netlink-message.js'
import { NetlinkProtocol, NetlinkSocket } from './netlink-socket.js'
import type { NetlinkRequest } from './netlink-socket.js'

/**
 * Elements of nftables sets and maps, through nfnetlink alone (linux/netfilter/nf_tables.h): thousands of
 * them in milliseconds. libnftables reads the whole ruleset before it changes anything.
 */

/** One element. Keys and addresses are bytes as the kernel compares them; parts of a concatenation are padded to 4 bytes. */
export interface NftElement {
  key: Uint8Array
  /** Of a map: bytes, or the chain that a verdict map goes to. */
  value?: Uint8Array | { goto: string }
}

export interface ElementChange {
  action: 'add' | 'delete'
  /** In the family `inet`. */
  table: string
  set: string
  elements: readonly NftElement[]
}

const subsystem = 10
const newElements = (subsystem << 8) | 12
const deleteElements = (subsystem << 8) | 14
const getTables = (subsystem << 8) | 1
const inet = 1
const nestedFlag = 0x8000
/** NFT_GOTO, in network order. */
const gotoVerdict = Uint8Array.of(0xff, 0xff, 0xff, 0xfc)
/** The list of one message is an attribute, whose length is 16 bits. */
const perMessageMax = 500

/**
 * A line to the nftables of the namespace that the thread was in when it was opened. Keep it: closing one
 * waits until the kernel has cleaned up after the last transaction.
 */
export class NftElements implements Disposable {
  private readonly socket = NetlinkSocket.open(NetlinkProtocol.netfilter)

  /** Carries out all changes as one transaction. Throws `NetlinkError`; nothing is changed then. */
  change(changes: readonly ElementChange[]): void {
    this.socket.transaction(subsystem, changes.flatMap((change) => [...requestsOf(change)]))
  }

  /** The names of the tables of the family `inet`. */
  tables(): string[] {
    const messages = this.socket.dump({ what: 'list tables', type: getTables, flags: 0, body: (writer) => writer.u8(inet).u8(0).u16(0) })
    return messages.map(({ payload }) => readString(decodeAttributes(payload, 4).get(1) ?? new Uint8Array()))
  }

  close(): void {
    this.socket.close()
  }
  [Symbol.dispose](): void {
    this.close()
  }
}

function* requestsOf({ action, table, set, elements }: ElementChange): Generator<NetlinkRequest> {
  for (let at = 0; at < elements.length; at += perMessageMax) {
    const part = elements.slice(at, at + perMessageMax)
    yield {
      what: `${action} elements of ${set}`,
      type: action === 'add' ? newElements : deleteElements,
      flags: action === 'add' ? MessageFlag.create : 0,
      body: (writer) => {
        writer.u8(inet).u8(0).u16(0).attributeString(1, table).attributeString(2, set)
        writer.nested(3 | nestedFlag, () => {
          for (const element of part) writer.nested(1 | nestedFlag, () => writeElement(writer, element, action === 'add'))
        })
      },
    }
  }
}

function writeElement(writer: NetlinkWriter, { key, value }: NftElement, withValue: boolean): void {
  writer.nested(1 | nestedFlag, () => writer.attribute(1, key))
  if (!withValue || value === undefined) return
  writer.nested(2 | nestedFlag, () => {
    if (value instanceof Uint8Array) writer.attribute(1, value)
    else writer.nested(2 | nestedFlag, () => writer.attribute(1, gotoVerdict).attributeString(2, value.goto))
  })
}
