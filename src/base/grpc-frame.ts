import { invalid } from './errors.js'

/**
 * The little of gRPC and of its messages that a session needs: frames (a byte for compression, the length in four
 * bytes, the message) and fields of bytes or text in protocol buffers. For what is larger there is `src/wire`.
 */

/** A message with gRPC's prefix: not compressed, then its length. */
export function grpcFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** Cuts a stream of bytes into gRPC's messages. */
export class GrpcFrameReader {
  private pending: Buffer = Buffer.alloc(0)

  constructor(private readonly bytesMax: number) {}

  /** Takes what came, gives the messages that are whole. Throws `invalid` for one over the limit. */
  push(data: Buffer): Buffer[] {
    this.pending = this.pending.length === 0 ? data : Buffer.concat([this.pending, data])
    const found: Buffer[] = []
    while (this.pending.length >= 5) {
      const length = this.pending.readUInt32BE(1)
      if (this.pending[0] !== 0) throw invalid('compressed messages are not taken')
      if (length > this.bytesMax) throw invalid(`a message of ${length} bytes is more than the ${this.bytesMax} that are taken`)
      if (this.pending.length < 5 + length) break
      found.push(this.pending.subarray(5, 5 + length))
      this.pending = this.pending.subarray(5 + length)
    }
    return found
  }
}

/** A field of bytes or text; fields are numbered from 1. */
export function bytesField(field: number, data: Uint8Array | string): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes])
}

/** The bytes of a field; empty when it is not there. Throws `invalid` for a message that has fields of other kinds or is cut off. */
export function readBytesField(message: Buffer, wanted: number): Buffer {
  let at = 0
  const number = (): number => {
    let value = 0
    for (let shift = 1; at < message.length && shift < 2 ** 49; shift *= 128) {
      const byte = message[at++] as number
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
    throw invalid('a message of the session is cut off')
  }
  let found: Buffer = Buffer.alloc(0)
  while (at < message.length) {
    const tag = number()
    const kind = tag % 8
    if (kind === 0) {
      number()
      continue
    }
    if (kind !== 2) throw invalid('a message of the session has a field of an unknown kind')
    const length = number()
    if (at + length > message.length) throw invalid('a message of the session is cut off')
    if (Math.floor(tag / 8) === wanted) found = message.subarray(at, at + length)
    at += length
  }
  return found
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  bytes.push(left)
  return Buffer.from(bytes)
}
