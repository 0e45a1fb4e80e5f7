import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { afterReceiving } from '../base/after-receiving.js'
import { ErrorKind, invalid, messageOf, StatusError, unavailable } from '../base/errors.js'
import { grpcFrame, GrpcFrameReader } from '../base/grpc-frame.js'

/** Of a message of the client's: BuildKit sends files in pieces of 32 kB, uploads in pieces of 3 MB. */
const messageBytesMax = 4 * 1024 * 1024

/** gRPC's status of what exists already. */
const alreadyThere = '6'

/** A call to the client with messages both ways. */
export class SessionStream {
  private status: string | undefined
  private reason = ''

  /** `what` names the call in errors. The call ends when the signal is aborted. */
  constructor(
    private readonly stream: ClientHttp2Stream,
    private readonly what: string,
    signal: AbortSignal,
  ) {
    const onAbort = (): void => afterReceiving(() => stream.destroy(signal.reason instanceof Error ? signal.reason : undefined))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    stream.once('close', () => signal.removeEventListener('abort', onAbort))
    // Readers are told; there may be none at the moment.
    stream.on('error', () => undefined)
    stream.on('response', (headers) => this.read(headers))
    stream.on('trailers', (headers) => this.read(headers))
  }

  send(message: Uint8Array): void {
    if (!this.stream.destroyed) this.stream.write(grpcFrame(message))
  }

  /** Sends as the client keeps up; false when the call ended before. Why it did is told to the reader of its messages. */
  async sendAll(messages: AsyncIterable<Uint8Array>): Promise<boolean> {
    for await (const message of messages) {
      if (this.stream.destroyed) return false
      if (!this.stream.write(grpcFrame(message))) await this.writable()
    }
    return !this.stream.destroyed
  }

  /** No more messages from here. */
  end(): void {
    // It may be the client's end that is received just now.
    afterReceiving(() => this.stream.end())
  }

  close(): void {
    afterReceiving(() => this.stream.destroy())
  }

  /** The client's messages until it ends. Throws `invalid` with what the client says when it fails. */
  async *messages(): AsyncGenerator<Buffer, void, undefined> {
    const frames = new GrpcFrameReader(messageBytesMax)
    try {
      // One who has read enough, or too much, must not end the stream while it is received.
      for await (const data of this.stream.iterator({ destroyOnReturn: false })) yield* frames.push(data as Buffer)
    } catch (thrown) {
      throw unavailable(`${this.what}: the client's session failed: ${messageOf(thrown)}`, thrown)
    } finally {
      this.close()
    }
    if (this.status === undefined) throw unavailable(`${this.what}: the client's session ended`)
    if (this.status === alreadyThere) throw new StatusError(ErrorKind.conflict, `${this.what}: ${this.reason}`)
    if (this.status !== '0') throw invalid(`${this.what}: ${this.reason === '' ? `the client answers with gRPC status ${this.status}` : this.reason}`)
  }

  private writable(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.stream.off('drain', done)
        this.stream.off('close', done)
        resolve()
      }
      this.stream.on('drain', done)
      this.stream.on('close', done)
      if (this.stream.destroyed) done()
    })
  }

  private read(headers: IncomingHttpHeaders): void {
    const status = headers['grpc-status']
    if (typeof status !== 'string') return
    this.status = status
    const reason = headers['grpc-message']
    if (typeof reason !== 'string') return
    try {
      this.reason = decodeURIComponent(reason)
    } catch {
      this.reason = reason
    }
  }
}
