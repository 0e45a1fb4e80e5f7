import { ErrorKind, invalid, StatusError } from '../base/errors.js'
import type { ClientSession } from './backend.js'
import { ArchiveWriter } from './context-archive.js'
import type { OciLayout } from './frontend.js'
import { buildkit } from './gen/buildkit.js'
import { SessionStream } from './session-stream.js'

const { ReadContentRequest, ReadContentResponse } = buildkit.session
const documentBytesMax = 4 * 1024 * 1024
const bytesMax = 32 * 1024 ** 3
const layersMax = 1000
/** An index may name indexes. */
const indexesDeepMax = 3
const digestPattern = /^sha256:[0-9a-f]{64}$/

interface Descriptor {
  mediaType: string
  digest: string
  size: number
  /** `linux/amd64` */
  platform: string | undefined
}

/** `{ os: 'linux', architecture: 'arm', variant: 'v7' }` as `linux/arm/v7`. */
export function formatted({ os, architecture, variant }: { os: string; architecture: string; variant?: string }): string {
  return [os, architecture, ...(variant === undefined || variant === '' ? [] : [variant])].join('/')
}

/**
 * The image of an OCI layout of the client's as an archive, read by `containerd.services.content.v1.Content/Read` (github.com/moby/buildkit,
 * session/content). Throws `invalid` for what is no image, `notFound` when it has none for the platform.
 */
export function layoutArchive(session: ClientSession, { store, digest }: OciLayout, platform: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const read = (blob: string): AsyncGenerator<Uint8Array, void, undefined> => readBlob(session, store, blob, signal)
  return ArchiveWriter.archive(async (writer) => {
    const { descriptor, data, document } = await manifestOf(read, digest, platform)
    const blobs = [document['config'], ...listOf(document['layers'])].map(descriptorOf)
    if (blobs.length > layersMax) throw invalid(`the image ${digest} has more than ${layersMax} layers`)
    if (blobs.reduce((sum, { size }) => sum + size, 0) > bytesMax) throw new StatusError(ErrorKind.exhausted, `the image ${digest} has more than ${bytesMax} bytes`)
    await writer.file('oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' })))
    await writer.file('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor] })))
    await writer.file(nameOf(descriptor.digest), data)
    for (const blob of new Map(blobs.map((one) => [one.digest, one])).values()) await writer.blob(nameOf(blob.digest), blob.size, read(blob.digest))
  })
}

type Read = (digest: string) => AsyncGenerator<Uint8Array, void, undefined>
type Document = Readonly<Record<string, unknown>>

async function manifestOf(read: Read, digest: string, platform: string): Promise<{ descriptor: Omit<Descriptor, 'platform'>; data: Buffer; document: Document }> {
  let wanted = digest
  for (let depth = 0; depth < indexesDeepMax; depth++) {
    const data = await whole(read(wanted), wanted)
    const document = recordOf(parse(data, wanted))
    const mediaType = typeof document['mediaType'] === 'string' ? document['mediaType'] : 'application/vnd.oci.image.manifest.v1+json'
    if (!Array.isArray(document['manifests'])) return { descriptor: { mediaType, digest: wanted, size: data.length }, data, document }
    const offered = listOf(document['manifests']).map(descriptorOf)
    // A variant may be left out.
    const near = (one: string): boolean => one === platform || one.startsWith(`${platform}/`) || platform.startsWith(`${one}/`)
    const fitting = offered.find((one) => one.platform === platform) ?? offered.find((one) => one.platform === undefined || near(one.platform))
    if (!fitting) throw new StatusError(ErrorKind.notFound, `the layout has no image for ${platform}: it has ${offered.map((one) => one.platform).join(', ')}`)
    wanted = fitting.digest
  }
  throw invalid(`the index ${digest} leads to more than ${indexesDeepMax} others`)
}

async function* readBlob(session: ClientSession, store: string, digest: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = new SessionStream(session.open('/containerd.services.content.v1.Content/Read', { 'buildkit-attachable-store-id': `oci:${store}` }), `cannot read ${digest} of the client`, signal)
  try {
    stream.send(ReadContentRequest.encode({ digest }).finish())
    stream.end()
    for await (const message of stream.messages()) yield ReadContentResponse.decode(message).data
  } finally {
    stream.close()
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>, digest: string): Promise<Buffer> {
  const found: Uint8Array[] = []
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes > documentBytesMax) throw invalid(`${digest} has more than ${documentBytesMax} bytes: a manifest is expected`)
    found.push(piece)
  }
  return Buffer.concat(found)
}

function descriptorOf(value: unknown): Descriptor {
  const { mediaType, digest, size, platform } = recordOf(value)
  if (typeof digest !== 'string' || !digestPattern.test(digest) || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalid('the layout has a descriptor that cannot be')
  const { os, architecture, variant } = recordOf(platform)
  const known = typeof os === 'string' && typeof architecture === 'string'
  return { mediaType: String(mediaType ?? ''), digest, size, platform: known ? formatted({ os, architecture, ...(typeof variant === 'string' && { variant }) }) : undefined }
}

function nameOf(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`
}

function parse(data: Buffer, digest: string): unknown {
  try {
    return JSON.parse(data.toString())
  } catch (cause) {
    throw invalid(`${digest} is no manifest`, cause)
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

function recordOf(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {}
}
