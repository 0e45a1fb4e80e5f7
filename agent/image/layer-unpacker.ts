import { createReadStream } from 'node:fs'
import { applyLayer, type AppliedLayer } from './layer-apply.js'
import type { Digest } from './descriptor.js'

/** Several layers are unpacked at a time, and each holds some of these. */
const readBytes = 256 * 1024
/** Said no more often than each time this much was read: what is said goes from a thread to another, which it wakes. */
const saidBytes = 1024 * 1024

/** A layer's archive on disk, and what it must be. */
export interface LayerFile {
  /** Absolute path of the archive, compressed or not. */
  path: string
  /** The empty folder to unpack into. */
  folder: string
  /** What the configuration of the image says of this layer; left out, it is worked out. */
  diffId?: Digest
  /** The digest of the archive as it lies there, verified already. */
  verified?: Digest
}

/** Unpacks layers. */
export interface LayerUnpacker {
  /**
   * See `applyLayer`. `see` hears now and then, and at its end, how many bytes of the archive were read. Throws `TarError` for a damaged
   * archive, system errors, and the signal's reason; the caller removes the folder then.
   */
  unpack(layer: LayerFile, see: (bytes: number) => void, signal: AbortSignal): Promise<AppliedLayer>
}

/** Unpacks on the calling thread, in slices of time. */
export const unpackHere: LayerUnpacker = {
  unpack: ({ path, folder, diffId, verified }, see, signal) =>
    applyLayer(counted(path, see), folder, { signal, ...(diffId !== undefined && { diffId }), ...(verified !== undefined && { verified }) }),
}

async function* counted(path: string, see: (bytes: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  let said = 0
  const say = (): void => {
    said = bytes
    see(bytes)
  }
  for await (const piece of createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes - said >= saidBytes) say()
    yield piece
  }
  if (bytes > said) say()
}
