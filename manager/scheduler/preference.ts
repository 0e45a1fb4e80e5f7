import type { Node } from '../../src/model/node.js'

const nodeLabels = 'node.labels.'
const engineLabels = 'engine.labels.'

/** The value of a spread preference on a node: a node's or an engine's label, or empty. */
export function labelOf(node: Node, preference: string): string {
  const lower = preference.toLowerCase()
  if (lower.startsWith(nodeLabels)) return node.spec.labels[preference.slice(nodeLabels.length)] ?? ''
  if (lower.startsWith(engineLabels)) return node.description?.engineLabels[preference.slice(engineLabels.length)] ?? ''
  return ''
}
