/**
 * Parses the part of Go's text/template language that Docker's `--format` uses. Source of the grammar:
 * the documentation of Go's text/template package.
 */
export type TemplateNode =
  | { kind: 'text'; text: string }
  | { kind: 'output'; pipeline: Pipeline }
  | { kind: 'if'; branches: { condition: Pipeline; body: TemplateNode[] }[]; otherwise: TemplateNode[] }
  | { kind: 'range'; pipeline: Pipeline; body: TemplateNode[]; otherwise: TemplateNode[] }
  | { kind: 'with'; pipeline: Pipeline; body: TemplateNode[]; otherwise: TemplateNode[] }

/** Commands joined by `|`; the values of `$a` and `$a, $b` are declared by the names in front. */
export interface Pipeline {
  names: string[]
  commands: Operand[][]
}

export type Operand =
  | { kind: 'literal'; value: string | number | boolean | null }
  /** `.A.B`, `$x.A`, `(pipeline).A`. */
  | { kind: 'path'; root: { kind: 'dot' } | { kind: 'variable'; name: string } | { kind: 'group'; pipeline: Pipeline }; fields: string[] }
  | { kind: 'function'; name: string }

/** The template is wrong. The message says what and where. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/** Longer templates are refused. */
const templateLengthMax = 64 * 1024

/** Parses a whole template. Throws `TemplateError`. */
export function parseTemplate(source: string): TemplateNode[] {
  if (source.length > templateLengthMax) throw new TemplateError(`template parsing error: longer than ${templateLengthMax} characters`)
  const parser = new Parser(split(source))
  const nodes = parser.nodes([])
  if (parser.more()) throw new TemplateError(`template parsing error: unexpected {{${parser.peekAction()}}}`)
  return nodes
}

type Piece = { text: string } | { action: string }

function split(source: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let trimNext = false
  while (at < source.length) {
    const open = source.indexOf('{{', at)
    let text = open < 0 ? source.slice(at) : source.slice(at, open)
    if (trimNext) text = text.trimStart()
    trimNext = false
    if (open < 0) {
      pieces.push({ text })
      break
    }
    const close = endOfAction(source, open + 2)
    let action = source.slice(open + 2, close)
    if (/^-\s/.test(action)) {
      text = text.trimEnd()
      action = action.slice(1)
    }
    if (/\s-$/.test(action)) {
      trimNext = true
      action = action.slice(0, -1)
    }
    if (text !== '') pieces.push({ text })
    action = action.trim()
    if (!/^\/\*[\s\S]*\*\/$/.test(action)) pieces.push({ action })
    at = close + 2
  }
  return pieces
}

function endOfAction(source: string, from: number): number {
  let quote = ''
  for (let i = from; i < source.length; i++) {
    const c = source[i] as string
    if (quote !== '') {
      if (c === '\\' && quote === '"') i++
      else if (c === quote) quote = ''
    } else if (c === '"' || c === '`') quote = c
    else if (source.startsWith('}}', i)) return i
  }
  throw new TemplateError('template parsing error: unclosed action')
}

class Parser {
  private at = 0
  constructor(private readonly pieces: Piece[]) {}

  more(): boolean {
    return this.at < this.pieces.length
  }

  peekAction(): string {
    const piece = this.pieces[this.at]
    return piece && 'action' in piece ? piece.action : ''
  }

  /** Nodes up to an action whose first word is one of `until`, which is left to the caller. */
  nodes(until: readonly string[]): TemplateNode[] {
    const nodes: TemplateNode[] = []
    for (; this.at < this.pieces.length; ) {
      const piece = this.pieces[this.at] as Piece
      if ('text' in piece) {
        nodes.push({ kind: 'text', text: piece.text })
        this.at++
        continue
      }
      const word = /^\S*/.exec(piece.action)?.[0] ?? ''
      if (until.includes(word)) return nodes
      if (word === 'end' || word === 'else') return nodes
      this.at++
      nodes.push(this.node(word, piece.action))
    }
    if (until.length > 0) throw new TemplateError('template parsing error: unexpected EOF (an {{end}} is missing)')
    return nodes
  }

  private node(word: string, action: string): TemplateNode {
    const rest = action.slice(word.length).trim()
    switch (word) {
      case 'if': {
        const branches = [{ condition: parsePipeline(rest), body: this.nodes(['end', 'else']) }]
        for (;;) {
          const closing = this.closing()
          if (closing === 'end') return { kind: 'if', branches, otherwise: [] }
          const again = /^else\s+if\s+([\s\S]+)$/.exec(closing)
          if (!again) {
            const otherwise = this.nodes(['end'])
            this.closing()
            return { kind: 'if', branches, otherwise }
          }
          branches.push({ condition: parsePipeline(again[1] as string), body: this.nodes(['end', 'else']) })
        }
      }
      case 'range':
      case 'with': {
        const pipeline = parsePipeline(rest)
        const body = this.nodes(['end', 'else'])
        let otherwise: TemplateNode[] = []
        if (this.closing() !== 'end') {
          otherwise = this.nodes(['end'])
          this.closing()
        }
        return { kind: word, pipeline, body, otherwise }
      }
      default:
        return { kind: 'output', pipeline: parsePipeline(action) }
    }
  }

  private closing(): string {
    const action = this.peekAction()
    this.at++
    return action
  }
}

type Token = { kind: 'string'; value: string } | { kind: 'number'; value: number } | { kind: 'word' | 'symbol'; value: string; spaced: boolean }

function tokens(source: string): Token[] {
  const found: Token[] = []
  const pattern = /\s*(?:("(?:\\.|[^"\\])*")|(`[^`]*`)|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\$\w*(?:\.[A-Za-z_]\w*)*)|((?:\.[A-Za-z_]\w*)+|\.)|(:=|[|(),=]))/gy
  while (pattern.lastIndex < source.trimEnd().length) {
    const start = pattern.lastIndex
    const match = pattern.exec(source)
    if (!match) throw new TemplateError(`template parsing error: unexpected ${JSON.stringify(source.slice(start).trim())}`)
    const [all, quoted, raw, number, word, variable, field, symbol] = match
    const spaced = /^\s/.test(all)
    if (quoted !== undefined) found.push({ kind: 'string', value: unquote(quoted) })
    else if (raw !== undefined) found.push({ kind: 'string', value: raw.slice(1, -1) })
    else if (number !== undefined) found.push({ kind: 'number', value: Number(number) })
    else if (symbol !== undefined) found.push({ kind: 'symbol', value: symbol, spaced })
    else found.push({ kind: 'word', value: (word ?? variable ?? field) as string, spaced })
  }
  return found
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw new TemplateError(`template parsing error: bad string ${quoted}`)
  }
}

function parsePipeline(source: string): Pipeline {
  const all = tokens(source)
  let at = 0
  const isSymbol = (value: string): boolean => {
    const token = all[at]
    return token?.kind === 'symbol' && token.value === value
  }

  const pipeline = (): Pipeline => {
    const names: string[] = []
    const mark = at
    for (let token = all[at]; token?.kind === 'word' && /^\$\w+$/.test(token.value); token = all[at]) {
      names.push(token.value)
      at++
      if (isSymbol(',')) {
        at++
        continue
      }
      break
    }
    if (names.length > 0 && (isSymbol(':=') || isSymbol('='))) at++
    else {
      names.length = 0
      at = mark
    }
    const commands: Operand[][] = [[]]
    for (; at < all.length && !isSymbol(')'); ) {
      if (isSymbol('|')) {
        at++
        commands.push([])
      } else (commands.at(-1) as Operand[]).push(operand())
    }
    if (commands.some((command) => command.length === 0)) {
      throw new TemplateError(`template parsing error: missing value for command in ${JSON.stringify(source)}`)
    }
    return { names, commands }
  }

  const operand = (): Operand => {
    const token = all[at++] as Token
    if (token.kind === 'string' || token.kind === 'number') return { kind: 'literal', value: token.value }
    if (token.kind === 'symbol') {
      if (token.value !== '(') throw new TemplateError(`template parsing error: unexpected ${token.value}`)
      const group = pipeline()
      if (!isSymbol(')')) throw new TemplateError('template parsing error: unclosed left paren')
      at++
      const next = all[at]
      const fields = next?.kind === 'word' && next.value.startsWith('.') && !next.spaced && next.value !== '.' ? next.value.slice(1).split('.') : []
      if (fields.length > 0) at++
      return { kind: 'path', root: { kind: 'group', pipeline: group }, fields }
    }
    const word = token.value
    if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' }
    if (word === 'nil') return { kind: 'literal', value: null }
    if (word.startsWith('.')) return { kind: 'path', root: { kind: 'dot' }, fields: word === '.' ? [] : word.slice(1).split('.') }
    if (word.startsWith('$')) {
      const [name, ...fields] = word.split('.')
      return { kind: 'path', root: { kind: 'variable', name: name as string }, fields }
    }
    return { kind: 'function', name: word }
  }

  const parsed = pipeline()
  if (at < all.length) throw new TemplateError('template parsing error: unexpected right paren')
  return parsed
}
