import { randomBytes } from 'node:crypto'
import type { Http2Server, ServerHttp2Stream } from 'node:http2'
import { createConnection } from 'node:net'
import { Readable } from 'node:stream'
import { afterReceiving } from '../../base/after-receiving.js'
import { messageOf } from '../../base/errors.js'
import { bytesField, grpcFrame, GrpcFrameReader, readBytesField } from '../../base/grpc-frame.js'
import type { BuildClient } from '../../client/build.js'
import type { SecretSource, SshSource } from './secret-options.js'

const getSecret = '/moby.buildkit.secrets.v1.Secrets/GetSecret'
const checkAgent = '/moby.sshforward.v1.SSH/CheckAgent'
const forwardAgent = '/moby.sshforward.v1.SSH/ForwardAgent'
const takeFiles = '/moby.filesync.v1.FileSend/DiffCopy'
/** Which output it is that comes. */
const outputHeader = 'buildkit-attachable-exporter-id'
const messageBytesMax = 4 * 1024 * 1024
/** gRPC's status codes. */
const Status = { ok: '0', unknown: '2', invalid: '3', notFound: '5', unimplemented: '12', unavailable: '14' } as const

/** What a build has on the client's side. */
export interface SessionParts {
  secrets: ReadonlyMap<string, SecretSource>
  agents: ReadonlyMap<string, SshSource>
  /** What takes the archives of files that were built, in the order of the build's outputs. */
  receivers: readonly ((archive: Readable) => Promise<void>)[]
}

/**
 * What the daemon may ask for during a build: secrets and the ssh agent, by BuildKit's session protocol. Secrets go over
 * this connection only, when a step asks for one: they are in no archive, no parameter and no image. What was built comes over it too.
 */
export class BuildSession implements Disposable {
  private constructor(
    readonly id: string,
    private readonly server: Http2Server,
    private readonly close: () => void,
  ) {}

  static async open(client: BuildClient, { secrets, agents, receivers }: SessionParts): Promise<BuildSession> {
    const id = randomBytes(12).toString('hex')
    const { socket, head } = await client.session(id, [getSecret, checkAgent, forwardAgent, ...(receivers.length > 0 ? [takeFiles] : [])])
    if (head.length > 0) socket.unshift(head)
    const { createServer } = process.getBuiltinModule('node:http2')
    const server = createServer()
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      stream.on('error', () => undefined)
      const path = headers[':path'] ?? ''
      if (path === getSecret) unary(stream, (asked) => secretAnswer(secrets, asked))
      else if (path === checkAgent) unary(stream, (asked) => agentAnswer(agents, asked))
      else if (path === forwardAgent) forward(stream, agents, String(headers['buildkit.ssh.id'] ?? 'default'))
      else if (path === takeFiles) receive(stream, receivers[Number(headers[outputHeader] ?? 0)])
      else end(stream, Status.unimplemented, `unknown method ${path}`)
    })
    server.on('sessionError', () => undefined)
    socket.on('error', () => undefined)
    server.emit('connection', socket)
    return new BuildSession(id, server, () => socket.destroy())
  }

  [Symbol.dispose](): void {
    this.close()
    this.server.close()
  }
}

type Answer = { message: Buffer } | { status: string; reason: string }

function secretAnswer(secrets: ReadonlyMap<string, SecretSource>, asked: Buffer): Answer {
  const id = readBytesField(asked, 1).toString('utf8')
  const source = secrets.get(id)
  if (!source) return { status: Status.notFound, reason: `secret ${id} not found` }
  return { message: bytesField(1, source.read()) }
}

function agentAnswer(agents: ReadonlyMap<string, SshSource>, asked: Buffer): Answer {
  const id = readBytesField(asked, 1).toString('utf8') || 'default'
  return agents.has(id) ? { message: Buffer.alloc(0) } : { status: Status.notFound, reason: `unset ssh forward key ${id}` }
}

function unary(stream: ServerHttp2Stream, answer: (asked: Buffer) => Answer): void {
  const frames = new GrpcFrameReader(messageBytesMax)
  const messages: Buffer[] = []
  stream.on('data', (data: Buffer) => {
    try {
      messages.push(...frames.push(data))
    } catch (thrown) {
      end(stream, Status.invalid, thrown instanceof Error ? thrown.message : '')
    }
  })
  stream.once('end', () => {
    try {
      const found = answer(messages[0] ?? Buffer.alloc(0))
      if ('message' in found) {
        begin(stream)
        stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': Status.ok }))
        stream.end(grpcFrame(found.message))
      } else end(stream, found.status, found.reason)
    } catch (thrown) {
      end(stream, Status.unavailable, messageOf(thrown))
    }
  })
}

/** Bytes both ways between the daemon and the agent's socket. */
function forward(stream: ServerHttp2Stream, agents: ReadonlyMap<string, SshSource>, id: string): void {
  const source = agents.get(id)
  if (!source) return end(stream, Status.notFound, `unset ssh forward key ${id}`)
  const agent = createConnection(source.socket)
  const frames = new GrpcFrameReader(messageBytesMax)
  begin(stream)
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': Status.ok }))
  stream.on('data', (data: Buffer) => {
    try {
      for (const message of frames.push(data)) {
        if (!agent.write(readBytesField(message, 1))) {
          stream.pause()
          agent.once('drain', () => stream.resume())
        }
      }
    } catch {
      agent.destroy()
      afterReceiving(() => stream.close())
    }
  })
  stream.once('end', () => agent.end())
  stream.once('close', () => agent.destroy())
  agent.on('data', (data: Buffer) => {
    if (!stream.write(grpcFrame(bytesField(1, data)))) {
      agent.pause()
      stream.once('drain', () => agent.resume())
    }
  })
  agent.once('end', () => stream.end())
  agent.on('error', () => stream.end())
}

/** An archive from the daemon, taken no faster than it is written. */
function receive(stream: ServerHttp2Stream, receiver: SessionParts['receivers'][number] | undefined): void {
  if (!receiver) return end(stream, Status.notFound, 'there is no such output')
  const frames = new GrpcFrameReader(messageBytesMax)
  const pieces = async function* (): AsyncGenerator<Buffer, void, undefined> {
    // The answer comes after the last piece: one who has read enough must not end the stream while it is received.
    for await (const data of stream.iterator({ destroyOnReturn: false })) for (const message of frames.push(data as Buffer)) yield readBytesField(message, 1)
  }
  begin(stream)
  let status: Record<string, string> = { 'grpc-status': Status.ok }
  stream.once('wantTrailers', () => stream.sendTrailers(status))
  const archive = Readable.from(pieces(), { objectMode: false })
  const failed = (thrown: unknown): void => {
    status = { 'grpc-status': Status.unknown, 'grpc-message': encodeURIComponent(messageOf(thrown)) }
  }
  receiver(archive).catch(failed).finally(() => afterReceiving(() => stream.end()))
}

function begin(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
}

function end(stream: ServerHttp2Stream, status: string, reason: string): void {
  if (stream.headersSent || stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': encodeURIComponent(reason) }, { endStream: true })
}
