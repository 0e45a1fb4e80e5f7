import { createHash } from 'node:crypto'
import { PassThrough, pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { Backoff } from '../../../src/base/backoff.js'
import { delay } from '../../../src/base/clock.js'
import type { Digest } from '../descriptor.js'
import { askedToWait, mayPass, type RegistryClient } from './client.js'
import { LyingRegistryError, RegistryError } from './errors.js'
import { dropBody, type Answer } from './transport.js'

const attemptsMax = 5
const initialMs = 500
const maximumMs = 10_000
const pieceBytes = 256 * 1024

export interface BlobToUpload {
  /** The bytes, from the beginning each time. */
  open(): AsyncIterable<Uint8Array>
  /** Sent packed by gzip; digest and size come to be known by that. */
  pack: boolean
  /** Of what is sent; not known when it is packed. */
  digest?: Digest
  size?: number
}

export interface Uploaded {
  digest: Digest
  size: number
}

/** True when the repository has the blob. */
export async function hasBlob(client: RegistryClient, repository: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const answer = await client.ask(client.url(`${repository}/blobs/${digest}`), { method: 'HEAD', accept: [404], signal })
  dropBody(answer)
  return answer.status !== 404
}

/** Has the registry take a blob over from another of its repositories. False when it will not. */
export async function mountBlob(client: RegistryClient, repository: string, from: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const url = client.url(`${repository}/blobs/uploads/`)
  url.searchParams.set('mount', digest)
  url.searchParams.set('from', from)
  const answer = await client.ask(url, { method: 'POST', signal })
  dropBody(answer)
  if (answer.status === 201) return true
  const location = answer.headers.location
  // It opened an upload instead, which nobody needs.
  if (location !== undefined) {
    await client.ask(client.follow(answer, location), { method: 'DELETE', accept: [404, 405], signal }).then(dropBody, () => undefined)
  }
  return false
}

/** Sends a blob, as often as it takes. Throws as `RegistryClient.ask`. */
export async function uploadBlob(client: RegistryClient, repository: string, blob: BlobToUpload, signal: AbortSignal, see: (bytes: number) => void): Promise<Uploaded> {
  const backoff = new Backoff(client.rng, initialMs, maximumMs)
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(client, repository, blob, signal, see)
    } catch (thrown) {
      signal.throwIfAborted()
      // The token may have ended on the way: the next try asks for another one.
      const tokenEnded = attempt === 1 && thrown instanceof RegistryError && thrown.status === 401 && client.authorizer.header() !== undefined
      if (attempt >= attemptsMax || !(mayPass(thrown) || tokenEnded)) throw thrown
      await delay(client.clock, Math.max(backoff.nextMs(), askedToWait(thrown)), signal)
    }
  }
}

async function once(client: RegistryClient, repository: string, blob: BlobToUpload, signal: AbortSignal, see: (bytes: number) => void): Promise<Uploaded> {
  const opened = await client.ask(client.url(`${repository}/blobs/uploads/`), { method: 'POST', signal })
  dropBody(opened)
  const sent = { hash: createHash('sha256'), size: 0 }
  const plain = watched(blob.open(), (_piece, total) => see(total))
  const body = watched(blob.pack ? packed(plain) : plain, (piece, total) => {
    sent.hash.update(piece)
    sent.size = total
  })
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream', ...(blob.size !== undefined && !blob.pack && { 'Content-Length': String(blob.size) }) }
  const patched = await client.ask(placeOf(client, opened), { method: 'PATCH', headers, body, signal })
  dropBody(patched)
  const digest = `sha256:${sent.hash.digest('hex')}`
  if (blob.digest !== undefined && blob.digest !== digest) throw new LyingRegistryError(`the layer ${blob.digest} is damaged on this host: its content has digest ${digest}. Remove the image and get it again`)
  const end = placeOf(client, patched)
  end.searchParams.set('digest', digest)
  dropBody(await client.ask(end, { method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' }, signal }))
  return { digest, size: sent.size }
}

/** A small blob in one go. */
export async function uploadData(client: RegistryClient, repository: string, data: Uint8Array, signal: AbortSignal): Promise<void> {
  const open = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    yield await Promise.resolve(data)
  }
  await uploadBlob(client, repository, { open, pack: false, size: data.length }, signal, () => undefined)
}

function placeOf(client: RegistryClient, answer: Answer): URL {
  const { location } = answer.headers
  if (location === undefined) throw new LyingRegistryError(`${answer.url.host} takes an upload but does not say where`)
  return client.follow(answer, location)
}

async function* watched(source: AsyncIterable<Uint8Array>, see: (piece: Uint8Array, total: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0
  for await (const piece of source) {
    total += piece.length
    see(piece, total)
    yield piece
  }
}

/** By gzip without a time in its head: the same layer gives the same bytes each time. */
export async function* packed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const output = new PassThrough({ readableHighWaterMark: 2 * pieceBytes })
  // The iteration below reports the failure; without a callback the pipeline would throw it away unseen.
  pipeline(Readable.from(source, { objectMode: false, highWaterMark: 2 * pieceBytes }), createGzip({ chunkSize: pieceBytes }), output, () => undefined)
  try {
    for await (const piece of output) yield piece as Buffer
  } finally {
    output.destroy()
  }
}
