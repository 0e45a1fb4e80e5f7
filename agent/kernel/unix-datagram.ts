import { DgramSocket } from 'node-unix-socket'

/** Sends datagrams to unix sockets, which Node.js cannot. */
export class UnixDatagrams {
  private socket: DgramSocket | undefined

  /** Resolves when the system has taken it. Rejects when nobody listens at the path, or its buffer stays full. */
  send(path: string, data: Buffer): Promise<void> {
    this.socket ??= this.open()
    const { socket } = this
    return new Promise((resolve, reject) => socket.sendTo(data, 0, data.length, path, (thrown) => (thrown ? reject(thrown) : resolve())))
  }

  /** Calling it again does nothing. */
  close(): void {
    const { socket } = this
    this.socket = undefined
    socket?.close()
  }

  private open(): DgramSocket {
    const socket = new DgramSocket()
    // It closes itself then: the next message opens another.
    socket.on('error', () => {
      if (this.socket === socket) this.socket = undefined
    })
    return socket
  }
}
