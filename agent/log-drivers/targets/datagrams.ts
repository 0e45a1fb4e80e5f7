import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { UnixDatagrams } from '../../kernel/unix-datagram.js'
import type { LogAddress } from '../address.js'

/** Sends datagrams over UDP or to a unix socket. */
export interface DatagramSender {
  send(data: Buffer): Promise<void>
  close(): void
}

export function datagramSender(address: LogAddress): DatagramSender {
  const { path } = address
  if (path === undefined) return new UdpSender(address)
  const socket = new UnixDatagrams()
  return { send: (data) => socket.send(path, data), close: () => socket.close() }
}

class UdpSender implements DatagramSender {
  private socket: Socket | undefined
  private target = ''

  constructor(private readonly address: LogAddress) {}

  async send(data: Buffer): Promise<void> {
    this.socket ??= await this.open()
    const { socket } = this
    await new Promise<void>((resolve, reject) => {
      socket.send(data, this.address.port, this.target, (thrown) => (thrown ? reject(thrown) : resolve()))
    }).catch((thrown: unknown) => {
      this.close()
      throw thrown
    })
  }

  close(): void {
    this.socket?.close()
    this.socket = undefined
  }

  private async open(): Promise<Socket> {
    // Once for each socket: a name would be resolved for every message.
    const { address, family } = await lookup(this.address.host)
    this.target = address
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    socket.on('error', () => undefined)
    socket.unref()
    return socket
  }
}
