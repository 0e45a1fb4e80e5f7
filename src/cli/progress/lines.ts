import type { OutputStream } from '../context.js'

/** What one line of progress shows. */
export interface Progress {
  /** Names the line: a new text for the same name replaces the old one. Without a name the text stands for itself. */
  id?: string
  text: string
  /** A bar behind the text. */
  bar?: { current: number; total: number; counts?: string }
}

/** Width below which no bar is drawn. */
const barColumnsMin = 110

/**
 * Lines that are written over in place on a terminal, one below the other in the order of their first
 * showing. Elsewhere each new text is a line of its own and lines with bars are left out, as Docker does.
 */
export class ProgressLines {
  private readonly ids: string[] = []
  private readonly last = new Map<string, string>()

  /** Without a stream nothing is drawn. */
  constructor(private readonly out: OutputStream | undefined) {}

  show({ id, text, bar }: Progress): void {
    if (!this.out) return
    if (id === undefined) {
      this.ids.length = 0
      this.last.clear()
      this.out.write(`${text}\n`)
      return
    }
    if (!this.out.isTTY) {
      // The same state seen again is no news.
      if ((bar && bar.current > 0) || this.last.get(id) === text) return
      this.last.set(id, text)
      this.out.write(`${id}: ${text}\n`)
      return
    }
    const line = `${id}: ${text} ${bar ? drawnBar(bar, this.out.columns ?? 80) : ''}`
    if (this.last.get(id) === line) return
    this.last.set(id, line)
    let at = this.ids.indexOf(id)
    let before = ''
    if (at < 0) {
      at = this.ids.push(id) - 1
      before = '\n'
    }
    const up = this.ids.length - at
    this.out.write(`${before}\x1b[${up}A\x1b[2K\r${line}\r\x1b[${up}B`)
  }
}

/** `[=====>     ]` of 50 characters, and the counts. */
export function drawnBar({ current, total, counts }: NonNullable<Progress['bar']>, columns: number): string {
  if (total <= 0) return ''
  const filled = Math.min(50, Math.floor(Math.floor((current / total) * 100) / 2))
  const box = columns > barColumnsMin ? `[${'='.repeat(filled)}>${' '.repeat(50 - filled)}] ` : ''
  return `${box}${counts ?? ''}`
}
