import { invalid } from './errors.js'

/** Docker's default, ctrl-p then ctrl-q. */
export const detachKeysDefault = 'ctrl-p,ctrl-q'

/** The bytes of `ctrl-p,ctrl-q` or `a,ctrl-@`. Throws `invalid` for what is no printable character and no control key. */
export function parseDetachKeys(text: string): Uint8Array {
  const bytes = text.split(',').map((key) => {
    if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0)
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1]
    if (control === undefined) throw invalid(`invalid detach keys (${text}): unknown character: '${key}'`)
    // Control characters are the capital letters' codes without the two highest bits.
    return control.toUpperCase().charCodeAt(0) & 0x1f
  })
  return Uint8Array.from(bytes)
}

/**
 * Looks for the detach sequence in what is typed. Bytes that may begin it are held back until it is
 * clear that they do not.
 */
export class DetachScanner {
  private matched = 0

  constructor(private readonly keys: Uint8Array) {}

  /** What goes on to the process, and whether the sequence is complete. */
  scan(data: Uint8Array): { pass: Uint8Array; detached: boolean } {
    const pass: number[] = []
    for (const byte of data) {
      if (byte === this.keys[this.matched]) {
        this.matched++
        if (this.matched === this.keys.length) return { pass: Uint8Array.from(pass), detached: true }
        continue
      }
      pass.push(...this.keys.subarray(0, this.matched))
      this.matched = byte === this.keys[0] ? 1 : 0
      if (this.matched === 0) pass.push(byte)
    }
    return { pass: Uint8Array.from(pass), detached: false }
  }
}
