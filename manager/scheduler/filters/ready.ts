import { Availability, NodeState } from '../../../src/model/node.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

const drained: Refusal = (nodes) => `${nodeCount(nodes)} drained`
const paused: Refusal = (nodes) => `${nodeCount(nodes)} paused`
const down: Refusal = (nodes) => `${nodeCount(nodes)} down`
const notReady: Refusal = (nodes) => `${nodeCount(nodes)} not available for new tasks`

/** New tasks go to nodes that are up and active. A container's attachment follows the container, which its user started there. */
export const readyFilter: Filter = {
  prepare: (task) => ({ node: { spec, status } }) => {
    if (status.state === NodeState.down) return down
    if (task.spec.attachment) return status.state === NodeState.ready ? undefined : notReady
    if (spec.availability === Availability.drain) return drained
    if (spec.availability === Availability.pause) return paused
    return status.state === NodeState.ready ? undefined : notReady
  },
}
