import { createSocket, type Socket } from 'node:dgram'
import { inNetns } from '../../agent/kernel/netns.js'
import { openSocket } from '../../agent/kernel/socket.js'
import { eventually } from './eventually.js'

/**
 * Datagrams from one namespace to another that are answered with themselves. A flow is one datagram after
 * another at a steady pace, each counted as lost unless its answer came.
 */
export class NumberedDatagrams {
  private readonly server: Socket
  private readonly clients: Socket[] = []
  private readonly client: Socket
  private readonly answered = new Set<string>()
  private readonly requests: ((from: string) => void)[] = []
  private sent = 0
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly from: string,
    to: string,
    private readonly address: string,
    private readonly port: number,
  ) {
    this.server = this.open(to, port)
    this.server.on('message', (message, peer) => {
      for (const listener of this.requests) listener(peer.address)
      this.server.send(message, peer.port, peer.address)
    })
    this.client = this.open(from, 0)
    this.client.on('message', (message) => this.answered.add(message.toString('latin1')))
  }

  onRequest(listener: (from: string) => void): void {
    this.requests.push(listener)
  }

  /** Sends from a certain address. */
  sender(source: string): () => void {
    const socket = this.open(this.from, 0, source)
    this.clients.push(socket)
    return () => socket.send('?', this.port, this.address)
  }

  /** Sends one until it is answered. */
  async exchange(text: string): Promise<void> {
    try {
      await eventually(`a datagram of ${text.length} bytes is answered`, () => {
        if (!this.answered.has(text)) this.client.send(text, this.port, this.address)
        return this.answered.has(text)
      })
    } finally {
      this.close()
    }
  }

  /** Starts a flow, once the first is answered. */
  async begin(everyMs = 5): Promise<void> {
    await eventually('the first is answered', () => {
      this.client.send('first', this.port, this.address)
      return this.answered.has('first')
    })
    this.timer = setInterval(() => this.client.send(`${++this.sent}`, this.port, this.address), everyMs)
  }

  /** Resolves when so many more were answered. */
  async more(count: number): Promise<void> {
    const goal = this.answered.size + count
    await eventually(`${count} more are answered`, () => this.answered.size >= goal)
  }

  /** Resolves when so many were answered since the beginning. */
  async atLeast(count: number): Promise<void> {
    await eventually(`${count} are answered`, () => this.answered.size >= count)
  }

  /** Stops the flow and gives the numbers that were never answered. */
  async end(): Promise<{ sent: number; lost: number[] }> {
    clearInterval(this.timer)
    const { sent } = this
    const lost = (): number[] => Array.from({ length: sent }, (_, i) => i + 1).filter((n) => !this.answered.has(`${n}`))
    // What is still on its way arrives before an answer to something later.
    await eventually('the last is answered', () => {
      this.client.send('last', this.port, this.address)
      return this.answered.has('last')
    })
    return { sent, lost: lost() }
  }

  close(): void {
    clearInterval(this.timer)
    for (const socket of [this.server, this.client, ...this.clients.splice(0)]) {
      try {
        socket.close()
      } catch {
        // It was closed before.
      }
    }
  }

  private open(netns: string, port: number, source?: string): Socket {
    const family = this.address.includes(':') ? 6 : 4
    const address = source ?? (family === 6 ? '::' : '0.0.0.0')
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    socket.bind({ fd: inNetns(netns, () => openSocket({ protocol: 'udp', family, bind: { address, port } })) })
    // A network that cannot be reached for the moment is a loss like any other.
    socket.on('error', () => undefined)
    return socket
  }
}
