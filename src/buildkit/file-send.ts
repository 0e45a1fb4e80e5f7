import { ErrorKind, invalid, kindOf } from '../base/errors.js'
import type { BuiltFile } from '../model/built-file.js'
import type { BuiltFiles, ClientSession } from './backend.js'
import { modeOf, PacketType } from './file-mode.js'
import { buildkit } from './gen/buildkit.js'
import { SessionStream } from './session-stream.js'

const { BytesMessage, Packet } = buildkit.session
/** Clients take messages of 4 MB. */
const pieceBytesMax = 1024 * 1024
const method = '/moby.filesync.v1.FileSend/DiffCopy'

/** By which a client tells its outputs apart: their places in its list. */
function headersOf(output: number): Record<string, string> {
  return { 'buildkit-attachable-exporter-id': String(output) }
}

/**
 * Sends an archive to where the client wants it, by `moby.filesync.v1.FileSend/DiffCopy` (github.com/moby/buildkit,
 * session/filesync/filesync.proto). Throws `invalid` with what the client says when it cannot take it.
 */
export async function sendArchive(session: ClientSession, output: number, archive: AsyncIterable<Uint8Array>, sent: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  const stream = new SessionStream(session.open(method, headersOf(output)), 'cannot send the result to the client', signal)
  const answers = drained(stream)
  // It may come while the last pieces are sent.
  answers.catch(() => undefined)
  try {
    const whole = await Promise.race([stream.sendAll(messagesOf(archive, sent)), answers])
    stream.end()
    await answers
    if (!whole) throw invalid('cannot send the result to the client: it ended before it had all')
  } catch (thrown) {
    // The client has this very file.
    if (kindOf(thrown) !== ErrorKind.conflict) throw thrown
  } finally {
    stream.close()
  }
}

async function* messagesOf(archive: AsyncIterable<Uint8Array>, sent: (bytes: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of archive) {
    for (let at = 0; at < piece.length; at += pieceBytesMax) {
      const data = piece.subarray(at, at + pieceBytesMax)
      yield BytesMessage.encode({ data }).finish()
      sent(data.length)
    }
  }
}

/** Reads until the client ends the call: it has nothing to say. */
async function drained(stream: SessionStream): Promise<false> {
  for await (const message of stream.messages()) if (message.length > 0) throw invalid('cannot send the result to the client: it answers what was not asked')
  return false
}

/**
 * Sends files into a folder of the client's, by the packets of github.com/tonistiigi/fsutil (types/wire.proto): all entries
 * are told, then the content of those that the client asks for, until it says that it has all. Throws as `sendArchive`.
 */
export async function sendFiles(session: ClientSession, output: number, files: BuiltFiles, sent: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  const stream = new SessionStream(session.open(method, headersOf(output)), 'cannot send the files to the client', signal)
  try {
    await new FileSender(stream, files, sent).run()
  } finally {
    stream.close()
  }
}

class FileSender {
  /** Files that were told and not asked for, by their numbers. */
  private readonly told = new Map<number, string>()
  private readonly asked = new Map<number, string>()
  private finished = false
  private over: () => void = () => undefined
  private wake: () => void = () => undefined

  constructor(
    private readonly stream: SessionStream,
    private readonly files: BuiltFiles,
    private readonly sent: (bytes: number) => void,
  ) {}

  async run(): Promise<void> {
    const failure = new Promise<never>((_, reject) => {
      this.read().catch((thrown: unknown) => reject(thrown instanceof Error ? thrown : new Error(String(thrown))))
    })
    // It may come when all is sent.
    failure.catch(() => undefined)
    const reading = new Promise<void>((resolve) => (this.over = resolve))
    await Promise.race([Promise.all([this.stream.sendAll(this.entries()), this.stream.sendAll(this.contents())]), failure])
    this.stream.end()
    await Promise.race([reading, failure])
  }

  private async read(): Promise<void> {
    for await (const message of this.stream.messages()) {
      const { type, id, data } = Packet.decode(message)
      if (type === PacketType.error) throw invalid(`the client cannot take the files: ${Buffer.from(data).toString()}`)
      if (type === PacketType.finish) {
        this.finished = true
      } else if (type === PacketType.request) {
        const path = this.told.get(id)
        if (path === undefined) throw invalid(`the client asks for the file ${id}, which it was not told of or has had`)
        this.told.delete(id)
        this.asked.set(id, path)
      } else throw invalid(`the client sends a packet of type ${type}`)
      this.wake()
    }
    if (!this.finished) throw invalid('the client ended before it had all files')
    this.over()
  }

  private async *entries(): AsyncGenerator<Uint8Array, void, undefined> {
    let id = 0
    for await (const file of this.files.entries()) {
      if (file.kind === 'file') this.told.set(id, file.path)
      id++
      yield Packet.encode({ type: PacketType.stat, stat: statOf(file) }).finish()
    }
    yield Packet.encode({ type: PacketType.stat }).finish()
  }

  private async *contents(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      // What is asked for meanwhile comes in turn.
      for (const [id, path] of this.asked) {
        this.asked.delete(id)
        for await (const data of this.files.read(path)) {
          yield Packet.encode({ type: PacketType.data, id, data }).finish()
          this.sent(data.length)
        }
        yield Packet.encode({ type: PacketType.data, id }).finish()
      }
      if (this.finished) break
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
    yield Packet.encode({ type: PacketType.finish }).finish()
  }
}

function statOf(file: BuiltFile): buildkit.session.IStat {
  const { path, uid, gid, size, modifiedMs, target, device, xattrs } = file
  return {
    path, uid, gid, size,
    mode: modeOf(file),
    modTime: modifiedMs * 1e6,
    linkname: target,
    devmajor: device.major,
    devminor: device.minor,
    xattrs: Object.fromEntries(xattrs),
  }
}
