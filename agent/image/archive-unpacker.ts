import { createReadStream, type Stats } from 'node:fs'
import { invalid } from '../../src/base/errors.js'
import { TimeSlice } from '../kernel/time-slice.js'
import { textOf, type ByteString } from '../snapshot/paths.js'
import { TarType, type TarEntry } from '../snapshot/tar/header.js'
import { layerLimits, TarReader } from '../snapshot/tar/reader.js'
import { SharedTree } from '../snapshot/tree-paths.js'
import { TreeWriter, WhiteoutMode } from '../snapshot/tree-writer.js'
import { decompressedArchive } from './compression.js'

const readBytes = 256 * 1024

/** A user's archive, and the folder that it goes into beside what is there. */
export interface ArchiveJob {
  /** The archive as it came, compressed or not: a path, or its bytes. */
  archive: string | Uint8Array
  /** A folder that is held open meanwhile (`/proc/self/fd/N`): nothing leads astray on the way to it. */
  folder: ByteString
  /** Refuse to put a folder in the place of something else, and the reverse. */
  keepKinds: boolean
  /** All files are given to this user. */
  owner?: { uid: number; gid: number }
}

/** Unpacks users' archives. */
export interface ArchiveUnpacker {
  /**
   * `around` is called when nothing has to be waited for any more, and has an archive unpacked. That throws `TarError` for
   * damaged archives, `invalid`, and the signal's reason.
   */
  unpackArchive(signal: AbortSignal, around: (unpack: (job: ArchiveJob) => Promise<void>) => Promise<void>): Promise<void>
}

/** On the calling thread, in slices of time. */
export const unpackArchiveHere: ArchiveUnpacker = {
  unpackArchive: (signal, around) => around((job) => unpackArchive(job, signal)),
}

/** Unpacks on the calling thread. Throws as `ArchiveUnpacker`. */
export async function unpackArchive({ archive, folder, keepKinds, owner }: ArchiveJob, signal: AbortSignal): Promise<void> {
  const source: AsyncIterable<Uint8Array> = typeof archive === 'string' ? createReadStream(archive, { highWaterMark: readBytes }) : single(archive)
  const reader = new TarReader(await decompressedArchive(source), layerLimits)
  // A volume may be other containers' too, which go on.
  using paths = new SharedTree(folder)
  const writer = new TreeWriter(paths, WhiteoutMode.plain)
  const slice = new TimeSlice()
  const read = async (): Promise<Buffer | undefined> => {
    const piece = await reader.read()
    signal.throwIfAborted()
    const pause = slice.pause()
    if (pause) await pause
    return piece
  }
  try {
    for (let entry = await reader.next(); entry; entry = await reader.next()) {
      signal.throwIfAborted()
      entry.name = entry.name.replace(/^\/+/, '') || '.'
      entry.linkName = entry.type === TarType.link ? entry.linkName.replace(/^\/+/, '') : entry.linkName
      if (keepKinds) refuseOtherKind(writer.present(entry.name), entry)
      if (owner) Object.assign(entry, owner)
      await writer.add(entry, read)
      const pause = slice.pause()
      if (pause) await pause
    }
    await reader.drain()
    await writer.finish(slice)
  } finally {
    await reader.close()
  }
}

function refuseOtherKind(present: Stats | undefined, entry: TarEntry): void {
  if (!present || present.isDirectory() === (entry.type === TarType.directory)) return
  const name = textOf(entry.name)
  throw invalid(present.isDirectory() ? `cannot overwrite directory "${name}" with non-directory` : `cannot overwrite non-directory "${name}" with directory`)
}

async function* single(data: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(data)
}
