import ipaddr from 'ipaddr.js'
import { invalid } from '../base/errors.js'
import type { Node } from './node.js'

/** `node.labels.zone==east`, taken apart. */
export interface Constraint {
  /** As it was written, for explanations. */
  readonly expression: string
  readonly key: ConstraintKey
  /** The label asked for, when the key is one of the two label maps. */
  readonly label: string
  readonly operator: '==' | '!='
  readonly value: string
  /** What `value` stands for when the key is `node.ip`. */
  readonly range?: [ipaddr.IPv4 | ipaddr.IPv6, number]
}

const keys = ['node.id', 'node.hostname', 'node.ip', 'node.role', 'node.platform.os', 'node.platform.arch'] as const
const labelKeys = ['node.labels', 'engine.labels'] as const
type ConstraintKey = (typeof keys)[number] | (typeof labelKeys)[number]

/** The alphabets of SwarmKit's constraint expressions. */
const keyPattern = /^[a-z_][a-z0-9\-_.]+$/i
const valuePattern = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i

/**
 * Reads placement constraints. Throws `invalid` for the first malformed one, naming it, what is wrong
 * with it and what would be right.
 */
export function parseConstraints(expressions: readonly string[]): Constraint[] {
  return expressions.map(parseConstraint)
}

function parseConstraint(expression: string): Constraint {
  const refuse = (why: string) => invalid(`invalid constraint: "${expression}": ${why}`)
  const operator = (['==', '!='] as const).find((one) => expression.includes(one))
  if (!operator) throw refuse('constraint expected one operator from ==, !=, as in node.labels.zone==east')
  const at = expression.indexOf(operator)
  const name = expression.slice(0, at).trim()
  const value = expression.slice(at + operator.length).trim()
  if (!keyPattern.test(name)) throw refuse(`key '${name}' is invalid: use letters, digits, "-", "_" and "."`)
  if (!valuePattern.test(value)) throw refuse(`value '${value}' is invalid: give a value after ${operator}, without quotes`)
  const { key, label } = keyOf(name) ?? {}
  if (!key) throw refuse(`unknown key '${name}': use ${keys.join(', ')}, node.labels.<label> or engine.labels.<label>`)
  const range = key === 'node.ip' ? rangeOf(value) : undefined
  if (key === 'node.ip' && !range) throw refuse(`'${value}' is neither an IP address nor a subnet such as 10.0.0.0/24`)
  return { expression, key, label: label ?? '', operator, value, ...(range && { range }) }
}

/** Keys go without regard to case, labels with it. */
function keyOf(name: string): { key: ConstraintKey; label: string } | undefined {
  const lower = name.toLowerCase()
  const plain = keys.find((key) => key === lower)
  if (plain) return { key: plain, label: '' }
  const labels = labelKeys.find((key) => lower.startsWith(`${key}.`) && lower.length > key.length + 1)
  return labels && { key: labels, label: name.slice(labels.length + 1) }
}

/** Every constraint holds on the node. */
export function matches(constraints: readonly Constraint[], node: Node): boolean {
  return constraints.every((constraint) => matchesOne(constraint, node))
}

/** One constraint holds on the node: values compare without regard to case, and an absent one is empty. */
function matchesOne(constraint: Constraint, node: Node): boolean {
  const same = constraint.range
    ? containsAddress(constraint.range, node.status.address)
    : valueOf(constraint, node).toLowerCase() === constraint.value.toLowerCase()
  return constraint.operator === '==' ? same : !same
}

function valueOf({ key, label }: Constraint, node: Node): string {
  switch (key) {
    case 'node.id':
      return node.id
    case 'node.hostname':
      return node.description?.hostname ?? ''
    case 'node.ip':
      return node.status.address
    case 'node.role':
      return node.spec.role
    case 'node.platform.os':
      return node.description?.platform.os ?? ''
    case 'node.platform.arch':
      return node.description?.platform.architecture ?? ''
    case 'node.labels':
      return own(node.spec.labels, label)
    case 'engine.labels':
      return own(node.description?.engineLabels ?? {}, label)
  }
}

function own(labels: Record<string, string>, label: string): string {
  return Object.hasOwn(labels, label) ? (labels[label] ?? '') : ''
}

function rangeOf(value: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  if (ipaddr.isValidCIDR(value)) return ipaddr.parseCIDR(value)
  // "10" would pass as a short form of 0.0.0.10.
  if (!value.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(value)) return undefined
  if (!ipaddr.isValid(value)) return undefined
  const address = ipaddr.process(value)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function containsAddress([network, bits]: [ipaddr.IPv4 | ipaddr.IPv6, number], text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text)
  return address.kind() === network.kind() && address.match(network, bits)
}
