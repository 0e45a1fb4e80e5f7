/** One character per byte, so that any name Linux allows goes through unchanged (see `tar/header.ts`). */
export type ByteString = string

/** What Node's file functions take: text while it is ASCII (the common case, and faster), else bytes. */
export function osPath(path: ByteString): string | Buffer {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 127) return Buffer.from(path, 'latin1')
  return path
}

/** The byte string of a path given as text. */
export function byteString(path: string): ByteString {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 127) return Buffer.from(path, 'utf8').toString('latin1')
  return path
}

/** The text of a byte string, for people and for JSON. */
export function textOf(path: ByteString): string {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 127) return Buffer.from(path, 'latin1').toString('utf8')
  return path
}
