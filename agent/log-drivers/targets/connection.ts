import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { withTimeout, type Clock } from '../../../src/base/clock.js'
import { unavailable } from '../../../src/base/errors.js'
import { builtInAuthorities } from '../../../src/sys/built-in-authorities.js'
import type { LogAddress } from '../address.js'

const connectMsMax = 10_000
/** A receiver that takes nothing for this long is given up. */
const writeMsMax = 30_000

/** A stream to a receiver of logs that is opened when it is needed, and anew after a failure. */
export class LogConnection {
  private socket: Socket | undefined

  constructor(
    private readonly address: LogAddress,
    private readonly clock: Clock,
    /** With these, TLS. */
    private readonly tls?: () => ConnectionOptions,
  ) {}

  /** Writes all of it; resolves when the system has taken it. */
  async write(data: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.use(signal, (socket) => new Promise<void>((resolve, reject) => {
      const failed = (): void => reject(unavailable(`the connection to ${this.name} was closed`))
      socket.once('close', failed)
      socket.write(data, (thrown) => {
        socket.off('close', failed)
        if (thrown) reject(thrown)
        else resolve()
      })
    }))
  }

  /** The bytes that come next. */
  async read(signal: AbortSignal): Promise<Buffer> {
    return this.use(signal, (socket) => new Promise<Buffer>((resolve, reject) => {
      const failed = (): void => reject(unavailable(`the connection to ${this.name} was closed`))
      socket.once('close', failed)
      socket.resume()
      socket.once('data', (data: Buffer) => {
        socket.off('close', failed)
        resolve(data)
      })
    }))
  }

  close(): void {
    this.socket?.destroy()
    this.socket = undefined
  }

  private get name(): string {
    return this.address.path ?? `${this.address.host}:${this.address.port}`
  }

  private async use<T>(signal: AbortSignal, work: (socket: Socket) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    // Its reads and writes end with it.
    const onAbort = (): void => this.close()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      this.socket ??= await this.open()
      return await withTimeout(this.clock, writeMsMax, work(this.socket), () => unavailable(`${this.name} takes no more log messages`))
    } catch (thrown) {
      this.close()
      throw thrown
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  private async open(): Promise<Socket> {
    if (this.tls) await builtInAuthorities()
    const { host, port, path } = this.address
    const where = path === undefined ? { host, port } : { path }
    const socket = this.tls ? connectTls({ ...where, servername: host, ...this.tls() }) : connectTcp(where)
    const connected = new Promise<Socket>((resolve, reject) => {
      socket.once(this.tls ? 'secureConnect' : 'connect', () => resolve(socket))
      socket.once('error', reject)
      socket.once('close', () => {
        reject(unavailable(`the connection to ${this.name} was closed`))
        if (this.socket === socket) this.socket = undefined
      })
    })
    socket.on('error', () => undefined)
    // What a receiver says is of interest only to who reads it; its end has to be seen all the same.
    socket.resume()
    return withTimeout(this.clock, connectMsMax, connected, () => unavailable(`${this.name} does not answer`)).catch((thrown: unknown) => {
      socket.destroy()
      throw thrown
    })
  }
}
