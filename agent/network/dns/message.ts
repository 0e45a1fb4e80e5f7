import packet from 'dns-packet'
import type { DecodedPacket, Packet, Question } from 'dns-packet'
import type { Resolved } from './zone.js'

/** Flags of the header (RFC 1035, 4.1.1). */
const flag = { authoritative: 1 << 10, truncated: 1 << 9, recursionDesired: 1 << 8, recursionAvailable: 1 << 7 } as const
export const ResponseCode = { noError: 0, formatError: 1, serverFailure: 2, noSuchName: 3, notImplemented: 4, refused: 5 } as const
export type ResponseCode = (typeof ResponseCode)[keyof typeof ResponseCode]

/** Without EDNS, answers over UDP are no longer than this. */
const udpBytesDefault = 512
/** What we take and give at most over UDP: larger ones are cut into pieces on the way. */
const udpBytesMax = 1232

/** A query with its one question. */
export interface Query {
  packet: DecodedPacket
  question: Question
}

/** Reads a query; undefined for what is none (a response, garbage). */
export function readQuery(bytes: Uint8Array): Query | 'malformed' | undefined {
  if (bytes.length < 12 || ((bytes[2] as number) & 0x80) !== 0) return undefined
  let decoded: DecodedPacket
  try {
    decoded = packet.decode(Buffer.from(bytes))
  } catch {
    return 'malformed'
  }
  const question = decoded.questions?.[0]
  return question && decoded.questions?.length === 1 ? { packet: decoded, question } : 'malformed'
}

/** Whether it asks for records, as opposed to notifications, updates and the like. */
export function isPlainQuery({ packet: { flags } }: Query): boolean {
  return (((flags ?? 0) >> 11) & 0xf) === 0
}

/** The response to a query with what was found. */
export function answerTo(query: Query, resolved: Exclude<Resolved, { kind: 'forward' }>): Buffer {
  const found = resolved.kind === 'answer' ? resolved : { answers: [], additionals: [] }
  return encode(query, resolved.kind === 'absent' ? ResponseCode.noSuchName : ResponseCode.noError, found)
}

/** A response without answers. */
export function failureOf(query: Query, code: ResponseCode): Buffer {
  return encode(query, code, { answers: [], additionals: [] })
}

/** The header of a query that could not be read, with a format error. */
export function malformedResponse(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(12)
  out.set(bytes.subarray(0, 2))
  out.writeUInt16BE(0x8000 | ResponseCode.formatError, 2)
  return out
}

/** How much the asker takes over UDP, from its EDNS option (RFC 6891). */
function udpBytesOf({ packet: { additionals } }: Query): number {
  const option = additionals?.find((one) => one.type === 'OPT')
  const asked = option && 'udpPayloadSize' in option ? option.udpPayloadSize : udpBytesDefault
  return Math.max(udpBytesDefault, Math.min(asked, udpBytesMax))
}

/** The response as it goes over UDP: cut down to its head when it is too long, so that the asker comes again over TCP. */
export function fitUdp(query: Query, response: Buffer): Buffer {
  if (response.length <= udpBytesOf(query)) return response
  const short = encode(query, ResponseCode.noError, { answers: [], additionals: [] })
  short.writeUInt16BE(short.readUInt16BE(2) | flag.truncated, 2)
  return short
}

function encode({ packet: asked, question }: Query, code: ResponseCode, { answers, additionals }: Pick<Packet, 'answers' | 'additionals'>): Buffer {
  const edns = asked.additionals?.some((one) => one.type === 'OPT')
  const option = { type: 'OPT' as const, name: '.' as const, udpPayloadSize: udpBytesMax, flags: 0, options: [], extendedRcode: 0, ednsVersion: 0, flag_do: false }
  return packet.encode({
    type: 'response',
    id: asked.id ?? 0,
    flags: ((asked.flags ?? 0) & flag.recursionDesired) | flag.authoritative | flag.recursionAvailable | code,
    questions: [question],
    answers: answers ?? [],
    additionals: [...(additionals ?? []), ...(edns ? [option] : [])],
  })
}
