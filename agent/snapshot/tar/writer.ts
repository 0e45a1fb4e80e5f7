import { blockBytes, TarType, type TarEntry } from './header.js'

const flags: Record<TarType, string> = {
  file: '0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
}

const octal8Max = 0o7777777
const octal12Max = 0o77777777777

/**
 * The header blocks of an entry: ustar, with a PAX header before it for what ustar cannot hold (long or
 * non-ASCII names, large numbers, extended attributes). The content and its padding follow.
 */
export function encodeHeader(entry: TarEntry): Buffer {
  const name = entry.type === TarType.directory && !entry.name.endsWith('/') ? `${entry.name}/` : entry.name
  const records: Buffer[] = []
  const record = (key: string, value: Buffer | string): void => void records.push(paxRecord(key, value))
  const split = splitName(name)
  if (!split) record('path', Buffer.from(name, 'latin1'))
  if (entry.linkName.length > 100 || !ascii(entry.linkName)) record('linkpath', Buffer.from(entry.linkName, 'latin1'))
  if (entry.size > octal12Max) record('size', String(entry.size))
  if (entry.uid > octal8Max) record('uid', String(entry.uid))
  if (entry.gid > octal8Max) record('gid', String(entry.gid))
  for (const [key, value] of [...entry.xattrs].sort(([a], [b]) => (a < b ? -1 : 1))) record(`SCHILY.xattr.${key}`, value)
  const header = ustar(entry, split ?? { prefix: '', name: name.slice(0, 100) })
  if (records.length === 0) return header
  const data = Buffer.concat(records)
  const pax: TarEntry = { ...entry, name: 'PaxHeaders.0/entry', linkName: '', size: data.length, mode: 0o644, device: { major: 0, minor: 0 } }
  return Buffer.concat([ustar(pax, { prefix: '', name: pax.name }, 'x'), data, paddingFor(data.length), header])
}

/** Zeros that fill the last block of a content of this size. */
export function paddingFor(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes)
}

/** The two blocks of zeros that end an archive. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * blockBytes)
}

/** An entry with the defaults of a plain file owned by root. */
export function tarEntry(given: Partial<TarEntry> & { name: string }): TarEntry {
  return {
    linkName: '',
    type: TarType.file,
    mode: given.type === TarType.directory ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtimeSeconds: 0,
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
    ...given,
  }
}

function ustar(entry: TarEntry, path: { prefix: string; name: string }, flag: string = flags[entry.type]): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, start: number, length: number): void => {
    const largest = 8 ** (length - 1) - 1
    block.write(Math.min(Math.max(0, Math.floor(value)), largest).toString(8).padStart(length - 1, '0'), start, 'latin1')
  }
  block.write(path.name, 0, 100, 'latin1')
  octal(entry.mode & 0o7777, 100, 8)
  octal(entry.uid, 108, 8)
  octal(entry.gid, 116, 8)
  octal(entry.size, 124, 12)
  octal(entry.mtimeSeconds, 136, 12)
  block.write('        ', 148, 'latin1')
  block.write(flag, 156, 'latin1')
  block.write(entry.linkName.slice(0, 100), 157, 'latin1')
  block.write('ustar\u000000', 257, 'latin1')
  octal(entry.device.major, 329, 8)
  octal(entry.device.minor, 337, 8)
  block.write(path.prefix, 345, 'latin1')
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** A name cut at a slash so that both parts fit; undefined when that cannot be. */
function splitName(name: string): { prefix: string; name: string } | undefined {
  if (!ascii(name)) return undefined
  if (name.length <= 100) return { prefix: '', name }
  if (name.length > 256) return undefined
  const cut = name.indexOf('/', name.length - 101)
  if (cut < 1 || cut > 155 || cut === name.length - 1) return undefined
  return { prefix: name.slice(0, cut), name: name.slice(cut + 1) }
}

function ascii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) return false
  return true
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: Buffer | string): Buffer {
  const payload = Buffer.concat([Buffer.from(` ${key}=`), Buffer.isBuffer(value) ? value : Buffer.from(value), Buffer.from('\n')])
  let length = payload.length + 1
  while (String(length).length + payload.length !== length) length = String(length).length + payload.length
  return Buffer.concat([Buffer.from(String(length)), payload])
}
