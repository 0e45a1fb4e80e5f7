/**
 * Docker's framing of stdout and stderr on one connection: an 8 byte header (stream number, three
 * zero bytes, big-endian payload length), then the payload. Source: Engine API, "Attach to a container".
 */
export const StdStream = { stdin: 0, stdout: 1, stderr: 2, systemError: 3 } as const
export type StdStream = (typeof StdStream)[keyof typeof StdStream]

const headerBytes = 8
/** Larger frames are refused by `StdcopyDecoder`: no writer of ours or Docker's makes them. */
const stdcopyFrameBytesMax = 16 * 1024 * 1024

/** One frame: header and payload. */
export function stdcopyFrame(stream: StdStream, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length)
  frame.writeUInt32BE((stream << 24) >>> 0, 0)
  frame.writeUInt32BE(payload.length, 4)
  frame.set(payload, headerBytes)
  return frame
}

/** Cuts a byte stream back into frames; feed it chunks of any size. */
export class StdcopyDecoder {
  private rest: Buffer = Buffer.alloc(0)

  /** The frames completed by `chunk`. Throws `RangeError` on a frame over the limit or an unknown stream. */
  decode(chunk: Uint8Array): { stream: StdStream; payload: Buffer }[] {
    this.rest = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk])
    const frames: { stream: StdStream; payload: Buffer }[] = []
    while (this.rest.length >= headerBytes) {
      const stream = this.rest[0] as number
      const length = this.rest.readUInt32BE(4)
      if (stream > 3 || length > stdcopyFrameBytesMax) {
        throw new RangeError(`damaged stream frame (stream ${stream}, ${length} bytes)`)
      }
      if (this.rest.length < headerBytes + length) break
      frames.push({ stream: stream as StdStream, payload: this.rest.subarray(headerBytes, headerBytes + length) })
      this.rest = this.rest.subarray(headerBytes + length)
    }
    return frames
  }
}
