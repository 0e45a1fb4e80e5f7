import type { Task } from '../../../src/model/task.js'
import type { NodeInfo } from '../node-info.js'

/**
 * Why a node is no place for a task, with the number of such nodes to be put in:
 * `(3) => 'insufficient memory on 3 nodes'`. Compared by identity to count alike ones.
 */
export type Refusal = (nodes: number) => string

/** One reason that may keep a task off nodes. */
export interface Filter {
  /** A check for tasks like this one, or undefined when the filter does not concern them. */
  prepare(task: Task): Check | undefined
}

/** Undefined when the node will do. */
export type Check = (node: NodeInfo) => Refusal | undefined

/** `1 node`, `2 nodes`. */
export function nodeCount(nodes: number): string {
  return nodes === 1 ? '1 node' : `${nodes} nodes`
}
