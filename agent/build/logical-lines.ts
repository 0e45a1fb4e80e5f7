import { invalid } from '../../src/base/errors.js'
import { splitWords } from './words.js'

/** A here-document: a file within the Dockerfile. */
export interface Heredoc {
  /** What ends it, and its file's name. */
  name: string
  content: string
  /** Variables in it are resolved: its name stands without quotes. */
  expand: boolean
}

/** An instruction as one line, with the here-documents that follow it. */
export interface LogicalLine {
  text: string
  /** The first line is 1. */
  line: number
  heredocs: readonly Heredoc[]
}

const lineCharactersMax = 1024 * 1024
const heredocsMax = 64
const heredocMark = /^(\d*)<<(-?)([^<]+)$/

/**
 * Joins lines that end in the escape character, leaves comments and empty lines out, and takes here-documents off
 * the instructions that may have them. Throws `invalid` with the line.
 */
export function logicalLines(text: string, escape: string): LogicalLine[] {
  const physical = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const continued = escape === '`' ? /`[ \t]*$/ : /\\[ \t]*$/
  const found: LogicalLine[] = []
  for (let at = 0; at < physical.length; ) {
    const line = at + 1
    let whole = (physical[at++] as string).trimStart()
    if (whole === '' || whole.startsWith('#')) continue
    while (continued.test(whole)) {
      whole = whole.replace(continued, '')
      // Comments and empty lines in between are no part of the instruction.
      while (at < physical.length && /^\s*(#|$)/.test(physical[at] as string)) at++
      if (at >= physical.length) break
      whole += physical[at++] as string
      if (whole.length > lineCharactersMax) throw invalid(`dockerfile parse error line ${line}: the instruction is longer than ${lineCharactersMax} characters`)
    }
    const heredocs: Heredoc[] = []
    for (const mark of marksOf(whole, escape)) {
      const quoted = /["']/.test(mark.word)
      const name = mark.word.replace(/["']/g, '')
      const content: string[] = []
      const plain = (one: string): string => (mark.tabs ? one.replace(/^\t+/, '') : one)
      while (at < physical.length && plain(physical[at] as string) !== name) content.push(plain(physical[at++] as string))
      if (at >= physical.length) throw invalid(`dockerfile parse error line ${line}: unterminated heredoc: ${name}`)
      at++
      heredocs.push({ name, content: content.map((one) => `${one}\n`).join(''), expand: !quoted })
      if (heredocs.length > heredocsMax) throw invalid(`dockerfile parse error line ${line}: more than ${heredocsMax} here-documents`)
    }
    found.push({ text: whole.trimEnd(), line, heredocs })
  }
  return found
}

/** Whether a word announces a here-document: `<<EOF`, `<<-EOF`, `<<"EOF"`, `3<<EOF`. */
export function isHeredocMark(word: string): boolean {
  return heredocMark.test(word)
}

function marksOf(line: string, escape: string): { word: string; tabs: boolean }[] {
  if (!/^(ONBUILD\s+)?(RUN|COPY|ADD)\s/i.test(line) || !line.includes('<<')) return []
  return splitWords(line, escape).flatMap((word) => {
    const [, , tabs, name] = heredocMark.exec(word) ?? []
    return name === undefined ? [] : [{ word: name, tabs: tabs === '-' }]
  })
}
