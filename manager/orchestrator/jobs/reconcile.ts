import { assert } from '../../../src/base/assert.js'
import { Availability, NodeState } from '../../../src/model/node.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import { whyNot } from '../global/reconcile.js'
import type { Plan, ServiceView } from '../plan.js'
import { isWanted } from '../slots.js'

/** A job's tasks of this run; those of earlier runs are to go. */
function splitByIteration(view: ServiceView, plan: Plan): Task[] {
  const iteration = view.service.jobStatus?.jobIteration ?? 0
  const current: Task[] = []
  for (const task of view.tasks) {
    if (task.jobIteration === iteration) current.push(task)
    else if (task.desiredState < TaskState.remove) plan.steps.push({ kind: 'remove', task, cause: 'belongs to an earlier run of the job' })
  }
  return current
}

function hasFailed(task: Task): boolean {
  const { state } = task.status
  return (state === TaskState.failed || state === TaskState.rejected) && task.desiredState < TaskState.remove
}

/**
 * Compares a replicated job with its tasks: as many tasks at once as it allows, until as many have
 * completed as it asks for, each in a slot of its own (from 1). Failed tasks are restarted in theirs.
 * Applied to its own result it finds nothing more to do.
 */
export function reconcileReplicatedJob(view: ServiceView): Plan {
  const plan: Plan = { steps: [], update: [] }
  const { mode } = view.service.spec
  assert(mode.kind === 'replicatedJob', 'not a replicated job')
  const slots = new Set<number>()
  let completed = 0
  let busy = 0
  for (const task of splitByIteration(view, plan)) {
    if (task.status.state === TaskState.complete) {
      completed++
      slots.add(task.slot)
    } else if (isWanted(task)) {
      busy++
      slots.add(task.slot)
    } else if (hasFailed(task)) {
      // Its policy gave it up: the slot is spent, or it would be run again and again.
      slots.add(task.slot)
    }
  }
  const concurrentMax = mode.maxConcurrent > 0 ? mode.maxConcurrent : mode.totalCompletions
  const missing = Math.min(concurrentMax - busy, mode.totalCompletions - slots.size)
  for (let slot = 1, made = 0; made < missing && slot <= mode.totalCompletions; slot++) {
    if (slots.has(slot)) continue
    made++
    plan.steps.push({ kind: 'create', place: { slot }, cause: `${completed} of ${mode.totalCompletions} completed, ${busy} under way` })
  }
  return plan
}

/**
 * Compares a global job with its tasks: one task on each node that is ready, active and meets the
 * constraints, run once to its end.
 */
export function reconcileGlobalJob(view: ServiceView): Plan {
  const plan: Plan = { steps: [], update: [] }
  const held = new Set<string>()
  for (const task of splitByIteration(view, plan)) {
    const cause = whyNot(view, view.node(task.nodeId))
    if (isWanted(task) && task.status.state <= TaskState.running && cause !== undefined) plan.steps.push({ kind: 'shutdown', task, cause })
    // What completed holds its node; so does what failed for good, or it would be run again and again.
    else if (isWanted(task) || task.status.state === TaskState.complete || hasFailed(task)) held.add(task.nodeId)
  }
  for (const node of view.nodes) {
    const fits = whyNot(view, node) === undefined && node.status.state === NodeState.ready && node.spec.availability === Availability.active
    if (fits && !held.has(node.id)) plan.steps.push({ kind: 'create', place: { nodeId: node.id }, cause: 'the job has not run on the node' })
  }
  return plan
}
