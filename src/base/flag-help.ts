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

/** The aligned list of flags of a help page, by name. */
export function flagHelp(flags: FlagTable): string {
  const rows = Object.entries(flags)
    .filter(([, spec]) => !spec.hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => {
      const value = spec.valueName ?? valueNames[spec.kind]
      const left = `  ${spec.short ? `-${spec.short}, ` : '    '}--${name}${value === '' ? '' : ` ${value}`}`
      return [left, `${spec.help}${shownDefault(spec)}`] as const
    })
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 3
  return rows
    .map(([left, help]) => `${left.padEnd(width)}${help.split('\n').join(`\n${' '.repeat(width)}`)}\n`)
    .join('')
}

function shownDefault(spec: Flag): string {
  if (!('default' in spec) || spec.default === undefined || spec.default === false || spec.default === '' || spec.default === 0) return ''
  return typeof spec.default === 'string' ? ` (default "${spec.default}")` : ` (default ${String(spec.default)})`
}
