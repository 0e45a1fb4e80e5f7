import { hostPorts } from '../node-info.js'
import { nodeCount, type Filter, type Refusal } from './filter.js'

const inUse: Refusal = (nodes) => `host-mode port already in use on ${nodeCount(nodes)}`

/** A port published in host mode can be bound once a node. */
export const hostPortFilter: Filter = {
  prepare(task) {
    const ports = hostPorts(task)
    if (ports.length === 0) return undefined
    return (node) => (ports.some((port) => node.usesPort(port)) ? inUse : undefined)
  },
}
