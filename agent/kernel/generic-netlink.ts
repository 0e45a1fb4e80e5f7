import { decodeAttributes, readU16 } from './netlink-message.js'
import type { NetlinkMessage, NetlinkWriter } from './netlink-message.js'
import { NetlinkProtocol, NetlinkSocket } from './netlink-socket.js'

/** The family that names the others, and its command and attributes (linux/genetlink.h). */
const controlFamily = 0x10
const getFamily = 3
const attributeFamilyId = 1
const attributeFamilyName = 2
/** NLM_F_DUMP is what asks for all there is; a request alone is acknowledged. */
export const genericHeaderBytes = 4

/**
 * A generic netlink family of the kernel (`wireguard`), in the namespace that the thread was in when it was
 * opened. Synchronous.
 */
export class GenericNetlink implements Disposable {
  private constructor(
    private readonly socket: NetlinkSocket,
    private readonly family: number,
    private readonly version: number,
    private readonly name: string,
  ) {}

  /** Undefined when the kernel does not have the family. */
  static open(name: string, version: number): GenericNetlink | undefined {
    const socket = NetlinkSocket.open(NetlinkProtocol.generic)
    try {
      const answer = socket.get({
        what: `find the kernel's ${name}`, type: controlFamily, flags: 0,
        body: (writer) => writer.u8(getFamily).u8(1).u16(0).attributeString(attributeFamilyName, name),
      })
      const id = answer && decodeAttributes(answer.payload, genericHeaderBytes).get(attributeFamilyId)
      if (id) return new GenericNetlink(socket, readU16(id), version, name)
    } catch (thrown) {
      socket.close()
      throw thrown
    }
    socket.close()
    return undefined
  }

  /** Sends a command and throws `NetlinkError` when it is refused. */
  command(command: number, attributes: (writer: NetlinkWriter) => void): void {
    this.socket.request(this.requestOf(command, attributes))
  }

  /** All messages of an answer, with the attributes behind `genericHeaderBytes` of the payload. */
  dump(command: number, attributes: (writer: NetlinkWriter) => void): NetlinkMessage[] {
    return this.socket.dump(this.requestOf(command, attributes))
  }

  close(): void {
    this.socket.close()
  }
  [Symbol.dispose](): void {
    this.close()
  }

  private requestOf(command: number, attributes: (writer: NetlinkWriter) => void) {
    return {
      what: `${this.name} command ${command}`,
      type: this.family,
      flags: 0,
      body: (writer: NetlinkWriter) => {
        writer.u8(command).u8(this.version).u16(0)
        attributes(writer)
      },
    }
  }
}
