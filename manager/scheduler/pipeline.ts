import type { Task } from '../../src/model/task.js'
import { constraintFilter } from './filters/constraint.js'
import { encryptionFilter } from './filters/encryption.js'
import type { Filter, Refusal } from './filters/filter.js'
import { hostPortFilter } from './filters/host-port.js'
import { maxReplicasFilter } from './filters/max-replicas.js'
import { platformFilter } from './filters/platform.js'
import { pluginFilter } from './filters/plugin.js'
import { readyFilter } from './filters/ready.js'
import { resourcesFilter } from './filters/resources.js'
import type { NodeInfo } from './node-info.js'

/** In the order they are asked; the first refusal is the one that is told. */
export const defaultFilters: readonly Filter[] = [
  readyFilter,
  resourcesFilter,
  pluginFilter,
  encryptionFilter,
  constraintFilter,
  platformFilter,
  hostPortFilter,
  maxReplicasFilter,
]

/** The filters that concern one kind of task. */
export class Pipeline {
  private readonly checks

  constructor(task: Task, filters: readonly Filter[] = defaultFilters) {
    this.checks = filters.flatMap((filter) => filter.prepare(task) ?? [])
  }

  /** The first reason against the node, or undefined when the task can run there. */
  refusal(node: NodeInfo): Refusal | undefined {
    for (const check of this.checks) {
      const refusal = check(node)
      if (refusal) return refusal
    }
    return undefined
  }

  accepts(node: NodeInfo): boolean {
    return this.refusal(node) === undefined
  }

  /** `no suitable node (insufficient memory on 3 nodes; 2 nodes drained)`, the most frequent reason first. */
  explain(nodes: readonly NodeInfo[]): string {
    const counts = new Map<Refusal, number>()
    for (const node of nodes) {
      const refusal = this.refusal(node)
      if (refusal) counts.set(refusal, (counts.get(refusal) ?? 0) + 1)
    }
    const reasons = [...counts].sort((a, b) => b[1] - a[1]).map(([refusal, count]) => refusal(count))
    return reasons.length > 0 ? `no suitable node (${reasons.join('; ')})` : 'no suitable node'
  }
}
