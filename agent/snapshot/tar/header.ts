/**
 * The 512 byte header of a tar entry, POSIX.1-1988 (ustar) with the extensions that image layers use:
 * base-256 numbers (GNU), and PAX records (POSIX.1-2001). Sources: pax(1), the GNU tar manual,
 * "Image Layer Filesystem Changeset" of the OCI image specification.
 *
 * Names of files are bytes to a Linux kernel, in any encoding. Here they are strings with one character
 * per byte (`latin1`), so that nothing is lost on the way.
 */
export const blockBytes = 512

export const TarType = {
  file: 'file',
  link: 'link',
  symlink: 'symlink',
  character: 'character',
  block: 'block',
  directory: 'directory',
  fifo: 'fifo',
} as const
export type TarType = (typeof TarType)[keyof typeof TarType]

/** One entry. */
export interface TarEntry {
  /** One character per byte. */
  name: string
  /** Target of a hard or symbolic link, one character per byte; else empty. */
  linkName: string
  type: TarType
  /** Permissions with setuid, setgid and sticky: the low 12 bits. */
  mode: number
  uid: number
  gid: number
  /** Bytes of content; 0 for everything but files. */
  size: number
  /** Seconds since the epoch, with a fraction when the archive has one. */
  mtimeSeconds: number
  /** Of device nodes; else 0. */
  device: { major: number; minor: number }
  /** Extended attributes by name. */
  xattrs: ReadonlyMap<string, Buffer>
}

/** The archive breaks its format; the message is a sentence for people. */
export class TarError extends Error {
  override readonly name = 'TarError'
}

const typeFlags: Record<string, TarType> = {
  '0': TarType.file,
  '\0': TarType.file,
  '7': TarType.file,
  '1': TarType.link,
  '2': TarType.symlink,
  '3': TarType.character,
  '4': TarType.block,
  '5': TarType.directory,
  '6': TarType.fifo,
}

/** What a header block says, before PAX records are laid over it. */
export interface RawHeader {
  name: string
  linkName: string
  /** The type flag as it stands there. */
  flag: string
  /** Undefined for a flag that is not an entry's (a PAX header, ...). */
  type: TarType | undefined
  mode: number
  uid: number
  gid: number
  size: number
  mtimeSeconds: number
  device: { major: number; minor: number }
}

/** True for a block of zeros: the end of the archive. */
export function isZeroBlock(block: Buffer): boolean {
  if (block[0] !== 0) return false
  for (let i = 1; i < blockBytes; i++) if (block[i] !== 0) return false
  return true
}

/** Reads a header block. Throws `TarError` when its checksum or a number does not fit. */
export function decodeHeader(block: Buffer, position: number): RawHeader {
  if (!checksumFits(block)) {
    throw new TarError(position === 0 ? 'not a tar archive' : `damaged tar header at byte ${position}: wrong checksum`)
  }
  const number = (start: number, length: number): number => decodeNumber(block, start, length, position)
  const flag = String.fromCharCode(block[156] as number)
  let name = text(block, 0, 100)
  const posix = block.toString('latin1', 257, 263) === 'ustar\0'
  if (posix) {
    const prefix = text(block, 345, 155)
    if (prefix !== '') name = `${prefix}/${name}`
  }
  let type = typeFlags[flag]
  // Tar of the seventh edition had no type for folders: a slash at the end made one.
  if (type === TarType.file && flag !== '7' && name.endsWith('/')) type = TarType.directory
  const isDevice = type === TarType.character || type === TarType.block
  return {
    name,
    linkName: text(block, 157, 100),
    flag,
    type,
    mode: number(100, 8) & 0o7777,
    uid: number(108, 8),
    gid: number(116, 8),
    size: number(124, 12),
    mtimeSeconds: number(136, 12),
    device: isDevice ? { major: number(329, 8), minor: number(337, 8) } : { major: 0, minor: 0 },
  }
}

function text(block: Buffer, start: number, length: number): string {
  let end = start
  while (end < start + length && block[end] !== 0) end++
  return block.toString('latin1', start, end)
}

function checksumFits(block: Buffer): boolean {
  let sum = 0
  let signedSum = 0
  for (let i = 0; i < blockBytes; i++) {
    const byte = i >= 148 && i < 156 ? 32 : (block[i] as number)
    sum += byte
    signedSum += byte > 127 ? byte - 256 : byte
  }
  let stored = 0
  let digits = 0
  for (let i = 148; i < 156; i++) {
    const digit = (block[i] as number) - 48
    if (digit >= 0 && digit < 8) {
      stored = stored * 8 + digit
      digits++
    } else if (digits > 0) break
  }
  // Some old writers summed signed bytes.
  return digits > 0 && (stored === sum || stored === signedSum)
}

function decodeNumber(block: Buffer, start: number, length: number, position: number): number {
  const first = block[start] as number
  if (first & 0x80) {
    const negative = (first & 0x40) !== 0
    let value = negative ? BigInt(first) - 256n : BigInt(first & 0x7f)
    for (let i = start + 1; i < start + length; i++) value = value * 256n + BigInt(block[i] as number)
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
      throw new TarError(`damaged tar header at byte ${position}: a number beyond every limit`)
    }
    return Number(value)
  }
  let value = 0
  let started = false
  for (let i = start; i < start + length; i++) {
    const byte = block[i] as number
    if (byte >= 48 && byte < 56) {
      value = value * 8 + byte - 48
      started = true
    } else if (byte === 0 || (byte === 32 && started)) {
      break
    } else if (byte !== 32) {
      throw new TarError(`damaged tar header at byte ${position}: a field is not a number`)
    }
  }
  return value
}

/** Cuts PAX records (`LENGTH key=value\n`) apart. Values are bytes: extended attributes hold anything. */
export function decodePax(data: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>()
  for (let at = 0; at < data.length; ) {
    // Some writers fill the last block of the header with zeros and count them in.
    if (data[at] === 0) break
    const space = data.indexOf(32, at)
    const length = space < 0 ? NaN : Number(data.toString('latin1', at, space))
    const end = at + length
    if (!Number.isSafeInteger(length) || length < 5 || end > data.length || data[end - 1] !== 10) {
      throw new TarError('damaged tar header: a PAX record does not fit its length')
    }
    const equals = data.indexOf(61, space)
    if (equals < 0 || equals >= end) throw new TarError('damaged tar header: a PAX record without a value')
    records.set(data.toString('utf8', space + 1, equals), data.subarray(equals + 1, end - 1))
    at = end
  }
  return records
}
