import type { Flag, FlagTable } from './flags.js'

const valueNames: Record<Flag['kind'], string> = {
  bool: '',
  string: 'string',
  list: 'list',
  int: 'int',
  float: 'decimal',
  duration: 'duration',
  bytes: 'bytes',
}

/** The aligned list of flags of a help page, by name, in lines of at most `width` characters. */
export function flagHelp(flags: FlagTable, width = 79): string {
  const rows = Object.entries(flags)
    .filter(([, spec]) => !spec.hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => {
      const value = spec.valueName ?? valueNames[spec.kind]
      const left = `  ${spec.short ? `-${spec.short}, ` : '    '}--${name}${value === '' ? '' : ` ${value}`}`
      return [left, `${spec.help}${shownDefault(spec)}`] as const
    })
  const indent = Math.max(0, ...rows.map(([left]) => left.length)) + 3
  return rows
    .map(([left, help]) => `${left.padEnd(indent)}${wrapped(help, width - indent).join(`\n${' '.repeat(indent)}`)}\n`)
    .join('')
}

/** A line may be this much longer when that saves a line of a word or two, as pflag has it. */
const slop = 5

/** The lines of a text, broken at blanks. */
function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let rest = paragraph
    while (rest.length >= width) {
      const at = rest.lastIndexOf(' ', width - slop - 1)
      if (at <= 0) break
      lines.push(rest.slice(0, at))
      rest = rest.slice(at + 1)
    }
    return [...lines, rest]
  })
}

function shownDefault(spec: Flag): string {
  if (!('default' in spec) || spec.default === undefined || spec.default === false || spec.default === '' || spec.default === 0) return ''
  return typeof spec.default === 'string' ? ` (default "${spec.default}")` : ` (default ${String(spec.default)})`
}
