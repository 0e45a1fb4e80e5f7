import { connect, createServer, type ClientHttp2Session, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterReceiving } from '../../src/base/after-receiving.js'
import { bytesField, grpcFrame, GrpcFrameReader, readBytesField } from '../../src/base/grpc-frame.js'
import { buildkit } from '../../src/buildkit/gen/buildkit.js'

const { control, gateway, session } = buildkit
const messageBytesMax = 16 * 1024 * 1024
const directory = 0x80000000
const symlink = 0x08000000
/** Those of Go's `io/fs.ModeType`: what is no file has one of them. */
const kindBits = 0x8f280000

/** A call that was refused. */
export class GrpcError extends Error {
  constructor(readonly code: number, message: string) {
    super(message)
  }
}

/** What the client has for its builds. */
export interface ClientFiles {
  /** Folders by their names: content by path; `-> x` is a symbolic link to x, and a path with a slash at its end is a folder. */
  folders: Readonly<Record<string, Readonly<Record<string, string>>>>
  secrets?: Readonly<Record<string, string>>
  /** `user:password` by the registry's address. */
  credentials?: Readonly<Record<string, string>>
  /** What the client takes by the places of outputs: files one by one, or an archive. */
  outputs?: readonly ('files' | 'archive')[]
  /** What is in an OCI layout of the client's, called `layout`, by digests. */
  blobs?: ReadonlyMap<string, Buffer>
  /** An archive to upload. */
  upload?: Buffer
  /** Says of each file that it has so many bytes more than it has. */
  lieBytes?: number
}

/** Where a result goes. */
export interface BuildExporter {
  type: string
  attrs: Record<string, string>
}

/** How a build ended. */
export interface BuildOutcome {
  answer: Record<string, string>
  error: GrpcError | undefined
  /** The steps by their names, as they were told last. */
  steps: Map<string, { cached: boolean; error: string; completed: boolean }>
  log: string
}

/** Plays `docker buildx`: BuildKit's API on one connection, files and secrets served on another one. */
export class BuildKitClient implements AsyncDisposable {
  /** The folders that were asked for, with what was left out. */
  readonly asked: { folder: string; excludes: string; follows: string }[] = []
  /** The archives that came, by the places of outputs. */
  readonly archives = new Map<number, Buffer>()
  /** The files that came, by the places of outputs. */
  readonly received = new Map<number, Map<string, { stat: buildkit.session.IStat; content: string }>>()
  /** The registries whose credentials were asked for. */
  readonly registries: string[] = []
  /** The result of the last build, to be handed to another one. */
  definition: buildkit.control.IDefinition | undefined
  private builds = 0

  private constructor(
    private readonly calls: ClientHttp2Session,
    server: Http2Server,
    private readonly sockets: readonly Duplex[],
    readonly sessionId: string,
    private readonly files: ClientFiles,
  ) {
    server.on('stream', (stream, headers) => void this.serve(stream, headers))
    // A client that goes away breaks its own calls.
    calls.on('error', () => undefined)
  }

  static async connect(socketPath: string, files: ClientFiles): Promise<BuildKitClient> {
    const sessionId = `session-${process.hrtime.bigint()}`
    const grpc = await upgraded(socketPath, '/grpc', {})
    const served = await upgraded(socketPath, '/session', { 'X-Docker-Expose-Session-Uuid': sessionId })
    const server = createServer()
    const client = new BuildKitClient(connect('http://localhost', { createConnection: () => grpc }), server, [grpc, served], sessionId, files)
    server.emit('connection', served)
    return client
  }

  /** A build as buildx makes it: it asks the frontend itself, and returns what it got. */
  async build(attributes: Readonly<Record<string, string>>, exporters: BuildExporter | readonly BuildExporter[] = { type: 'moby', attrs: {} }, frontendInputs: Record<string, buildkit.control.IDefinition> = {}, caches: readonly BuildExporter[] = []): Promise<BuildOutcome> {
    const ref = `${this.sessionId}-${++this.builds}`
    const headers = { 'buildkit-controlapi-buildid': ref }
    const status = this.status(ref)
    const solved = this.call('/moby.buildkit.v1.Control/Solve', control.SolveRequest.encode({ ref, session: this.sessionId, exporters: [exporters].flat(), cache: { exports: [...caches] } }).finish()).then(
      (data) => ({ answer: control.SolveResponse.decode(data).exporterResponse, error: undefined }),
      (error: unknown) => ({ answer: {}, error: error as GrpcError }),
    )
    const bridge = (method: string, message: Uint8Array): Promise<Buffer> => this.call(`/moby.buildkit.v1.frontend.LLBBridge/${method}`, message, headers)
    const drive = async (): Promise<void> => {
      await bridge('Ping', Buffer.alloc(0))
      const request = { frontend: 'dockerfile.v0', frontendOpt: attributes, frontendInputs, allowResultReturn: true, allowResultArrayRef: true }
      const asked = await bridge('Solve', gateway.SolveRequest.encode(request).finish()).catch((thrown: unknown) => thrown as GrpcError)
      if (!(asked instanceof Error)) this.definition = gateway.SolveResponse.decode(asked).result?.ref?.def ?? undefined
      const end = asked instanceof Error ? { error: { code: asked.code, message: asked.message } } : { result: gateway.SolveResponse.decode(asked).result ?? {} }
      await bridge('Return', gateway.ReturnRequest.encode(end).finish())
    }
    const driven = drive()
    // Without a build to belong to, its calls are refused too.
    driven.catch(() => undefined)
    const outcome = await solved
    if (!outcome.error) await driven
    return { ...outcome, ...(await status) }
  }

  /** One message, one answer; rejects with `GrpcError`. */
  async call(path: string, message: Uint8Array, headers: Record<string, string> = {}): Promise<Buffer> {
    for await (const answer of this.stream(path, message, headers)) return answer
    return Buffer.alloc(0)
  }

  /** One message, many answers; throws `GrpcError`. */
  async *stream(path: string, message: Uint8Array, headers: Record<string, string> = {}): AsyncGenerator<Buffer, void, undefined> {
    const stream = this.calls.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers })
    let status: IncomingHttpHeaders = {}
    stream.on('response', (got) => (status = { ...status, ...got }))
    stream.on('trailers', (got: IncomingHttpHeaders) => (status = { ...status, ...got }))
    stream.end(grpcFrame(message))
    const frames = new GrpcFrameReader(messageBytesMax)
    const answers: Buffer[] = []
    // Read to its end: the status comes last.
    for await (const data of stream as AsyncIterable<Buffer>) answers.push(...frames.push(data))
    const code = Number(status['grpc-status'] ?? 14)
    if (code !== 0) throw new GrpcError(code, decodeURIComponent(String(status['grpc-message'] ?? '')))
    yield* answers
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What was waited for may just be received.
    await new Promise<void>((resolve) => afterReceiving(resolve))
    const closed = this.sockets.map((socket) => new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', resolve))))
    // As a program that ends: nobody says goodbye in HTTP/2.
    for (const socket of this.sockets) socket.destroy()
    this.calls.destroy()
    await Promise.all(closed)
  }

  private async status(ref: string): Promise<Pick<BuildOutcome, 'steps' | 'log'>> {
    const steps: BuildOutcome['steps'] = new Map()
    let log = ''
    try {
      for await (const data of this.stream('/moby.buildkit.v1.Control/Status', control.StatusRequest.encode({ ref }).finish())) {
        const { vertexes, logs } = control.StatusResponse.decode(data)
        for (const { name, cached, error, completed } of vertexes) steps.set(name ?? '', { cached: cached ?? false, error: error ?? '', completed: completed !== undefined && completed !== null })
        for (const { msg } of logs) log += Buffer.from(msg ?? []).toString()
      }
    } catch (thrown) {
      // A build that was refused has told nothing.
      if (!(thrown instanceof GrpcError)) throw thrown
    }
    return { steps, log }
  }

  private async serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => undefined)
    let status: Record<string, string> = { 'grpc-status': '0' }
    stream.on('wantTrailers', () => stream.sendTrailers(status))
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    const frames = new GrpcFrameReader(messageBytesMax)
    const messages = async function* (): AsyncGenerator<Buffer> {
      // The status comes after the last answer: one who has read enough does not end the stream.
      for await (const data of stream.iterator({ destroyOnReturn: false })) yield* frames.push(data as Buffer)
    }
    try {
      await this.answer(String(headers[':path']), headers, messages(), (message) => stream.write(grpcFrame(message)))
    } catch (thrown) {
      status = { 'grpc-status': thrown instanceof GrpcError ? String(thrown.code) : '2', 'grpc-message': encodeURIComponent(String(thrown)) }
    }
    stream.end()
  }

  private async answer(path: string, headers: IncomingHttpHeaders, messages: AsyncIterable<Buffer>, send: (message: Uint8Array) => void): Promise<void> {
    if (path === '/moby.filesync.v1.FileSync/DiffCopy') return this.sync(headers, messages, send)
    if (path === '/moby.filesync.v1.FileSend/DiffCopy') return this.take(Number(headers['buildkit-attachable-exporter-id'] ?? 0), messages, send)
    if (path === '/moby.upload.v1.Upload/Pull') return send(session.BytesMessage.encode({ data: this.files.upload ?? Buffer.alloc(0) }).finish())
    for await (const message of messages) {
      if (path === '/moby.filesync.v1.Auth/Credentials') {
        const { host } = session.CredentialsRequest.decode(message)
        this.registries.push(host)
        const [username = '', secret = ''] = (this.files.credentials?.[host] ?? '').split(':')
        return send(session.CredentialsResponse.encode({ username, secret }).finish())
      }
      if (path === '/containerd.services.content.v1.Content/Read') {
        const { digest } = session.ReadContentRequest.decode(message)
        const data = headers['buildkit-attachable-store-id'] === 'oci:layout' ? this.files.blobs?.get(digest) : undefined
        if (!data) throw new GrpcError(5, `no blob ${digest}`)
        for (let at = 0; at < data.length; at += 1024 * 1024) send(session.ReadContentResponse.encode({ offset: at, data: data.subarray(at, at + 1024 * 1024) }).finish())
        return
      }
      if (path === '/moby.buildkit.secrets.v1.Secrets/GetSecret') {
        const secret = this.files.secrets?.[readBytesField(message, 1).toString()]
        if (secret === undefined) throw new GrpcError(5, 'no such secret')
        return send(bytesField(1, secret))
      }
      break
    }
    throw new GrpcError(12, `not served: ${path}`)
  }

  /** An archive, or the receiver's side of fsutil's protocol: all files are asked for, the last one first. */
  private async take(output: number, messages: AsyncIterable<Buffer>, send: (message: Uint8Array) => void): Promise<void> {
    const kind = this.files.outputs?.[output]
    if (kind === undefined) throw new GrpcError(2, `exporter ${output} not found`)
    if (kind === 'archive') {
      const pieces: Uint8Array[] = []
      for await (const message of messages) pieces.push(session.BytesMessage.decode(message).data)
      this.archives.set(output, Buffer.concat(pieces))
      return
    }
    const packet = (value: buildkit.session.IPacket): void => send(session.Packet.encode(value).finish())
    const stats: buildkit.session.IStat[] = []
    const contents = new Map<number, Uint8Array[]>()
    let left = 0
    const finish = (): void => {
      if (left === 0) packet({ type: 3 })
    }
    for await (const message of messages) {
      const { type, id, stat, data } = session.Packet.decode(message)
      if (type === 0 && stat) stats.push(stat)
      else if (type === 0) {
        const asked = [...stats.keys()].filter((n) => ((stats[n]?.mode ?? 0) & kindBits) === 0 && stats[n]?.linkname === '').reverse()
        left = asked.length
        for (const n of asked) packet({ type: 1, id: n })
        finish()
      } else if (type === 2 && data.length > 0) contents.set(id, [...(contents.get(id) ?? []), Buffer.from(data)])
      else if (type === 2) {
        left--
        finish()
      } else if (type === 3) {
        this.received.set(output, new Map(stats.map((one, n) => [one.path ?? '', { stat: one, content: Buffer.concat(contents.get(n) ?? []).toString() }])))
      } else throw new GrpcError(2, `a packet of type ${type}`)
    }
  }

  /** The sender's side of fsutil's protocol: everything is told, then sent as it is asked for. */
  private async sync(headers: IncomingHttpHeaders, messages: AsyncIterable<Buffer>, send: (message: Uint8Array) => void): Promise<void> {
    const list = (name: string): string => String(headers[name] ?? '')
    const folder = list('dir-name')
    const [excludes, follows] = [list('exclude-patterns'), list('followpaths')]
    this.asked.push({ folder, excludes, follows })
    const files = this.files.folders[folder]
    if (!files) throw new GrpcError(5, `no access allowed to dir "${folder}"`)
    const chosen = Object.entries(files).filter(([path]) => (follows === '' || follows.split(', ').includes(path)) && !excludes.split(', ').includes(path))
    const packet = (value: buildkit.session.IPacket): void => send(session.Packet.encode(value).finish())
    for (const [path, content] of chosen) {
      const link = content.startsWith('-> ')
      const size = Buffer.byteLength(content) + (this.files.lieBytes ?? 0)
      const stat = path.endsWith('/') ? { path: path.slice(0, -1), mode: directory + 0o755 } : link ? { path, mode: symlink + 0o777, linkname: content.slice(3) } : { path, mode: 0o644, size }
      packet({ type: 0, stat: { ...stat, uid: 1000, gid: 1000, modTime: 1_700_000_000e9 } })
    }
    packet({ type: 0 })
    for await (const message of messages) {
      const { type, id } = session.Packet.decode(message)
      if (type === 3) return packet({ type: 3 })
      if (type === 4) return
      const data = Buffer.from(chosen[id]?.[1] ?? '')
      for (let at = 0; at < data.length; at += 32 * 1024) packet({ type: 2, id, data: data.subarray(at, at + 32 * 1024) })
      packet({ type: 2, id })
    }
  }
}

function upgraded(socketPath: string, path: string, headers: Record<string, string>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method: 'POST', headers: { Connection: 'Upgrade', Upgrade: 'h2c', 'Content-Length': '0', ...headers } })
    outgoing.on('upgrade', (_, socket, head) => {
      if (head.length > 0) socket.unshift(head)
      socket.on('error', () => undefined)
      resolve(socket)
    })
    outgoing.on('response', (answer) => reject(new Error(`POST ${path}: ${answer.statusCode}`)))
    outgoing.on('error', reject)
    outgoing.end()
  })
}
