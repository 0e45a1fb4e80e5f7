import { customRandom } from 'nanoid'
import type { Rng } from './rng.js'

/** Ids as an argument: minted before proposing, never while applying. */
export interface IdSource {
  /** A cluster object's id: 25 characters of base 36, as Swarm mode prints them. */
  objectId(): string
  /** A container's, image build's or exec's id: 64 hexadecimal characters. */
  hexId(): string
}

/** Makes ids from a generator: with the system's one unguessable, with a seeded one repeatable. */
export function idSource(rng: Rng): IdSource {
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => rng.below(256))
  return {
    objectId: customRandom('0123456789abcdefghijklmnopqrstuvwxyz', 25, bytes),
    hexId: customRandom('0123456789abcdef', 64, bytes),
  }
}

/** Adds a name to a primitive type so that swapped arguments do not compile. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }
