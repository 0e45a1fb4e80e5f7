import { matches, parseConstraints } from '../../src/model/constraint.js'
import type { Node } from '../../src/model/node.js'
import type { Placement } from '../../src/model/service.js'

/**
 * The node satisfies the constraints. Constraints are checked when a spec is accepted; one that
 * cannot be read all the same matches nothing, so that nothing runs where it was not meant to.
 */
export function matchesPlacement(placement: Placement | undefined, node: Node): boolean {
  if (!placement || placement.constraints.length === 0) return true
  try {
    return matches(parseConstraints(placement.constraints), node)
  } catch {
    return false
  }
}
