import { shuffled, type Rng } from '../../src/base/rng.js'
import type { GenericResource } from '../../src/model/resources.js'
import type { NodeId } from '../../src/model/ids.js'
import type { Task } from '../../src/model/task.js'
import type { Filter } from './filters/filter.js'
import { failuresMax, type NodeInfo } from './node-info.js'
import { Pipeline } from './pipeline.js'
import { placeOnTree, spreadTree } from './spread.js'

/** A task's place, or why it has none. */
export type Decision =
  | { task: Task; nodeId: NodeId; generic: GenericResource[] }
  | { task: Task; nodeId: undefined; why: string }

/**
 * Places tasks of one service and one spec version, which are alike in all that matters here, one
 * after another on `nodes`, and counts each in as it goes. Preferences spread over branches first;
 * within a branch the node with the fewest tasks of the service wins, then the one with the fewest
 * tasks at all, then chance. A node on which the service keeps failing comes last.
 */
export function place(group: readonly Task[], nodes: readonly NodeInfo[], filters: readonly Filter[], nowMs: number, rng: Rng): Decision[] {
  const [like] = group
  if (!like) return []
  const pipeline = new Pipeline(like, filters)
  // Chance breaks ties, once for all of the group: the order of equals is drawn beforehand.
  const drawn = shuffled(rng, nodes)
  const preferences = (like.spec.placement?.preferences ?? []).map(({ spread }) => spread)
  const tree = spreadTree(drawn, preferences, like.serviceId, (node) => pipeline.accepts(node))
  const failures = new Map(drawn.map((node) => [node, node.recentFailures(like, nowMs)]))
  const troubled = (node: NodeInfo) => {
    const count = failures.get(node) ?? 0
    return count >= failuresMax ? count : 0
  }
  const better = (a: NodeInfo, b: NodeInfo): boolean => {
    const order =
      troubled(a) - troubled(b) || a.serviceCount(like.serviceId) - b.serviceCount(like.serviceId) || a.taskCount - b.taskCount
    return order < 0
  }
  const choose = (open: NodeInfo[]): NodeInfo | undefined => {
    for (;;) {
      let best: NodeInfo | undefined
      for (const node of open) if (!best || better(node, best)) best = node
      if (!best || pipeline.accepts(best)) return best
      // Filled up by the tasks just placed.
      open.splice(open.indexOf(best), 1)
    }
  }

  const decisions: Decision[] = []
  let why: string | undefined
  for (const task of group) {
    const node = why === undefined ? placeOnTree(tree, choose) : undefined
    if (!node) {
      why ??= pipeline.explain(nodes)
      decisions.push({ task, nodeId: undefined, why })
      continue
    }
    decisions.push(settle(task, node))
  }
  return decisions
}

/** Checks a task that is bound to its node: a global service's. */
export function confirm(task: Task, node: NodeInfo | undefined, filters: readonly Filter[]): Decision {
  if (!node) return { task, nodeId: undefined, why: 'no suitable node (its node was removed)' }
  const pipeline = new Pipeline(task, filters)
  return pipeline.accepts(node) ? settle(task, node) : { task, nodeId: undefined, why: pipeline.explain([node]) }
}

function settle(task: Task, node: NodeInfo): Decision {
  const reserved = task.spec.resources?.reservations?.generic ?? []
  const generic = reserved.length > 0 ? node.chooseGeneric(reserved) : []
  node.add({ ...task, assignedGenericResources: generic })
  return { task, nodeId: node.node.id, generic }
}
