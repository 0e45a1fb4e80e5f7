import { invalid } from '../../src/base/errors.js'
import type { Task } from '../../src/model/task.js'
import { taskName } from '../../src/model/task.js'

/** What a node says of itself to templates. */
export interface TemplateNode {
  id: string
  hostname: string
  platform: { os: string; architecture: string }
}

type Value = string | number | Value[] | { [key: string]: Value }
type Call = (...args: Value[]) => Value

/** Values and functions that a template sees. */
export interface TemplateScope {
  values: { [key: string]: Value }
  functions: Record<string, Call>
}

/** The values Swarm mode documents for a task: `.Service`, `.Task`, `.Node`. */
export function taskScope(task: Task, node: TemplateNode): TemplateScope {
  return {
    values: {
      Service: { ID: task.serviceId, Name: task.serviceAnnotations.name, Labels: task.serviceAnnotations.labels },
      Task: { ID: task.id, Name: taskName(task), Slot: task.slot > 0 ? String(task.slot) : task.nodeId },
      Node: { ID: node.id, Hostname: node.hostname, Platform: { OS: node.platform.os, Architecture: node.platform.architecture } },
    },
    functions: baseFunctions,
  }
}

/** The scope with more functions: secrets, configs and environment, within a config's own data. */
export function withFunctions(scope: TemplateScope, functions: Record<string, Call>): TemplateScope {
  return { ...scope, functions: { ...scope.functions, ...functions } }
}

const baseFunctions: Record<string, Call> = {
  index: (from, ...keys) => keys.reduce((at, key) => member(at, print(key)) ?? '', from),
  join: (list, separator) => (Array.isArray(list) ? list.map(print).join(print(separator ?? '')) : print(list)),
  split: (text, separator) => print(text).split(print(separator ?? '')),
  lower: (text) => print(text).toLowerCase(),
  upper: (text) => print(text).toUpperCase(),
  title: (text) => print(text).replace(/(^|\s)\S/g, (letter) => letter.toUpperCase()),
  trim: (text) => print(text).trim(),
  printf: (format, ...args) => {
    let next = 0
    return print(format).replace(/%([sdvq%])/g, (_, verb: string) => {
      if (verb === '%') return '%'
      const value = print(args[next++] ?? '')
      return verb === 'q' ? JSON.stringify(value) : value
    })
  },
  json: (value) => JSON.stringify(value),
}

/**
 * Fills in `{{ }}` of Go's template language as far as Swarm mode's documentation uses it: values, calls of
 * functions, pipes, parentheses and quoted text. Throws `invalid` for anything else.
 */
export function expand(text: string, scope: TemplateScope): string {
  if (!text.includes('{{')) return text
  let out = ''
  let rest = text
  for (let open = rest.indexOf('{{'); open >= 0; open = rest.indexOf('{{')) {
    const close = rest.indexOf('}}', open)
    if (close < 0) throw invalid(`invalid template ${JSON.stringify(text)}: "{{" has no "}}"`)
    let before = rest.slice(0, open)
    let action = rest.slice(open + 2, close)
    rest = rest.slice(close + 2)
    if (action.startsWith('- ')) {
      before = before.trimEnd()
      action = action.slice(2)
    }
    if (action.endsWith(' -')) {
      rest = rest.trimStart()
      action = action.slice(0, -2)
    }
    out += before
    if (!action.trim().startsWith('/*')) out += print(new Evaluation(action, scope, text).run())
  }
  return out + rest
}

class Evaluation {
  private readonly tokens: string[]
  private at = 0

  constructor(
    action: string,
    private readonly scope: TemplateScope,
    private readonly whole: string,
  ) {
    this.tokens = [...action.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|-?\d+|\.[\w.]*|[A-Za-z_]\w*|[()|]|\S/g)].map((match) => match[0])
  }

  run(): Value {
    const value = this.pipeline()
    if (this.at < this.tokens.length) throw this.wrong(`unexpected ${JSON.stringify(this.tokens[this.at])}`)
    return value
  }

  private pipeline(): Value {
    let value = this.command()
    while (this.tokens[this.at] === '|') {
      this.at++
      value = this.command(value)
    }
    return value
  }

  private command(piped?: Value): Value {
    const head = this.tokens[this.at]
    if (head !== undefined && /^[A-Za-z_]/.test(head)) {
      this.at++
      const call = Object.hasOwn(this.scope.functions, head) ? this.scope.functions[head] : undefined
      if (!call) throw this.wrong(`there is no function ${JSON.stringify(head)}`)
      const args: Value[] = []
      while (this.at < this.tokens.length && this.tokens[this.at] !== '|' && this.tokens[this.at] !== ')') args.push(this.operand())
      if (piped !== undefined) args.push(piped)
      return call(...args)
    }
    if (piped !== undefined) throw this.wrong('only functions stand behind a pipe')
    return this.operand()
  }

  private operand(): Value {
    const token = this.tokens[this.at++]
    if (token === undefined) throw this.wrong('an empty action')
    if (token.startsWith('"')) return JSON.parse(token) as string
    if (token.startsWith('`')) return token.slice(1, -1)
    if (/^-?\d+$/.test(token)) return Number(token)
    if (token === '(') {
      const value = this.pipeline()
      if (this.tokens[this.at++] !== ')') throw this.wrong('"(" has no ")"')
      return value
    }
    if (token.startsWith('.')) return this.field(token)
    throw this.wrong(`unexpected ${JSON.stringify(token)}`)
  }

  private field(path: string): Value {
    let value: Value = this.scope.values
    for (const part of path.split('.').filter(Boolean)) {
      const next = member(value, part)
      if (next === undefined) {
        // Labels that a service does not have are empty, as maps of Go are.
        if (path.startsWith('.Service.Labels.')) return ''
        throw this.wrong(`there is no value ${path}`)
      }
      value = next
    }
    return value
  }

  private wrong(why: string): Error {
    return invalid(`invalid template ${JSON.stringify(this.whole)}: ${why}`)
  }
}

function member(value: Value, key: string): Value | undefined {
  if (Array.isArray(value)) return value[Number(key)]
  return typeof value === 'object' && Object.hasOwn(value, key) ? value[key] : undefined
}

function print(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(print).join(' ')}]`
  if (typeof value === 'object') return `map[${Object.entries(value).map(([key, one]) => `${key}:${print(one)}`).join(' ')}]`
  return String(value)
}
