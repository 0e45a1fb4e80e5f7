import { createHash } from 'node:crypto'
import { layerLimits, type TarLimits } from '../snapshot/tar/reader.js'
import { TarError } from '../snapshot/tar/header.js'
import { WhiteoutMode } from '../snapshot/tree-writer.js'
import { unpackTar } from '../snapshot/unpack.js'
import { decompressed } from './compression.js'
import type { Digest } from './descriptor.js'

export interface ApplyOptions {
  /** What the configuration of the image says of this layer; left out, it is worked out. */
  diffId?: Digest
  /** The digest of the compressed bytes when it was verified already: an uncompressed layer is not hashed twice. */
  verified?: Digest
  limits?: TarLimits
  signal?: AbortSignal
}

export interface AppliedLayer {
  /** The digest of the uncompressed archive. */
  diffId: Digest
  /** Content of all files, in bytes. */
  bytes: number
  entries: number
}

/**
 * Unpacks a layer's archive (compressed or not) into an empty folder as an overlayfs layer. Throws
 * `TarError` for a damaged archive and for one that is not the layer its `diffId` names; the caller
 * removes the folder then.
 */
export async function applyLayer(blob: AsyncIterable<Uint8Array>, folder: string, options: ApplyOptions = {}): Promise<AppliedLayer> {
  const { compression, data } = await decompressed(blob)
  const known = compression === 'none' ? options.verified : undefined
  const hash = known === undefined ? createHash('sha256') : undefined
  const hashed = hash === undefined ? data : tap(data, (piece) => void hash.update(piece))
  const { bytes, entries } = await unpackTar(hashed, folder, {
    whiteouts: WhiteoutMode.overlay,
    limits: options.limits ?? layerLimits,
    ...(options.signal && { signal: options.signal }),
  })
  const diffId = known ?? `sha256:${(hash as NonNullable<typeof hash>).digest('hex')}`
  if (options.diffId !== undefined && options.diffId !== diffId) {
    throw new TarError(`a layer is damaged: its content has digest ${diffId}, the image names ${options.diffId}`)
  }
  return { diffId, bytes, entries }
}

async function* tap(source: AsyncIterable<Uint8Array>, see: (piece: Uint8Array) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of source) {
    see(piece)
    yield piece
  }
}
