import { parseTemplate, TemplateError, type Operand, type Pipeline, type TemplateNode } from './parse.js'

/** A compiled template: a value in, its text out. Throws `TemplateError` for fields that do not exist. */
export type Template = (value: unknown) => string

/**
 * Compiles a template of Docker's `--format`. With `strictFields`, a field that the top value does not
 * have is an error (rows of a table); without, it prints `<no value>` (JSON of unknown shape).
 */
export function compileTemplate(source: string, { strictFields }: { strictFields: boolean }): Template {
  const nodes = parseTemplate(source)
  return (value) => {
    const run = new Run(strictFields, value)
    return run.nodes(nodes, value, new Map([['$', value]]))
  }
}

type Variables = Map<string, unknown>
type TemplateFunction = (args: unknown[]) => unknown

class Run {
  constructor(
    private readonly strictFields: boolean,
    private readonly top: unknown,
  ) {}

  nodes(nodes: readonly TemplateNode[], dot: unknown, variables: Variables): string {
    let out = ''
    for (const node of nodes) out += this.node(node, dot, variables)
    return out
  }

  private node(node: TemplateNode, dot: unknown, variables: Variables): string {
    switch (node.kind) {
      case 'text':
        return node.text
      case 'output': {
        const value = this.pipeline(node.pipeline, dot, variables)
        const [name] = node.pipeline.names
        if (name === undefined) return printed(value)
        variables.set(name, value)
        return ''
      }
      case 'if': {
        const inner = new Map(variables)
        const branch = node.branches.find(({ condition }) => truthy(this.declared(condition, dot, inner)))
        return this.nodes(branch ? branch.body : node.otherwise, dot, inner)
      }
      case 'with': {
        const inner = new Map(variables)
        const value = this.declared(node.pipeline, dot, inner)
        return truthy(value) ? this.nodes(node.body, value, inner) : this.nodes(node.otherwise, dot, variables)
      }
      case 'range': {
        const entries = entriesOf(this.pipeline(node.pipeline, dot, variables))
        if (entries.length === 0) return this.nodes(node.otherwise, dot, variables)
        const { names } = node.pipeline
        return entries
          .map(([key, value]) => {
            const inner = new Map(variables)
            if (names.length === 1) inner.set(names[0] as string, value)
            if (names.length === 2) inner.set(names[0] as string, key).set(names[1] as string, value)
            return this.nodes(node.body, value, inner)
          })
          .join('')
      }
    }
  }

  private declared(pipeline: Pipeline, dot: unknown, variables: Variables): unknown {
    const value = this.pipeline(pipeline, dot, variables)
    if (pipeline.names[0] !== undefined) variables.set(pipeline.names[0], value)
    return value
  }

  private pipeline(pipeline: Pipeline, dot: unknown, variables: Variables): unknown {
    let value: unknown
    pipeline.commands.forEach((command, index) => {
      value = this.command(command, index > 0 ? [value] : [], dot, variables)
    })
    return value
  }

  private command(operands: readonly Operand[], piped: unknown[], dot: unknown, variables: Variables): unknown {
    const [first, ...rest] = operands as [Operand, ...Operand[]]
    if (first.kind === 'function') {
      const implementation = functions[first.name]
      if (!implementation) throw new TemplateError(`template parsing error: function "${first.name}" not defined`)
      return implementation([...rest.map((operand) => this.operand(operand, dot, variables)), ...piped])
    }
    const value = this.operand(first, dot, variables)
    const args = [...rest.map((operand) => this.operand(operand, dot, variables)), ...piped]
    // A field that holds a function is a method with arguments: `{{.Label "a"}}`.
    if (typeof value === 'function') return (value as (...args: unknown[]) => unknown)(...args)
    if (args.length > 0) throw new TemplateError("template: can't give argument to non-function")
    return value
  }

  private operand(operand: Operand, dot: unknown, variables: Variables): unknown {
    switch (operand.kind) {
      case 'literal':
        return operand.value
      case 'function':
        return this.command([operand], [], dot, variables)
      case 'path': {
        const { root } = operand
        let value: unknown
        if (root.kind === 'dot') value = dot
        else if (root.kind === 'group') value = this.pipeline(root.pipeline, dot, variables)
        else {
          if (!variables.has(root.name)) throw new TemplateError(`template: undefined variable "${root.name}"`)
          value = variables.get(root.name)
        }
        for (const field of operand.fields) value = this.field(value, field)
        return value
      }
    }
  }

  private field(value: unknown, field: string): unknown {
    if (value === null || value === undefined) return undefined
    if (typeof value !== 'object') throw new TemplateError(`template: can't evaluate field ${field} in type ${typeof value}`)
    if (field in value) return (value as Record<string, unknown>)[field]
    if (this.strictFields && value === this.top) throw new TemplateError(`template: can't evaluate field ${field}`)
    return undefined
  }
}

function entriesOf(value: unknown): [unknown, unknown][] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.map((item, index) => [index, item])
  if (typeof value === 'number') return Array.from({ length: Math.min(Math.max(0, value), 10_000) }, (_, i) => [i, i])
  if (typeof value === 'object') return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  throw new TemplateError(`template: range can't iterate over ${String(value)}`)
}

function truthy(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object') return Object.keys(value).length > 0
  return true
}

/** As Go prints a value: `[a b]`, `map[k:v]`. */
function printed(value: unknown): string {
  if (value === undefined) return '<no value>'
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`
  if (typeof value === 'function') return printed((value as () => unknown)())
  if (typeof value === 'object') {
    return `map[${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${key}:${printed(item)}`).join(' ')}]`
  }
  return String(value)
}

const text = (value: unknown): string => (typeof value === 'string' ? value : printed(value))

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  throw new TemplateError('template: incompatible types for comparison')
}

function indexed(args: unknown[]): unknown {
  let value = args[0]
  for (const key of args.slice(1)) {
    if (value === null || value === undefined) return undefined
    if (Array.isArray(value)) {
      if (typeof key !== 'number' || key < 0 || key >= value.length) throw new TemplateError(`template: index out of range: ${String(key)}`)
      value = value[key]
    } else if (typeof value === 'object') value = Object.hasOwn(value, String(key)) ? (value as Record<string, unknown>)[String(key)] : undefined
    else throw new TemplateError(`template: can't index item of type ${typeof value}`)
  }
  return value
}

/** Go's `printf` for the verbs that templates use. */
function formatted([format, ...values]: unknown[]): string {
  let next = 0
  return text(format).replace(/%(-?)(0?)(\d*)(?:\.(\d+))?([svdqxft%])/g, (_, left: string, zero: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    const value = values[next++]
    let out: string
    if (verb === 'q') out = JSON.stringify(text(value))
    else if (verb === 'x') out = typeof value === 'number' ? value.toString(16) : Buffer.from(text(value)).toString('hex')
    else if (verb === 'f') out = Number(value).toFixed(precision === undefined ? 6 : Number(precision))
    else out = precision !== undefined && verb === 's' ? text(value).slice(0, Number(precision)) : text(value)
    const padding = Math.min(Number(width), 1024)
    return left ? out.padEnd(padding) : out.padStart(padding, zero ? '0' : ' ')
  })
}

const functions: Record<string, TemplateFunction> = {
  json: ([value]) => JSON.stringify(value ?? null),
  join: ([list, separator]) => (Array.isArray(list) ? list.map(text).join(text(separator)) : text(list)),
  split: ([value, separator]) => text(value).split(text(separator)),
  lower: ([value]) => text(value).toLowerCase(),
  upper: ([value]) => text(value).toUpperCase(),
  title: ([value]) => text(value).replace(/(^|\s)\S/g, (letter) => letter.toUpperCase()),
  pad: ([value, before, after]) => (text(value) === '' ? '' : ' '.repeat(Number(before)) + text(value) + ' '.repeat(Number(after))),
  truncate: ([value, length]) => text(value).slice(0, Number(length)),
  println: (args) => `${args.map(text).join(' ')}\n`,
  print: (args) => args.map(text).join(' '),
  printf: formatted,
  len: ([value]) => (typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys((value ?? {}) as object).length),
  index: indexed,
  slice: ([value, from, to]) => (value as string | unknown[]).slice(Number(from ?? 0), to === undefined ? undefined : Number(to)),
  not: ([value]) => !truthy(value),
  and: (args) => args.find((value) => !truthy(value)) ?? args.at(-1),
  or: (args) => args.find(truthy) ?? args.at(-1),
  eq: ([first, ...others]) => others.some((other) => first === other),
  ne: ([a, b]) => a !== b,
  lt: ([a, b]) => compare(a, b) < 0,
  le: ([a, b]) => compare(a, b) <= 0,
  gt: ([a, b]) => compare(a, b) > 0,
  ge: ([a, b]) => compare(a, b) >= 0,
}
