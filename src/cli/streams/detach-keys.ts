import { invalid } from '../../base/errors.js'

/** Docker's default, ctrl-p then ctrl-q. */
export const detachKeysDefault = 'ctrl-p,ctrl-q'

/** The bytes of `ctrl-p,ctrl-q` or `a,b`. Throws `invalid`. */
export function parseDetachKeys(text: string): Buffer {
  const bytes = text.split(',').map((key) => {
    if (key.length === 1) return key.charCodeAt(0)
    const match = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)
    if (!match) throw invalid(`invalid detach keys (${text}): unknown character: '${key}'`)
    // Control characters are the capital letters' codes without the two highest bits.
    return (match[1] as string).toUpperCase().charCodeAt(0) & 0x1f
  })
  return Buffer.from(bytes)
}

/** Looks for the detach sequence in what is typed. Bytes that may begin it are held back until that is known. */
export class DetachFilter {
  private matched = 0

  constructor(private readonly keys: Buffer) {}

  /** What to pass on, and whether the whole sequence was typed. */
  push(data: Buffer): { pass: Buffer; detached: boolean } {
    const pass: number[] = []
    for (const byte of data) {
      if (byte === this.keys[this.matched]) {
        if (++this.matched === this.keys.length) return { pass: Buffer.from(pass), detached: true }
        continue
      }
      pass.push(...this.keys.subarray(0, this.matched))
      this.matched = byte === this.keys[0] ? 1 : 0
      if (this.matched === 0) pass.push(byte)
    }
    return { pass: Buffer.from(pass), detached: false }
  }
}
