import { nodeName, type Node } from '../../src/model/node.js'
import { parseCidr, type Cidr } from './address.js'

/** A subnet that a node's host is on by itself. */
export interface HostSubnet {
  block: Cidr
  /** The node's name. */
  node: string
}

/** The subnets that the hosts of these nodes are on, each once, whatever state the nodes are in: they may come back. */
export function hostSubnetsOf(nodes: readonly Node[]): HostSubnet[] {
  const found = new Map<string, HostSubnet>()
  for (const node of nodes) {
    for (const text of node.description?.hostNetworks?.subnets ?? []) {
      if (!found.has(text)) found.set(text, { block: parseCidr(text), node: nodeName(node) })
    }
  }
  return [...found.values()]
}
