import { ErrorKind, invalid, StatusError } from '../base/errors.js'
import type { ClientSession } from './backend.js'
import { hasBit, ModeBit, PacketType } from './file-mode.js'
import { buildkit } from './gen/buildkit.js'
import { SessionStream } from './session-stream.js'

const { Packet } = buildkit.session

const entriesMax = 1_000_000
const pathLengthMax = 4096
const bytesMax = 32 * 1024 ** 3
/** Files up to this are asked for ahead, several at a time. */
const smallFileBytesMax = 256 * 1024
const aheadBytesMax = 2 * 1024 * 1024
const aheadFilesMax = 64

export type EntryKind = 'directory' | 'file' | 'symlink' | 'hardlink' | 'pipe'

/** A file of a client's folder. */
export interface SyncEntry {
  /** Relative to the folder, without `.` and `..`. */
  path: string
  kind: EntryKind
  /** Permissions with setuid, setgid and sticky, as in `chmod`. */
  mode: number
  /** Bytes. */
  size: number
  modifiedMs: number
  /** What a link leads to: of a hard link, an entry before it. */
  target: string
  /** By which its content is asked for. */
  id: number
}

/** Which files of the folder are wanted. */
export interface SyncFilter {
  /** Patterns as in a `.dockerignore`. */
  excludes?: readonly string[]
  /** These alone, and what they lead to when they are links. */
  followPaths?: readonly string[]
}

/**
 * Files of a folder of the client's, by `moby.filesync.v1.FileSync/DiffCopy` (github.com/moby/buildkit,
 * session/filesync/filesync.proto; the packets are those of github.com/tonistiigi/fsutil, types/wire.proto): the client tells
 * all entries, is then asked for the content of files by their numbers, and is told when that was all.
 */
export class FileSync {
  private readonly stream: SessionStream
  private readonly packets: AsyncGenerator<buildkit.session.Packet, void, undefined>
  private readonly ahead = new Map<number, Buffer[]>()
  private readonly whole = new Set<number>()
  private receivedBytes = 0

  /** `name` is the folder's, as the client calls it: `context`, `dockerfile`. */
  constructor(session: ClientSession, private readonly name: string, filter: SyncFilter, signal: AbortSignal) {
    const headers = { ...listHeader('dir-name', [name]), ...listHeader('exclude-patterns', filter.excludes ?? []), ...listHeader('followpaths', filter.followPaths ?? []) }
    this.stream = new SessionStream(session.open('/moby.filesync.v1.FileSync/DiffCopy', headers), `cannot read the folder ${name} of the client`, signal)
    this.packets = this.read()
  }

  /** Everything in the folder, in the client's order. Throws `invalid` for an entry that cannot be. */
  async entries(): Promise<SyncEntry[]> {
    const found: SyncEntry[] = []
    for (let id = 0; ; id++) {
      const packet = await this.next()
      if (packet.type !== PacketType.stat) throw invalid(`the client sends a packet of type ${packet.type} among the entries of ${this.name}`)
      if (!packet.stat) return found
      if (id >= entriesMax) throw new StatusError(ErrorKind.exhausted, `the folder ${this.name} has more than ${entriesMax} entries`)
      const entry = entryOf(packet.stat, id)
      if (entry) found.push(entry)
    }
  }

  /**
   * The content of files, in their order; each is read to its end before the next one is taken. Throws `invalid` for a file that
   * has another size than was told.
   */
  async *contents(files: readonly SyncEntry[]): AsyncGenerator<{ file: SyncEntry; data: AsyncIterable<Uint8Array> }, void, undefined> {
    let asked = 0
    let aheadBytes = 0
    for (const [n, file] of files.entries()) {
      for (; asked < files.length; asked++) {
        const next = files[asked] as SyncEntry
        const small = next.size <= smallFileBytesMax
        if (asked > n && (!small || (files[asked - 1] as SyncEntry).size > smallFileBytesMax || asked - n > aheadFilesMax || aheadBytes + next.size > aheadBytesMax)) break
        this.ask(next.id)
        aheadBytes += next.size
      }
      yield { file, data: this.dataOf(file) }
      aheadBytes -= file.size
    }
  }

  /** Tells the client that this was all. */
  async finish(): Promise<void> {
    this.stream.send(Packet.encode({ type: PacketType.finish }).finish())
    this.stream.end()
    // Its own FIN, and the end of the call.
    for await (const packet of this.packets) if (packet.type === PacketType.error) throw invalid(Buffer.from(packet.data).toString())
  }

  close(): void {
    this.stream.close()
  }

  private ask(id: number): void {
    this.ahead.set(id, [])
    this.stream.send(Packet.encode({ type: PacketType.request, id }).finish())
  }

  private async *dataOf({ id, path, size }: SyncEntry): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0
    for (;;) {
      const present = this.ahead.get(id) ?? []
      this.ahead.set(id, [])
      for (const piece of present) {
        bytes += piece.length
        if (bytes > size) break
        yield piece
      }
      if (bytes > size || (this.whole.has(id) && bytes < size)) throw invalid(`${path} has another size than the ${size} bytes that the client told: it changed, or could not be read`)
      if (this.whole.delete(id)) break
      await this.receive()
    }
    this.ahead.delete(id)
  }

  /** Takes one piece of the files that were asked for. */
  private async receive(): Promise<void> {
    const { type, id, data } = await this.next()
    const pieces = this.ahead.get(id)
    if (type !== PacketType.data || !pieces) throw invalid(`the client sends a packet of type ${type} that was not asked for`)
    this.receivedBytes += data.length
    if (this.receivedBytes > bytesMax) throw new StatusError(ErrorKind.exhausted, `the folder ${this.name} has more than ${bytesMax} bytes`)
    if (data.length > 0) pieces.push(Buffer.from(data))
    else this.whole.add(id)
  }

  private async next(): Promise<buildkit.session.Packet> {
    const { value } = await this.packets.next()
    if (!value) throw invalid(`the client ended before it had sent all of ${this.name}`)
    if (value.type === PacketType.error) throw invalid(`the client cannot send ${this.name}: ${Buffer.from(value.data).toString()}`)
    return value
  }

  private async *read(): AsyncGenerator<buildkit.session.Packet, void, undefined> {
    for await (const message of this.stream.messages()) yield Packet.decode(message)
  }
}

/** Headers are ASCII: other text is encoded as in a form, and said to be. */
function listHeader(name: string, values: readonly string[]): Record<string, string[]> {
  if (values.length === 0) return {}
  const plain = values.every((value) => /^[\x20-\x7e]*$/.test(value))
  return plain ? { [name]: [...values] } : { [name]: values.map((value) => encodeURIComponent(value)), [`${name}-encoded`]: ['1'] }
}

/** Undefined for what builds have no use for, as sockets. */
function entryOf(stat: buildkit.session.IStat, id: number): SyncEntry | undefined {
  const path = stat.path ?? ''
  const linkname = stat.linkname ?? ''
  const [mode, size, modTime] = [stat.mode ?? 0, stat.size ?? 0, stat.modTime ?? 0]
  if (!isInnerPath(path)) throw invalid(`the client sends a file with the path ${JSON.stringify(path.slice(0, 200))}, which is not within its folder`)
  if (linkname.length > pathLengthMax || linkname.includes('\0')) throw invalid(`the link ${path} leads to a path that cannot be`)
  if (!(size >= 0 && size <= bytesMax)) throw invalid(`${path} is said to have ${size} bytes`)
  const permissions = (mode % 0o1000) + (hasBit(mode, ModeBit.setuid) ? 0o4000 : 0) + (hasBit(mode, ModeBit.setgid) ? 0o2000 : 0) + (hasBit(mode, ModeBit.sticky) ? 0o1000 : 0)
  const entry = { path, mode: permissions, size: 0, modifiedMs: Math.max(0, Math.floor(modTime / 1e6)), target: linkname, id }
  if (hasBit(mode, ModeBit.directory)) return { ...entry, kind: 'directory' }
  if (hasBit(mode, ModeBit.symlink)) return { ...entry, kind: 'symlink' }
  if (hasBit(mode, ModeBit.pipe)) return { ...entry, kind: 'pipe' }
  if (hasBit(mode, ModeBit.socket) || hasBit(mode, ModeBit.device) || hasBit(mode, ModeBit.character) || hasBit(mode, ModeBit.irregular)) return undefined
  if (linkname !== '') {
    if (!isInnerPath(linkname)) throw invalid(`the hard link ${path} leads out of its folder`)
    return { ...entry, kind: 'hardlink' }
  }
  return { ...entry, kind: 'file', size }
}

function isInnerPath(path: string): boolean {
  return path !== '' && path.length <= pathLengthMax && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}
