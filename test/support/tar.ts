import { type TarEntry } from '../../agent/snapshot/tar/header.js'
import { encodeHeader, endOfArchive, paddingFor, tarEntry } from '../../agent/snapshot/tar/writer.js'

export type TarFile = Partial<TarEntry> & { name: string; content?: string | Uint8Array }

/** A tar archive of these entries; `size` may lie. */
export function tarOf(...files: TarFile[]): Buffer {
  const parts = files.flatMap(({ content = '', ...given }) => {
    const body = Buffer.from(content as string)
    return [encodeHeader(tarEntry({ size: body.length, ...given })), body, paddingFor(body.length)]
  })
  return Buffer.concat([...parts, endOfArchive()])
}
