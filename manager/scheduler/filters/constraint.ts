import { matches, parseConstraints, type Constraint } from '../../../src/model/constraint.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

const unsatisfied: Refusal = (nodes) => `scheduling constraints not satisfied on ${nodeCount(nodes)}`

/** Placement constraints, `node.labels.zone==east`. */
export const constraintFilter: Filter = {
  prepare(task) {
    const expressions = task.spec.placement?.constraints ?? []
    if (expressions.length === 0) return undefined
    let constraints: Constraint[]
    try {
      constraints = parseConstraints(expressions)
    } catch {
      // Checked when the spec was accepted; one that cannot be read keeps the task off every node.
      return () => unsatisfied
    }
    return ({ node }) => (matches(constraints, node) ? undefined : unsatisfied)
  },
}
