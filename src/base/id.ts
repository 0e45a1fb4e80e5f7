import type { Rng } from './rng.js'

/** Ids as an argument: minted before proposing, never while applying. */
export interface IdSource {
  /** A cluster object's id: 25 characters of base 36, as Swarm mode prints them. */
  objectId(): string
  /** A container's, image build's or exec's id: 64 hexadecimal characters. */
  hexId(): string
}

const base36 = '0123456789abcdefghijklmnopqrstuvwxyz'
const hex = '0123456789abcdef'

/** Makes ids from a generator: with the system's one unguessable, with a seeded one repeatable. */
export function idSource(rng: Rng): IdSource {
  const pick = (alphabet: string, length: number): string => {
    let out = ''
    for (let i = 0; i < length; i++) out += alphabet[rng.below(alphabet.length)]
    return out
  }
  return { objectId: () => pick(base36, 25), hexId: () => pick(hex, 64) }
}

/** Adds a name to a primitive type so that swapped arguments do not compile. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name }
