import { isEncrypted } from '../../../src/model/encrypted-option.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

/**
 * A task on an encrypted network goes to nodes that can encrypt; those that cannot have told why. A container's
 * attachment follows the container: its node refuses it.
 */
export const encryptionFilter: Filter = {
  prepare(task) {
    if (task.spec.attachment) return undefined
    const secret = task.networks.find(({ network }) => isEncrypted((network.driverState ?? network.spec.driver).options))
    if (!secret) return undefined
    // One refusal a reason: they are counted by identity.
    const refusals = new Map<string, Refusal>()
    return ({ node }) => {
      const problem = node.description?.encryptionProblem
      if (problem === undefined) return undefined
      const known = refusals.get(problem)
      if (known) return known
      const refusal: Refusal = (nodes) => `network ${secret.network.spec.name} is encrypted, which ${nodeCount(nodes)} cannot do: ${problem}`
      refusals.set(problem, refusal)
      return refusal
    }
  },
}
