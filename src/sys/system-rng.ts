import { randomInt } from 'node:crypto'
import type { Rng } from '../base/rng.js'

/** The operating system's generator: unguessable. */
export const systemRng: Rng = { below: (bound) => (bound <= 1 ? 0 : randomInt(bound)) }
