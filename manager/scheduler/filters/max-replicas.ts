import type { Filter, Refusal } from './filter.js'

/** Docker's wording, which names no number. */
const exceeded: Refusal = () => 'max replicas per node limit exceed'

/** At most so many tasks of the service on one node. */
export const maxReplicasFilter: Filter = {
  prepare(task) {
    const limit = task.spec.placement?.maxReplicas ?? 0
    if (limit === 0) return undefined
    return (node) => (node.serviceCount(task.serviceId) < limit ? undefined : exceeded)
  },
}
