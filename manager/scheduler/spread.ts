import { labelOf } from './preference.js'
import type { NodeInfo } from './node-info.js'

/** Nodes in branches by the values of the first preference, within them by the second, and so on. */
export interface SpreadTree {
  /** Tasks of the service on all nodes below, also on those that take no more. */
  tasks: number
  /** The nodes of a leaf that may take tasks. */
  nodes: NodeInfo[]
  branches: SpreadTree[]
}

/** `preferences` are node attributes, `node.labels.zone`; nodes without it make a branch of their own. */
export function spreadTree(
  all: readonly NodeInfo[],
  preferences: readonly string[],
  serviceId: string,
  accepts: (node: NodeInfo) => boolean,
): SpreadTree {
  const [preference, ...rest] = preferences
  const tasks = all.reduce((sum, node) => sum + node.serviceCount(serviceId), 0)
  if (preference === undefined) return { tasks, nodes: all.filter(accepts), branches: [] }
  const groups = new Map<string, NodeInfo[]>()
  for (const node of all) {
    const value = labelOf(node.node, preference)
    const group = groups.get(value)
    if (group) group.push(node)
    else groups.set(value, [node])
  }
  const branches = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, nodes]) => spreadTree(nodes, rest, serviceId, accepts))
  return { tasks, nodes: [], branches }
}

/**
 * Puts one task on the tree: down the branch with the fewest tasks that still has room, to the node
 * `choose` picks. Every call either places the task or takes a full branch out, so it ends.
 */
export function placeOnTree(tree: SpreadTree, choose: (nodes: NodeInfo[]) => NodeInfo | undefined): NodeInfo | undefined {
  if (tree.branches.length === 0) {
    const chosen = choose(tree.nodes)
    if (chosen) tree.tasks++
    return chosen
  }
  while (tree.branches.length > 0) {
    const least = tree.branches.reduce((best, branch) => (branch.tasks < best.tasks ? branch : best))
    const chosen = placeOnTree(least, choose)
    if (chosen) {
      tree.tasks++
      return chosen
    }
    tree.branches.splice(tree.branches.indexOf(least), 1)
  }
  return undefined
}
