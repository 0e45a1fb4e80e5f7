import { Readable } from 'node:stream'
import { extract, pack } from 'tar-stream'
import { invalid } from '../../base/errors.js'
import { readAtMost } from '../../base/read-at-most.js'
import { parseHost } from '../../client/host.js'

/** A context as it travels: without a place on this host, its certificates as PEM. */
export interface PortableContext {
  name: string
  description: string
  host: string
  skipVerify: boolean
  tls: TlsMaterial
}

/** PEM texts by what they are. */
export type TlsMaterial = { [Part in TlsPart]?: string }
export const tlsParts = ['ca', 'cert', 'key'] as const
export type TlsPart = (typeof tlsParts)[number]

/** What is read of an archive at most, as docker does. */
const archiveBytesMax = 10 * 1024 * 1024
const tarBlockBytes = 512
const tlsFolder = 'tls/docker/'

/** A context in docker's format: a tar of `meta.json` and `tls/docker/{ca,cert,key}.pem`. */
export function packContext({ name, description, host, skipVerify, tls }: PortableContext): Readable {
  const archive = pack()
  const meta = {
    Name: name,
    Metadata: description === '' ? {} : { Description: description },
    Endpoints: { docker: { Host: host, SkipTLSVerify: skipVerify } },
  }
  archive.entry({ name: 'meta.json', mode: 0o644 }, JSON.stringify(meta))
  for (const part of tlsParts) {
    const pem = tls[part]
    if (pem !== undefined) archive.entry({ name: `${tlsFolder}${part}.pem`, mode: 0o600 }, pem)
  }
  archive.finalize()
  return archive as unknown as Readable
}

/**
 * Reads an archive that `packContext` or docker made. Throws `invalid` for one that is larger than 10 MiB, is no tar, has
 * other files in it, or does not say where the daemon is.
 */
export async function unpackContext(source: Readable): Promise<PortableContext> {
  const bytes = await readAtMost(source as AsyncIterable<Buffer>, archiveBytesMax, () => invalid(`the context is larger than ${archiveBytesMax / 1024 / 1024} MiB`))
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) throw invalid('zip archives of contexts are not supported: export the context as a tar')
  const files = new Map<string, string>()
  const archive = extract()
  // Docker leaves out what fills the last file's block.
  const padding = Buffer.alloc((tarBlockBytes - (bytes.length % tarBlockBytes)) % tarBlockBytes)
  Readable.from([bytes, padding]).pipe(archive as unknown as NodeJS.WritableStream)
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header
      const known = name === 'meta.json' || tlsParts.some((part) => name === `${tlsFolder}${part}.pem`)
      if (type === 'file' && !known) throw invalid(`unexpected context file "${name}"`)
      const chunks: Buffer[] = []
      for await (const chunk of entry as unknown as Readable) chunks.push(chunk as Buffer)
      if (type === 'file') files.set(name, Buffer.concat(chunks).toString('utf8'))
    }
  } catch (thrown) {
    archive.destroy()
    throw invalid(`the context cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`, thrown)
  }
  const tls: TlsMaterial = {}
  for (const part of tlsParts) {
    const pem = files.get(`${tlsFolder}${part}.pem`)
    if (pem !== undefined) tls[part] = pem
  }
  return { ...metadataOf(files.get('meta.json'), Object.keys(tls).length > 0), tls }
}

function metadataOf(text: string | undefined, hasTls: boolean): Omit<PortableContext, 'tls'> {
  if (text === undefined) throw invalid('invalid context: no metadata found')
  let meta: unknown
  try {
    meta = JSON.parse(text)
  } catch (cause) {
    throw invalid('invalid context: meta.json is not JSON', cause)
  }
  const docker = at(at(meta, 'Endpoints'), 'docker')
  const [name, description, host, skip] = [at(meta, 'Name') ?? '', at(at(meta, 'Metadata'), 'Description') ?? '', at(docker, 'Host'), at(docker, 'SkipTLSVerify') ?? false]
  if (typeof host !== 'string' || typeof name !== 'string' || typeof description !== 'string' || typeof skip !== 'boolean') {
    throw invalid('invalid context: meta.json does not say where the daemon is, as Endpoints.docker.Host')
  }
  parseHost(host, hasTls)
  return { name, description, host, skipVerify: skip }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
