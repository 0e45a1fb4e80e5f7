import { connect, type Socket } from 'node:net'
import { withTimeout, type Clock } from '../../../src/base/clock.js'
import { internal, messageOf, StatusError, unavailable } from '../../../src/base/errors.js'
import { Serial } from '../../../src/base/serial.js'
import type { DeviceChange, DeviceState, TunnelDevice } from './device.js'
import { checkAnswer, decodeGet, encodeSet, getRequest } from './uapi.js'

/** A thousand peers answer with 400 KB. */
const answerBytesMax = 16 * 1024 * 1024
const answerMs = 5_000

/**
 * The socket of a userspace WireGuard, kept open: requests one after another, and the end of the program
 * is heard of at once.
 */
export class UapiConnection implements TunnelDevice {
  private received: Buffer[] = []
  private receivedBytes = 0
  private waiting: { resolve: (answer: string) => void; reject: (thrown: Error) => void } | undefined
  private readonly requests = new Serial()
  private failure: Error | undefined
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>

  private constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
  ) {
    socket.on('data', (chunk) => this.take(chunk))
    socket.on('error', (cause) => this.fail(unavailable(`the WireGuard program cannot be talked to: ${cause.message}`, cause)))
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.fail(unavailable('the WireGuard program has ended'))
        resolve()
      }),
    )
    socket.unref()
  }

  /** Connects to the socket at a path. Rejects with `unavailable` when nobody answers there. */
  static open(path: string, clock: Clock): Promise<UapiConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path)
      const refused = (cause: Error): void => reject(unavailable(`the WireGuard program does not answer at ${path}: ${messageOf(cause)}`, cause))
      socket.once('error', refused)
      socket.once('connect', () => {
        socket.off('error', refused)
        resolve(new UapiConnection(socket, clock))
      })
    })
  }

  async read(): Promise<DeviceState> {
    return decodeGet(await this.ask(getRequest))
  }

  async configure(change: DeviceChange): Promise<void> {
    checkAnswer(await this.ask(encodeSet(change)))
  }

  close(): void {
    this.socket.destroy()
  }

  private ask(request: string): Promise<string> {
    return this.requests.run(() => this.exchange(request))
  }

  private exchange(request: string): Promise<string> {
    if (this.failure) return Promise.reject(this.failure)
    const answer = new Promise<string>((resolve, reject) => (this.waiting = { resolve, reject }))
    this.socket.write(request)
    return withTimeout(this.clock, answerMs, answer, () => new StatusError('deadline', 'the WireGuard program does not answer')).catch((thrown: unknown) => {
      // An answer that comes after all must not be taken for the next one.
      this.fail(thrown instanceof Error ? thrown : internal(messageOf(thrown)))
      this.socket.destroy()
      throw thrown
    })
  }

  private take(chunk: Buffer): void {
    this.received.push(chunk)
    this.receivedBytes += chunk.length
    if (this.receivedBytes > answerBytesMax) {
      this.fail(internal('the WireGuard program gives an answer without end'))
      this.socket.destroy()
      return
    }
    const before = this.received.at(-2)
    const end = Buffer.concat([before?.subarray(-1) ?? Buffer.alloc(0), chunk])
    if (end.length < 2 || end.at(-1) !== 0x0a || end.at(-2) !== 0x0a) return
    const answer = Buffer.concat(this.received).toString('latin1')
    this.received = []
    this.receivedBytes = 0
    const { waiting } = this
    this.waiting = undefined
    waiting?.resolve(answer)
  }

  private fail(thrown: Error): void {
    this.failure ??= thrown
    this.waiting?.reject(this.failure)
    this.waiting = undefined
  }
}
