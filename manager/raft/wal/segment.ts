import { StatusError } from '../../../src/base/errors.js'
import type { Disk } from './disk.js'
import type { Sealer } from './encryption.js'
import { decodeRecord, wasSynced, type FileRecord } from './record.js'

/** One file of the log: `<sequence>-<first index>.wal`, both 16 hexadecimal digits. */
export interface SegmentName {
  readonly file: string
  readonly sequence: number
  /** No entry below this index was written to this or a later segment, save replacements. */
  readonly firstIndex: number
}

const hex16 = (value: number): string => value.toString(16).padStart(16, '0')
const pattern = /^([0-9a-f]{16})-([0-9a-f]{16})\.wal$/

export function segmentName(sequence: number, firstIndex: number): SegmentName {
  return { file: `${hex16(sequence)}-${hex16(firstIndex)}.wal`, sequence, firstIndex }
}

/** The segments in a folder, in order. Throws `internal` when one between the first and the last is missing. */
export async function listSegments(disk: Disk, folder: string): Promise<SegmentName[]> {
  const found: SegmentName[] = []
  for (const name of await disk.list(folder)) {
    const match = pattern.exec(name)
    if (match) found.push({ file: name, sequence: parseInt(match[1] as string, 16), firstIndex: parseInt(match[2] as string, 16) })
  }
  found.sort((a, b) => a.sequence - b.sequence)
  found.forEach((segment, i) => {
    const before = found[i - 1]
    if (before && before.sequence + 1 !== segment.sequence) {
      throw damaged(`${folder}: the segments between ${before.file} and ${segment.file} are missing`)
    }
  })
  return found
}

/** What is left to do when a log cannot be read. */
const damageRemedy =
  'restore the Raft folder from a backup, or remove this manager from the cluster (skep node demote, skep node rm) and let it join again'

export const damaged = (what: string, cause?: unknown): StatusError =>
  new StatusError('internal', `the Raft log is damaged: ${what}: ${damageRemedy}`, { cause })

/**
 * Reads a segment's records into `visit`. Gives the length of its good part. Only the last segment's
 * tail may be torn (an unsynced write that a crash cut short); anything else is damage and refused
 * with the file and the offset.
 */
export async function readSegment(
  disk: Disk,
  folder: string,
  file: string,
  last: boolean,
  sealer: Sealer | undefined,
  visit: (record: FileRecord, position: number) => void,
): Promise<{ length: number; size: number }> {
  const handle = await disk.open(`${folder}/${file}`, 'read')
  let data: Buffer
  try {
    const bytes = await handle.read(0, await handle.size())
    data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } finally {
    await handle.close()
  }
  let position = 0
  let sinceYield = 0
  while (position < data.length) {
    const record = decodeRecord(data, position, file, sealer)
    if (!record) {
      if (!last || wasSynced(data, position)) throw damaged(`bad record in ${folder}/${file} at offset ${position} of ${data.length}`)
      break
    }
    visit(record, position)
    sinceYield += record.end - position
    position = record.end
    if (sinceYield > yieldBytes) {
      sinceYield = 0
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
  return { length: position, size: data.length }
}

const yieldBytes = 8 * 1024 * 1024
