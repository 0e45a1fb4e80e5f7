import { invalid } from '../base/errors.js'
import type { Context } from './context.js'
import { flag, UsageError } from '../base/flags.js'
import { renderTable } from './table.js'
import { compileTemplate } from './template/run.js'

/**
 * The columns a listing knows: what `{{.Name}}` in its templates gives, the heading, and what the plain
 * table shows when that is more than the value.
 */
export type Columns<Row> = Readonly<Record<string, { header: string; value: (row: Row) => string | boolean; cell?: (row: Row) => string }>>

export interface Listing<Row> {
  columns: Columns<Row>
  /** The columns shown when no format is given. */
  table: readonly string[]
  /** What `-q` prints; without it the listing has no `-q`. */
  quiet?: string
  /** What templates may call with an argument beside the columns: `{{.Label "tier"}}`. */
  methods?: Readonly<Record<string, (row: Row) => (argument: unknown) => string>>
}

/** What the help says of `--format` of a listing and of an object. */
export const listFormatHelp =
  "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template."
export const inspectFormatHelp =
  "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template."

/** The flags every listing has. */
export const listFlags = {
  filter: flag.list('Filter output based on conditions provided', { short: 'f', valueName: 'filter' }),
  format: flag.string(listFormatHelp),
  quiet: flag.bool('Only display IDs', { short: 'q' }),
} as const

/** Prints rows as `--format` and `-q` ask. Throws `invalid` for a bad template. */
export function printListing<Row>(
  context: Context,
  rows: readonly Row[],
  listing: Listing<Row>,
  { format, quiet = false }: { format?: string | undefined; quiet?: boolean },
): void {
  const { columns } = listing
  const record = (row: Row): Record<string, string | boolean> =>
    Object.fromEntries(Object.entries(columns).map(([name, { value }]) => [name, value(row)]))
  if (quiet && listing.quiet !== undefined && (format === undefined || format === '' || format === 'table')) {
    const column = columns[listing.quiet]
    for (const row of rows) context.stdout.write(`${String(column?.value(row) ?? '')}\n`)
    return
  }
  if (format === undefined || format === '' || format === 'table') {
    const shown = listing.table.map((name) => columns[name]).filter((column) => column !== undefined)
    context.stdout.write(renderTable([shown.map(({ header }) => header), ...rows.map((row) => shown.map(({ value, cell }) => (cell ? cell(row) : String(value(row)))))]))
    return
  }
  if (format === 'json') {
    for (const row of rows) context.stdout.write(`${escaped(JSON.stringify(sorted(record(row))))}\n`)
    return
  }
  const asTable = /^table\s+/.test(format)
  const template = compile(unescape(asTable ? format.replace(/^table\s+/, '') : format))
  const methods = Object.entries(listing.methods ?? {})
  const callable = (row: Row): Record<string, unknown> => ({ ...record(row), ...Object.fromEntries(methods.map(([name, of]) => [name, of(row)])) })
  if (!asTable) {
    for (const row of rows) context.stdout.write(`${template(callable(row))}\n`)
    return
  }
  const headers = {
    ...Object.fromEntries(Object.entries(columns).map(([name, { header }]) => [name, header])),
    // The heading of `{{.Label "com.example.tier"}}` is the label's last word.
    ...Object.fromEntries(methods.map(([name]) => [name, (argument: unknown) => String(argument).split('.').at(-1) ?? ''])),
  }
  const lines = [template(headers), ...rows.map((row) => template(callable(row)))]
  context.stdout.write(renderTable(lines.map((line) => line.split('\t'))))
}

/** Go prints the keys of a map by name. */
function sorted(record: Record<string, string | boolean>): Record<string, string | boolean> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Go's JSON of rows is safe to stand in HTML. */
function escaped(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}

/** Shells hand `\t` and `\n` over as two characters; Docker reads them as one. */
function unescape(format: string): string {
  return format.replaceAll('\\t', '\t').replaceAll('\\n', '\n')
}

function compile(source: string, strictFields = true): (value: unknown) => string {
  return compileTemplate(source, { strictFields })
}

/** Prints full objects, as JSON or by a template: what every `inspect` does. */
export function printInspect(context: Context, objects: readonly unknown[], format: string | undefined): void {
  if (format === undefined || format === '') {
    context.stdout.write(`${JSON.stringify(objects, undefined, 4)}\n`)
    return
  }
  if (format === 'json') {
    for (const object of objects) context.stdout.write(`${JSON.stringify(object)}\n`)
    return
  }
  const template = compile(unescape(format), false)
  for (const object of objects) context.stdout.write(`${template(object)}\n`)
}

/** Prints one object by a template or with `fallback`. */
export function printOne(context: Context, object: unknown, format: string | undefined, fallback: () => string): void {
  if (format === undefined || format === '') context.stdout.write(fallback())
  else if (format === 'json') context.stdout.write(`${JSON.stringify(object)}\n`)
  else context.stdout.write(`${compile(unescape(format), false)(object)}\n`)
}

/** `-f key=value` options as the client takes them. Throws `invalid` for what is no pair. */
export function filterValues(options: readonly string[]): Record<string, string[]> {
  const filters: Record<string, string[]> = {}
  for (const option of options) {
    const pair = pairOf(option)
    if (!pair) throw new UsageError(`invalid argument "${option}" for "-f, --filter" flag: ${wrongFilter}`)
    const [key, value] = pair
    if (key !== '') filters[key] = [...(filters[key] ?? []), value]
  }
  return filters
}

const wrongFilter = 'bad format of filter (expected name=value)'

/** Throws `invalid` for a text that is no filter. */
export function filterPair(option: string): void {
  if (!pairOf(option)) throw invalid(wrongFilter)
}

/** An empty text is no filter, and none is meant by it. */
function pairOf(option: string): [key: string, value: string] | undefined {
  const at = option.indexOf('=')
  if (at <= 0) return option === '' ? ['', ''] : undefined
  return [option.slice(0, at).trim().toLowerCase(), option.slice(at + 1).trim()]
}
