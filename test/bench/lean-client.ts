import { connect, type Socket } from 'node:net'

/** An answer as it came. */
export interface LeanAnswer {
  status: number
  body: string
}

/**
 * One connection to an engine's socket that is kept, for requests one after another: no more of the time is the
 * client's than it takes to write a text and to read one. A connection that the engine ends with its answer is made
 * anew before the next request is timed.
 */
export class LeanClient implements Disposable {
  private socket: Socket | undefined
  private received: Buffer = Buffer.alloc(0)
  private hasEnded = false
  private wake: () => void = () => undefined

  constructor(private readonly socketPath: string) {}

  /** Connects, unless it is connected. */
  async ready(): Promise<void> {
    if (this.socket && !this.hasEnded) return
    const socket = connect(this.socketPath)
    this.received = Buffer.alloc(0)
    this.hasEnded = false
    this.socket = socket
    socket.on('data', (data: Buffer) => {
      this.received = this.received.length === 0 ? data : Buffer.concat([this.received, data])
      this.wake()
    })
    socket.on('close', () => {
      if (this.socket === socket) this.hasEnded = true
      this.wake()
    })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.on('error', () => undefined)
  }

  /** Sends a request and reads the whole answer. Rejects when the engine ends the connection before that. */
  async request(method: string, path: string, body?: unknown): Promise<LeanAnswer> {
    await this.ready()
    const text = body === undefined ? '' : JSON.stringify(body)
    const typed = body === undefined ? '' : 'Content-Type: application/json\r\n'
    this.socket?.write(`${method} ${path} HTTP/1.1\r\nHost: engine\r\n${typed}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    const head = await this.upTo('\r\n\r\n')
    const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
    const header = (name: string): string | undefined => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim()
    if (status === 204 || status === 304) return { status, body: '' }
    const length = header('content-length')
    if (length !== undefined) return { status, body: (await this.bytes(Number(length))).toString() }
    if (header('transfer-encoding') === 'chunked') return { status, body: await this.chunks() }
    while (!this.hasEnded) await this.more()
    return { status, body: this.received.toString() }
  }

  [Symbol.dispose](): void {
    this.socket?.destroy()
  }

  private async chunks(): Promise<string> {
    let body = ''
    for (;;) {
      const size = parseInt(await this.upTo('\r\n'), 16)
      body += (await this.bytes(size)).toString()
      await this.upTo('\r\n')
      if (size === 0) return body
    }
  }

  private async upTo(end: string): Promise<string> {
    for (;;) {
      const at = this.received.indexOf(end)
      if (at >= 0) return this.take(at + end.length).toString('latin1', 0, at)
      await this.moreOrFail()
    }
  }

  private async bytes(count: number): Promise<Buffer> {
    while (this.received.length < count) await this.moreOrFail()
    return this.take(count)
  }

  private take(count: number): Buffer {
    const taken = this.received.subarray(0, count)
    this.received = this.received.subarray(count)
    return taken
  }

  private more(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve))
  }

  private async moreOrFail(): Promise<void> {
    if (this.hasEnded) throw new Error(`${this.socketPath}: the engine ended the connection within its answer`)
    await this.more()
  }
}
