import { nodeName, NodeState, type Node } from '../../src/model/node.js'
import { parseCidr, type Cidr } from './address.js'

/** A subnet that a node's host is on by itself. */
export interface HostSubnet {
  block: Cidr
  /** The node's name. */
  node: string
  /** The node is down: it may come back, or be gone for good. */
  down: boolean
}

/** The subnets that the hosts of these nodes are on, each once; as one of a node that is up, where there is one. */
export function hostSubnetsOf(nodes: readonly Node[]): HostSubnet[] {
  const found = new Map<string, HostSubnet>()
  for (const node of nodes) {
    for (const text of node.description?.hostNetworks?.subnets ?? []) {
      const down = node.status.state === NodeState.down
      if (!found.has(text) || (found.get(text)?.down === true && !down)) found.set(text, { block: parseCidr(text), node: nodeName(node), down })
    }
  }
  return [...found.values()]
}
