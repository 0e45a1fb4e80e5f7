import { TarReader, layerLimits, type TarLimits } from './tar/reader.js'
import { byteString } from './paths.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { TreeWriter, type WhiteoutMode } from './tree-writer.js'

export interface UnpackOptions {
  whiteouts: WhiteoutMode
  limits?: TarLimits
  /** Aborts between entries and between pieces of large files. */
  signal?: AbortSignal
}

/** What an archive held. */
export interface UnpackResult {
  entries: number
  /** Content of all files. */
  bytes: number
}

/**
 * Unpacks a plain tar stream into an existing folder, which nobody else may write to meanwhile, and reads
 * the stream to its end. Throws `TarError` for archives that break a rule; what was unpacked until then
 * stays for the caller to remove.
 */
export async function unpackTar(source: AsyncIterable<Uint8Array>, folder: string, options: UnpackOptions): Promise<UnpackResult> {
  const reader = new TarReader(source, options.limits ?? layerLimits)
  const writer = new TreeWriter(byteString(folder), options.whiteouts)
  const slice = new TimeSlice()
  const result: UnpackResult = { entries: 0, bytes: 0 }
  const read = async (): Promise<Buffer | undefined> => {
    const piece = await reader.read()
    options.signal?.throwIfAborted()
    const pause = slice.pause()
    if (pause) await pause
    return piece
  }
  try {
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      options.signal?.throwIfAborted()
      await writer.add(entry, read)
      result.entries++
      result.bytes += entry.size
      const pause = slice.pause()
      if (pause) await pause
    }
    await reader.drain()
    await writer.finish(slice)
    return result
  } finally {
    await reader.close()
  }
}
