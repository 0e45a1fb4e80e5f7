import { endianness } from 'node:os'

/**
 * Netlink framing (RFC 3549 and linux/netlink.h): pure encoding and decoding, no sockets. Numbers are
 * in the machine's byte order, except where an attribute says network order.
 */

const little = endianness() === 'LE'
const headerBytes = 16

export const MessageFlag = {
  request: 0x01,
  multi: 0x02,
  ack: 0x04,
  dumpInterrupted: 0x10,
  /** With "new": replace, refuse what exists, create what is missing, add after what exists. */
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  /** With "get": the whole table. */
  dump: 0x300,
} as const

/** The control messages of every netlink family. */
export const ControlType = { noop: 1, error: 2, done: 3, overrun: 4 } as const

/** One message as it came from the kernel; `payload` follows the 16 bytes of header. */
export interface NetlinkMessage {
  type: number
  flags: number
  sequence: number
  payload: Uint8Array
}

/** The answer to one request: `errno` 0 is success, `text` the kernel's own sentence when it gave one. */
export interface Acknowledgement {
  errno: number
  text: string | undefined
}

/**
 * Writes messages one after another into one buffer, which is how a batch is sent. Every `begin` is
 * ended by the next one or by `finish`.
 */
export class NetlinkWriter {
  private bytes = new Uint8Array(512)
  private view = new DataView(this.bytes.buffer)
  private length = 0
  private start = -1

  /** Starts a message; `sequence` comes back in its answers. */
  begin(type: number, flags: number, sequence: number): this {
    this.end()
    this.start = this.length
    return this.u32(0).u16(type).u16(flags).u32(sequence).u32(0)
  }

  u8(value: number): this {
    this.room(1)
    this.view.setUint8(this.length++, value)
    return this
  }
  u16(value: number): this {
    this.room(2)
    this.view.setUint16(this.length, value, little)
    this.length += 2
    return this
  }
  u32(value: number): this {
    this.room(4)
    this.view.setUint32(this.length, value >>> 0, little)
    this.length += 4
    return this
  }

  attributeU8(type: number, value: number): this {
    return this.attribute(type, Uint8Array.of(value))
  }
  attributeU16(type: number, value: number): this {
    return this.attribute(type, nativeU16(value))
  }
  /** 16 bits in network order: ports. */
  attributeU16Network(type: number, value: number): this {
    return this.attribute(type, Uint8Array.of((value >> 8) & 0xff, value & 0xff))
  }
  attributeU32(type: number, value: number): this {
    return this.attribute(type, nativeU32(value))
  }
  /** A string with the zero byte that the kernel expects. */
  attributeString(type: number, value: string): this {
    return this.attribute(type, new TextEncoder().encode(`${value}\0`))
  }

  attribute(type: number, value: Uint8Array): this {
    this.u16(4 + value.length).u16(type)
    this.room(value.length)
    this.bytes.set(value, this.length)
    this.length += value.length
    return this.pad()
  }

  /** An attribute that holds what `fill` writes: further attributes, or a struct before them. */
  nested(type: number, fill: () => void): this {
    const at = this.length
    this.u16(0).u16(type)
    fill()
    this.view.setUint16(at, this.length - at, little)
    return this.pad()
  }

  /** The messages written so far. */
  finish(): Uint8Array {
    this.end()
    return this.bytes.subarray(0, this.length)
  }

  private end(): void {
    if (this.start < 0) return
    this.view.setUint32(this.start, this.length - this.start, little)
    this.pad()
    this.start = -1
  }

  private pad(): this {
    while (this.length % 4 !== 0) this.u8(0)
    return this
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}

/** Cuts a received datagram into messages. A length that does not fit ends the list: nothing is read past the end. */
export function decodeMessages(datagram: Uint8Array): NetlinkMessage[] {
  const view = viewOf(datagram)
  const messages: NetlinkMessage[] = []
  let at = 0
  while (at + headerBytes <= datagram.length) {
    const length = view.getUint32(at, little)
    if (length < headerBytes || at + length > datagram.length) break
    messages.push({
      type: view.getUint16(at + 4, little),
      flags: view.getUint16(at + 6, little),
      sequence: view.getUint32(at + 8, little),
      payload: datagram.subarray(at + headerBytes, at + length),
    })
    at += align(length)
  }
  return messages
}

/** The attributes in `bytes` from `offset`; of a repeated type the last is kept. Flag bits of the type are dropped. */
export function decodeAttributes(bytes: Uint8Array, offset = 0): Map<number, Uint8Array> {
  const view = viewOf(bytes)
  const attributes = new Map<number, Uint8Array>()
  let at = offset
  while (at + 4 <= bytes.length) {
    const length = view.getUint16(at, little)
    if (length < 4 || at + length > bytes.length) break
    attributes.set(view.getUint16(at + 2, little) & 0x3fff, bytes.subarray(at + 4, at + length))
    at += align(length)
  }
  return attributes
}

/** Reads the payload of an `error` message; the sentence is there when NETLINK_EXT_ACK is on. */
export function decodeAcknowledgement(message: NetlinkMessage): Acknowledgement {
  const acknowledgementCapped = 0x100
  const acknowledgementHasAttributes = 0x200
  const { payload, flags } = message
  if (payload.length < 4) return { errno: 71, text: 'truncated netlink answer' }
  const view = viewOf(payload)
  const errno = 0 - view.getInt32(0, little)
  if (!(flags & acknowledgementHasAttributes) || payload.length < 20) return { errno, text: undefined }
  // The request's header follows, and all of the request unless capped.
  const requestBytes = flags & acknowledgementCapped ? headerBytes : view.getUint32(4, little)
  const text = decodeAttributes(payload, 4 + align(requestBytes)).get(1)
  return { errno, text: text && readString(text) }
}

/** A number in this machine's order; 0 where the bytes end before it, as for attributes that the kernel leaves out. */
export function readU16(bytes: Uint8Array, offset = 0): number {
  return bytes.length < offset + 2 ? 0 : viewOf(bytes).getUint16(offset, little)
}
export function readU32(bytes: Uint8Array, offset = 0): number {
  return bytes.length < offset + 4 ? 0 : viewOf(bytes).getUint32(offset, little)
}
/** Up to the first zero byte. */
export function readString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** A number as the kernel takes it, in this machine's order. */
export function nativeU16(value: number): Uint8Array {
  const bytes = new Uint8Array(2)
  new DataView(bytes.buffer).setUint16(0, value, little)
  return bytes
}
export function nativeU32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value >>> 0, little)
  return bytes
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const align = (length: number): number => (length + 3) & ~3
