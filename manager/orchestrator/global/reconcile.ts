import { Availability, NodeState, type Node } from '../../../src/model/node.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import { matchesPlacement } from '../placement.js'
import type { Plan, ServiceView } from '../plan.js'
import { updatableTasks } from '../restart/policy.js'
import { groupBySlot } from '../slots.js'

/** Why a global service's task must not be on the node; undefined when it may. */
export function whyNot(view: Pick<ServiceView, 'service'>, node: Node | undefined): string | undefined {
  if (!node) return 'node removed'
  if (node.status.state === NodeState.down) return 'node down'
  if (node.spec.availability === Availability.drain) return 'node drained'
  if (!matchesPlacement(view.service.spec.task.placement, node)) return 'node does not meet the constraints'
  return undefined
}

/**
 * Compares a global service with its tasks: one task on each node that is up, not drained and meets
 * the constraints. A paused node keeps what it has and gets nothing new.
 */
export function reconcileGlobal(view: ServiceView): Plan {
  const plan: Plan = { steps: [], update: [] }
  const byNode = groupBySlot(view.service, view.tasks)
  for (const node of view.nodes) {
    const tasks = byNode.get(node.id) ?? []
    byNode.delete(node.id)
    const cause = whyNot(view, node)
    if (cause !== undefined) {
      shutDown(plan, tasks, cause)
      continue
    }
    if (node.spec.availability === Availability.pause || node.status.state === NodeState.unknown) continue
    const updatable = updatableTasks(tasks, view.service, view.restarts(node.id))
    if (updatable) plan.update.push({ key: node.id, tasks: updatable })
    else plan.steps.push({ kind: 'create', place: { nodeId: node.id }, cause: 'node has no task of the service' })
  }
  for (const tasks of byNode.values()) shutDown(plan, tasks, 'node removed')
  return plan
}

function shutDown(plan: Plan, tasks: Task[], cause: string): void {
  for (const task of tasks) {
    if (task.desiredState < TaskState.shutdown) plan.steps.push({ kind: 'shutdown', task, cause })
  }
}
