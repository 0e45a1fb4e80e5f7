import { Availability, NodeState } from '../../../src/model/node.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

const drained: Refusal = (nodes) => `${nodeCount(nodes)} drained`
const paused: Refusal = (nodes) => `${nodeCount(nodes)} paused`
const down: Refusal = (nodes) => `${nodeCount(nodes)} down`
const notReady: Refusal = (nodes) => `${nodeCount(nodes)} not available for new tasks`

/** New tasks go to nodes that are up and active. */
export const readyFilter: Filter = {
  prepare: () => ({ node: { spec, status } }) => {
    if (status.state === NodeState.down) return down
    if (spec.availability === Availability.drain) return drained
    if (spec.availability === Availability.pause) return paused
    return status.state === NodeState.ready ? undefined : notReady
  },
}
