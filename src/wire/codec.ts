import { messageOf, StatusError } from '../base/errors.js'

/** Bytes and back for one type of the model (or one message of an RPC). */
export interface Codec<T> {
  encode(value: T): Uint8Array
  /** Throws `invalid` for bytes that are damaged or longer than the codec's limit. */
  decode(bytes: Uint8Array): T
}

/** A generated message type of `gen/skep.js`, as far as this file needs it. */
export interface GeneratedType {
  readonly name: string
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
}

/** Longer messages are refused before they are looked at: nothing of ours comes near. */
export const messageBytesMax = 16 * 1024 * 1024

/**
 * A codec between `T` and its message in `proto/`, which must have the same field names. Follows the
 * rules of the model: lists and maps are always there, scalars that are not `optional` have their
 * zero value, anything else that was not sent is left out. Bytes are copies, so what is decoded never
 * shares memory with the buffer it came from.
 */
export function codec<T extends object>(type: GeneratedType, bytesMax = messageBytesMax): Codec<T> {
  return {
    // The generated encoder reads fields by name from any object; it needs no message instance.
    encode: (value) => type.encode(value).finish(),
    decode(bytes) {
      if (bytes.length > bytesMax) {
        throw new StatusError('invalid', `${type.name} message of ${bytes.length} bytes is over the limit of ${bytesMax}`)
      }
      try {
        return plain(type.decode(bytes)) as T
      } catch (thrown) {
        if (thrown instanceof StatusError) throw thrown
        throw new StatusError('invalid', `damaged ${type.name} message: ${messageOf(thrown)}`, { cause: thrown })
      }
    },
  }
}

/** The fields of a message type with the zero values of those that are never absent. */
type Plan = readonly (readonly [name: string, zero: string | number | boolean | undefined])[]
const plans = new Map<object, Plan>()

/**
 * pbjs puts the default of every field on the prototype: null for what may be absent, the zero value
 * for other scalars. Instances have lists and maps of their own.
 */
function planOf(prototype: object): Plan {
  let plan = plans.get(prototype)
  if (!plan) {
    plan = Object.entries(prototype)
      .filter(([, value]) => typeof value !== 'function')
      .map(([name, value]: [string, unknown]) => [name, isScalar(value) ? value : undefined] as const)
    plans.set(prototype, plan)
  }
  return plan
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function plain(message: object): Record<string, unknown> {
  const fields = message as Record<string, unknown>
  const out: Record<string, unknown> = {}
  for (const [name, zero] of planOf(Object.getPrototypeOf(message) as object)) {
    const value = fields[name]
    if (value == null) continue
    out[name] = value === zero ? value : plainValue(value)
  }
  return out
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'number') return safe(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (Array.isArray(value)) {
    const first: unknown = value[0]
    return typeof first === 'object' || typeof first === 'number' ? value.map(plainValue) : value
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return plain(value)
  // A map: its values are all scalars or all messages.
  for (const key in value) {
    const map = value as Record<string, unknown>
    map[key] = plainValue(map[key])
  }
  return value
}

/** 64-bit numbers are safe integers here; a larger one can only come from damage. */
function safe(value: number): number {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`number ${value} is out of range`)
  return value
}
