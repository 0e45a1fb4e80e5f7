import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterReceiving } from '../../src/base/after-receiving.js'
import { ErrorKind, invalid, messageOf, StatusError, unavailable } from '../../src/base/errors.js'
import { bytesField, grpcFrame, GrpcFrameReader, readBytesField } from '../../src/base/grpc-frame.js'

/** The largest secret that a client hands over. */
const secretBytesMax = 500 * 1024
/** Of a message of the agent's protocol, with room for keys and certificates. */
const messageBytesMax = 4 * 1024 * 1024
const waitForSessionMs = 10_000
const callTimeoutMs = 30_000
const sessionsMax = 256

/**
 * What a client keeps open beside its build and answers questions by: BuildKit's session protocol, gRPC from the daemon
 * to the client over a connection of the client's. Of it these are used: `moby.buildkit.secrets.v1.Secrets/GetSecret`
 * and `moby.sshforward.v1.SSH/CheckAgent` and `ForwardAgent`.
 */
export class BuildSession {
  constructor(private readonly connection: ClientHttp2Session) {}

  /** A secret's bytes; undefined when the client has none by this id. */
  async secret(id: string): Promise<Buffer | undefined> {
    try {
      // message GetSecretRequest { string ID = 1; }  message GetSecretResponse { bytes data = 1; }
      const answer = await this.unary('/moby.buildkit.secrets.v1.Secrets/GetSecret', bytesField(1, id), secretBytesMax + 64)
      const data = readBytesField(answer, 1)
      if (data.length > secretBytesMax) throw invalid(`invalid secret size ${data.length}: at most ${secretBytesMax} bytes are taken`)
      return data
    } catch (thrown) {
      if (thrown instanceof StatusError && thrown.kind === ErrorKind.notFound) return undefined
      throw thrown
    }
  }

  /** Whether the client forwards an agent by this id. */
  async hasAgent(id: string): Promise<boolean> {
    try {
      // message CheckAgentRequest { string ID = 1; }
      await this.unary('/moby.sshforward.v1.SSH/CheckAgent', bytesField(1, id), 64)
      return true
    } catch (thrown) {
      // Clients say that there is none in several ways; one that is gone is another matter.
      if (thrown instanceof StatusError && thrown.kind !== ErrorKind.unavailable) return false
      throw thrown
    }
  }

  /** Connects a socket of a container with the client's agent until either ends. */
  forwardAgent(id: string, socket: Socket): void {
    const stream = this.open('/moby.sshforward.v1.SSH/ForwardAgent', { 'buildkit.ssh.id': id })
    const frames = new GrpcFrameReader(messageBytesMax)
    const end = (): void => {
      socket.destroy()
      afterReceiving(() => stream.close())
    }
    socket.on('data', (data: Buffer) => {
      // message BytesMessage { bytes data = 1; }
      if (!stream.write(grpcFrame(bytesField(1, data)))) {
        socket.pause()
        stream.once('drain', () => socket.resume())
      }
    })
    socket.once('end', () => stream.end())
    socket.once('close', () => afterReceiving(() => stream.close()))
    socket.on('error', end)
    stream.on('data', (data: Buffer) => {
      try {
        for (const message of frames.push(data)) {
          if (!socket.write(readBytesField(message, 1))) {
            stream.pause()
            socket.once('drain', () => stream.resume())
          }
        }
      } catch {
        end()
      }
    })
    stream.once('end', () => socket.end())
    stream.on('error', end)
    stream.once('close', () => socket.destroy())
  }

  close(): void {
    afterReceiving(() => this.connection.destroy())
  }

  /** Begins a call of the client's; the caller writes and reads frames. Throws `unavailable` when the client has gone. */
  open(path: string, headers: Readonly<Record<string, string | string[]>> = {}): ClientHttp2Stream {
    if (this.connection.destroyed || this.connection.closed) throw unavailable('the client has closed its session')
    return this.connection.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers })
  }

  /** A call with one message each way. Throws what the client answers: `unsupported` for what it does not serve. */
  unary(path: string, message: Buffer, bytesMax: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const stream = this.open(path)
      const frames = new GrpcFrameReader(bytesMax)
      const messages: Buffer[] = []
      let status: string | undefined
      let reason = ''
      const read = (headers: Record<string, unknown>): void => {
        if (typeof headers['grpc-status'] !== 'string') return
        status = headers['grpc-status']
        reason = typeof headers['grpc-message'] === 'string' ? decode(headers['grpc-message']) : ''
      }
      stream.setTimeout(callTimeoutMs, () => stream.destroy(new Error(`the client did not answer within ${callTimeoutMs / 1000} s`)))
      stream.on('response', read)
      stream.on('trailers', read)
      stream.on('data', (data: Buffer) => {
        try {
          messages.push(...frames.push(data))
        } catch (thrown) {
          afterReceiving(() => stream.destroy(thrown as Error))
        }
      })
      stream.on('error', (cause) => reject(unavailable(`the client's session failed: ${messageOf(cause)}`, cause)))
      stream.on('close', () => {
        if (status === '0' && messages[0]) resolve(messages[0])
        else reject(status === undefined || status === '0' ? unavailable("the client's session ended without an answer") : grpcError(status, reason))
      })
      stream.end(grpcFrame(message))
    })
  }
}

/** The sessions that clients have open, by the id they chose. */
export class BuildSessions implements Disposable {
  private readonly open = new Map<string, BuildSession>()
  private readonly waiting = new Map<string, Set<(session: BuildSession) => void>>()

  /** Takes over a connection that a client opened for a session; resolves when it ends. */
  async serve(id: string, socket: Duplex): Promise<void> {
    if (id === '' || id.length > 256) throw invalid('a session needs an id of at most 256 characters')
    if (this.open.has(id)) throw new StatusError(ErrorKind.conflict, `session ${id} is open already`)
    if (this.open.size >= sessionsMax) throw new StatusError(ErrorKind.exhausted, `more than ${sessionsMax} sessions are open`)
    const { connect } = process.getBuiltinModule('node:http2')
    const connection = connect('http://localhost', { createConnection: () => socket })
    const session = new BuildSession(connection)
    this.open.set(id, session)
    try {
      await new Promise<void>((resolve) => {
        // Its end is all that matters: calls under way learn of errors themselves.
        connection.on('error', () => undefined)
        connection.once('close', resolve)
        socket.once('close', resolve)
        // The sockets of the API stay open for one who only stops sending; HTTP/2 is over then.
        socket.once('end', resolve)
        for (const found of this.waiting.get(id) ?? []) found(session)
      })
    } finally {
      this.open.delete(id)
      session.close()
    }
  }

  /** The session of a build, which the client may be about to open. Throws `notFound` when it does not come. */
  async find(id: string, signal: AbortSignal): Promise<BuildSession> {
    const present = this.open.get(id)
    if (present) return present
    const listeners = this.waiting.get(id) ?? new Set()
    this.waiting.set(id, listeners)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(waitForSessionMs)])
    let found: (session: BuildSession) => void = () => undefined
    try {
      return await new Promise<BuildSession>((resolve, reject) => {
        found = resolve
        listeners.add(found)
        limit.addEventListener('abort', () => reject(new StatusError(ErrorKind.notFound, `no active session for ${id}: the client has to open it before its build asks for secrets`)), { once: true })
      })
    } finally {
      listeners.delete(found)
      if (listeners.size === 0) this.waiting.delete(id)
    }
  }

  [Symbol.dispose](): void {
    for (const session of this.open.values()) session.close()
  }
}


const kinds: Record<string, ErrorKind> = { '5': ErrorKind.notFound, '12': ErrorKind.unsupported, '7': ErrorKind.forbidden, '3': ErrorKind.invalid }

function grpcError(status: string, reason: string): StatusError {
  return new StatusError(kinds[status] ?? ErrorKind.internal, reason === '' ? `the client answers with gRPC status ${status}` : reason)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
