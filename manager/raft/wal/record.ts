import { crc32 } from 'node:zlib'
import { StatusError } from '../../../src/base/errors.js'
import { EntryKind, type Entry, type HardState } from '../core/message.js'
import type { Sealer, SealingKey } from './encryption.js'

/**
 * The frame of everything that the log and the snapshots write, little-endian, at a multiple of 8:
 *
 *     0  u32  CRC-32 of the 12 header bytes that follow and of the payload
 *     4  u32  payload length
 *     8  u32  how much of this file was synced before this record was written
 *    12  u16  0x6b73 ("sk")
 *    14  u8   kind
 *    15  u8   1 when the payload is sealed, 2 when it is and names its key
 *    16       payload, then zeros up to a multiple of 8
 *
 * A payload that names its key begins with a byte 2, which programs that know nothing of named keys take for
 * the format of a segment and refuse, and the key's id (u32); what is sealed follows.
 *
 * The synced length tells a torn tail from damage: a bad record that a later good one calls synced
 * was whole once.
 */
export const RecordKind = { header: 1, hardState: 2, entry: 3, snapshot: 4, chunk: 5, end: 6 } as const
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind]

const Seal = { none: 0, unnamed: 1, named: 2 } as const
const headerBytes = 16
const keyNameBytes = 5
const magic = 0x6b73
const align = 8
/** More than any entry or chunk: a length beyond it is damage. */
const recordBytesMax = 64 * 1024 * 1024

export interface FileRecord {
  readonly kind: RecordKind
  readonly payload: Uint8Array
  /** What it was sealed with; absent for one in clear. */
  readonly keyId: number | undefined
  /** Where the next record starts. */
  readonly end: number
}

const padded = (length: number): number => Math.ceil(length / align) * align

/** A record's place, which a sealed one is tied to. */
function sealContext(file: string, position: number, kind: RecordKind): Uint8Array {
  return Buffer.from(`${file}:${position}:${kind}`)
}

/** One record to be written at `position` of the file named `file`. */
export function encodeRecord(kind: RecordKind, payload: Uint8Array, place: { file: string; position: number; synced: number }, key?: SealingKey): Buffer {
  const sealed = key?.seal(payload, sealContext(place.file, place.position, kind))
  const body = !key || !sealed ? payload : key.id === 0 ? sealed : Buffer.concat([keyName(key.id), sealed])
  const out = Buffer.alloc(padded(headerBytes + body.length))
  out.writeUInt32LE(body.length, 4)
  out.writeUInt32LE(place.synced, 8)
  out.writeUInt16LE(magic, 12)
  out.writeUInt8(kind, 14)
  out.writeUInt8(!key ? Seal.none : key.id === 0 ? Seal.unnamed : Seal.named, 15)
  out.set(body, headerBytes)
  out.writeUInt32LE(crc32(out.subarray(4, headerBytes + body.length)), 0)
  return out
}

function keyName(id: number): Buffer {
  const out = Buffer.alloc(keyNameBytes)
  out.writeUInt8(Seal.named)
  out.writeUInt32LE(id, 1)
  return out
}

/**
 * The record at `position` of `data`, which starts at `base` of the file; undefined when there is no
 * whole and undamaged one.
 */
export function decodeRecord(data: Buffer, position: number, file: string, sealer?: Sealer, base = 0): FileRecord | undefined {
  const header = checkRecord(data, position)
  if (!header) return undefined
  const { kind, length, seal } = header
  const end = position + padded(headerBytes + length)
  const body = data.subarray(position + headerBytes, position + headerBytes + length)
  if (seal === Seal.none) return { kind, payload: body, keyId: undefined, end }
  if (seal > Seal.named) throw new StatusError('internal', `${file} is sealed in a way that this program does not know: it was written by a newer one`)
  if (!sealer) throw new StatusError('forbidden', `${file} is encrypted and no data key was given: unlock the manager first`)
  const keyId = seal === Seal.named ? body.readUInt32LE(1) : 0
  const payload = sealer.open(seal === Seal.named ? body.subarray(keyNameBytes) : body, sealContext(file, base + position, kind), keyId)
  return { kind, payload, keyId, end }
}

/** What the record that begins with these bytes (`recordKeyBytes`) is sealed with; undefined for one in clear, or none. */
export function recordKey(head: Buffer): number | undefined {
  if (head.length < recordKeyBytes || head.readUInt16LE(12) !== magic) return undefined
  const seal = head.readUInt8(15)
  return seal === Seal.none ? undefined : seal === Seal.unnamed ? 0 : head.readUInt32LE(headerBytes + 1)
}
export const recordKeyBytes = headerBytes + keyNameBytes

function checkRecord(data: Buffer, position: number): { kind: RecordKind; length: number; seal: number; synced: number } | undefined {
  if (position + headerBytes > data.length || data.readUInt16LE(position + 12) !== magic) return undefined
  const length = data.readUInt32LE(position + 4)
  if (length > recordBytesMax || position + headerBytes + length > data.length) return undefined
  if (crc32(data.subarray(position + 4, position + headerBytes + length)) !== data.readUInt32LE(position)) return undefined
  return {
    kind: data.readUInt8(position + 14) as RecordKind,
    length,
    seal: data.readUInt8(position + 15),
    synced: data.readUInt32LE(position + 8),
  }
}

/** The length that the header at `position` announces in all, so that a reader knows how much to fetch. */
export function recordLength(header: Buffer): number | undefined {
  if (header.length < headerBytes || header.readUInt16LE(12) !== magic) return undefined
  const length = header.readUInt32LE(4)
  return length > recordBytesMax ? undefined : padded(headerBytes + length)
}
export const recordHeaderBytes = headerBytes

/** Whether a good record after `position` says that `position` was synced: then it was damaged later. */
export function wasSynced(data: Buffer, position: number): boolean {
  for (let at = position + align; at + headerBytes <= data.length; at += align) {
    const header = checkRecord(data, at)
    if (header && header.synced > position) return true
  }
  return false
}

export function encodeHardState(state: HardState): Uint8Array {
  const out = Buffer.alloc(24)
  out.writeBigUInt64LE(BigInt(state.term), 0)
  out.writeBigUInt64LE(BigInt(state.vote), 8)
  out.writeBigUInt64LE(BigInt(state.commit), 16)
  return out
}

export function decodeHardState(payload: Uint8Array): HardState {
  const view = viewOf(payload)
  return { term: u64(view, 0), vote: u64(view, 8), commit: u64(view, 16) }
}

export function encodeEntry(entry: Entry): Uint8Array {
  const out = Buffer.allocUnsafe(17 + entry.data.length)
  out.writeBigUInt64LE(BigInt(entry.index), 0)
  out.writeBigUInt64LE(BigInt(entry.term), 8)
  out.writeUInt8(entry.kind, 16)
  out.set(entry.data, 17)
  return out
}

export function decodeEntry(payload: Uint8Array): Entry {
  const view = viewOf(payload)
  const kind = view.getUint8(16) === EntryKind.confChange ? EntryKind.confChange : EntryKind.normal
  // A copy: the payload is a window into a whole segment, which would stay in memory with it.
  return { index: u64(view, 0), term: u64(view, 8), kind, data: new Uint8Array(payload.subarray(17)) }
}

/** Where the log was covered by a snapshot. */
export interface SnapshotMark {
  readonly index: number
  readonly term: number
}

export function encodeMark(mark: SnapshotMark): Uint8Array {
  const out = Buffer.alloc(16)
  out.writeBigUInt64LE(BigInt(mark.index), 0)
  out.writeBigUInt64LE(BigInt(mark.term), 8)
  return out
}

export function decodeMark(payload: Uint8Array): SnapshotMark {
  const view = viewOf(payload)
  return { index: u64(view, 0), term: u64(view, 8) }
}

const viewOf = (payload: Uint8Array): DataView => new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
const u64 = (view: DataView, position: number): number => Number(view.getBigUint64(position, true))
