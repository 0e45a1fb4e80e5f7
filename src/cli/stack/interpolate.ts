import { invalid } from '../../base/errors.js'

type Environment = Readonly<Record<string, string | undefined>>

const named = String.raw`(?<named>[A-Za-z_][A-Za-z0-9_]*)`
const braced = String.raw`\{(?<braced>[A-Za-z_][A-Za-z0-9_]*)(?:(?<operator>:?[-?+])(?<operand>(?:[^{}$]|\$\$|\$\{[^{}]*\}|\$[A-Za-z_])*))?\}`
const pattern = new RegExp(String.raw`\$(?:(?<escaped>\$)|${named}|${braced}|(?<wrong>))`, 'g')

/**
 * A text with its variables put in, as Compose files write them: `$A`, `${A}`, `${A:-default}`, `${A-default}`,
 * `${A:?message}`, `${A?message}`, `${A:+other}`, `${A+other}`, and `$$` for a dollar sign. With a colon an empty value
 * counts as none. Unset variables are empty and told to `onMissing`. Throws `invalid` with the place (`path`).
 */
function interpolate(text: string, environment: Environment, path: string, onMissing: (name: string) => void): string {
  return text.replace(pattern, (...found) => {
    const groups = found.at(-1) as Partial<Record<'escaped' | 'named' | 'braced' | 'operator' | 'operand' | 'wrong', string>>
    if (groups.escaped !== undefined) return '$'
    if (groups.wrong !== undefined) {
      throw invalid(`invalid interpolation format for ${path}: ${JSON.stringify(text)}. You may need to escape any $ with another $`)
    }
    const name = groups.named ?? groups.braced ?? ''
    const value = environment[name]
    const { operator = '', operand = '' } = groups
    const there = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
    const alternative = (): string => interpolate(operand, environment, path, onMissing)
    switch (operator.at(-1)) {
      case '-':
        return there ? (value ?? '') : alternative()
      case '+':
        return there ? alternative() : ''
      case '?':
        if (!there) throw invalid(`required variable ${name} is missing a value${operand === '' ? '' : `: ${alternative()}`}`)
        return value ?? ''
      default:
        if (value === undefined) onMissing(name)
        return value ?? ''
    }
  })
}

/** The same for every text within a document; keys stay. */
export function interpolateAll(value: unknown, environment: Environment, onMissing: (name: string) => void, path = ''): unknown {
  if (typeof value === 'string') return interpolate(value, environment, path, onMissing)
  const at = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)
  if (Array.isArray(value)) return value.map((item, index) => interpolateAll(item, environment, onMissing, at(index)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolateAll(one, environment, onMissing, at(key))]))
}
