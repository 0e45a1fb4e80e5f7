/** DNS over TCP: each message has its length in two bytes before it (RFC 1035, 4.2.2). */

export class LengthPrefixed {
  private rest = Buffer.alloc(0)

  /** The messages that the bytes complete. */
  push(chunk: Uint8Array): Buffer[] {
    this.rest = Buffer.concat([this.rest, chunk])
    const messages: Buffer[] = []
    while (this.rest.length >= 2) {
      const length = this.rest.readUInt16BE(0)
      if (this.rest.length < 2 + length) break
      messages.push(this.rest.subarray(2, 2 + length))
      this.rest = this.rest.subarray(2 + length)
    }
    return messages
  }
}

export function withLength(message: Uint8Array): Buffer {
  const out = Buffer.alloc(2 + message.length)
  out.writeUInt16BE(message.length, 0)
  out.set(message, 2)
  return out
}
