import type { Duplex } from 'node:stream'
import type { SeqpacketConnection } from '../../kernel/seqpacket.js'
import { attachPacketBytesMax, attachTo } from '../../runtime/conmon.js'
import { inputStream } from './input-stream.js'
import { OutputQueue } from './output-queue.js'

/** A reader this far behind makes the process wait, until it is no more than the second figure behind. */
const backlogHighBytes = 4 * 1024 * 1024
const backlogLowBytes = 512 * 1024

interface Reader {
  queue: OutputQueue
  wants: { stdout: boolean; stderr: boolean }
}

/**
 * All clients of one container share one connection to its supervisor: conmon takes the end of any
 * connection for the end of stdin. Clients may come before the container starts.
 */
export class AttachHub {
  private readonly readers = new Set<Reader>()
  private readonly unfinished = new Set<OutputQueue>()
  private connection: SeqpacketConnection | undefined
  private readonly connected: Promise<SeqpacketConnection | undefined>
  private markConnected: (connection: SeqpacketConnection | undefined) => void = () => undefined
  private held = false
  private ended = false

  /** `hold` stops and continues the supervisor, so that the container's writes block. */
  constructor(private readonly hold: (held: boolean) => void) {
    this.connected = new Promise((resolve) => (this.markConnected = resolve))
  }

  get isConnected(): boolean {
    return this.connection !== undefined
  }

  /** Connects to the supervisor of a bundle folder; what is written from then on is seen. */
  async connect(folder: string): Promise<void> {
    this.connection = await attachTo(folder, {
      output: (stream, data) => {
        for (const reader of this.readers) if (reader.wants[stream]) reader.queue.push({ stream, data })
      },
      closed: () => this.end(),
    })
    this.markConnected(this.connection)
  }

  /** Output from now on; ends with the process. */
  read(wants: { stdout: boolean; stderr: boolean }): OutputQueue {
    const queue = new OutputQueue(() => this.balance())
    if (this.ended) queue.close()
    else this.add({ queue, wants })
    return queue
  }

  /** Resolves when every client that was attached has got the last of the output, or left. */
  async delivered(): Promise<void> {
    await Promise.all([...this.unfinished].map((queue) => queue.finished))
  }

  /** The client reads no more. */
  leave(queue: OutputQueue): void {
    for (const reader of this.readers) if (reader.queue === queue) this.readers.delete(reader)
    queue.abandon()
  }

  /** The process's stdin. Ending the stream ends it for the process too when `closesStdin`. */
  input(closesStdin: boolean): Duplex {
    return inputStream({
      write: (chunk, done) => {
        this.send(chunk).then(() => done(), done)
      },
      end: (done) => {
        if (closesStdin) this.endInput()
        done()
      },
    })
  }

  /** Closes the process's stdin once everything written has been sent. */
  endInput(): void {
    void this.connected.then((connection) => connection?.end())
  }

  /** Lets go of readers that hold the process up: before it is stopped. */
  dropLaggards(): void {
    for (const reader of [...this.readers]) if (reader.queue.bytes >= backlogLowBytes) this.leave(reader.queue)
    this.balance()
  }

  /** The process is over, or never started. */
  end(): void {
    if (this.ended) return
    this.ended = true
    this.markConnected(undefined)
    this.connection?.destroy()
    for (const reader of this.readers) reader.queue.close()
    this.readers.clear()
    this.balance()
  }

  private add(reader: Reader): void {
    this.readers.add(reader)
    this.unfinished.add(reader.queue)
    void reader.queue.finished.then(() => this.unfinished.delete(reader.queue))
  }

  private async send(data: Buffer): Promise<void> {
    const connection = await this.connected
    for (let at = 0; connection && at < data.length; at += attachPacketBytesMax) {
      await connection.write(data.subarray(at, at + attachPacketBytesMax))
    }
  }

  private balance(): void {
    const most = Math.max(0, ...[...this.readers].map((reader) => reader.queue.bytes))
    if (!this.held && most >= backlogHighBytes) this.setHeld(true)
    else if (this.held && most <= backlogLowBytes) this.setHeld(false)
  }

  private setHeld(held: boolean): void {
    this.held = held
    this.hold(held)
  }
}
