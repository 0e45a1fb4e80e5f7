import { assert } from '../../../src/base/assert.js'
import { UpdateOrder, type Service } from '../../../src/model/service.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Plan, ServiceView, Step } from '../plan.js'
import { updatableTasks } from '../restart/policy.js'
import { groupBySlot, isDraining, isOver, type Slot } from '../slots.js'

/** A slot that is held: by wanted tasks, or by one that ended for good. `all` has its history too. */
interface LiveSlot {
  slot: number
  tasks: Slot
  all: Slot
}

/** The service starts a task's replacement before it stops the task. */
export function startsFirst(service: Pick<Service, 'spec'>): boolean {
  return service.spec.update?.order === UpdateOrder.startFirst
}

/**
 * Compares a replicated service with its tasks: fills missing slots, takes surplus ones away, and
 * hands over tasks of drained nodes for services that start first. Applied to its own result it
 * finds nothing more to do.
 */
export function reconcileReplicated(view: ServiceView): Plan {
  const { service } = view
  assert(service.spec.mode.kind === 'replicated', 'not a replicated service')
  const replicas = service.spec.mode.replicas
  const live: LiveSlot[] = []
  const dead: { slot: number; all: Slot }[] = []
  for (const [key, all] of groupBySlot(service, view.tasks)) {
    const tasks = updatableTasks(all, service, view.restarts(key))
    if (tasks) live.push({ slot: Number(key), tasks, all })
    else dead.push({ slot: Number(key), all })
  }
  live.sort((a, b) => a.slot - b.slot)

  const steps: Step[] = []
  const kept = live.length > replicas ? keepFirst(live) : live
  for (const { all } of kept.slice(replicas)) remove(all, `scaled down to ${replicas}`, steps)
  const filled = new Set<number>()
  if (live.length < replicas) {
    const taken = new Set(live.map(({ slot }) => slot))
    for (let slot = 1; filled.size < replicas - live.length; slot++) {
      if (taken.has(slot)) continue
      filled.add(slot)
      steps.push({ kind: 'create', place: { slot }, cause: `slot ${slot} of ${replicas} is empty` })
    }
  }
  // The history of slots that are filled again stays; what is left of others goes.
  for (const { slot, all } of dead) {
    if (!filled.has(slot)) remove(all, `slot ${slot} is not wanted any more`, steps)
  }

  const update: Plan['update'] = []
  for (const { slot, tasks } of kept.slice(0, replicas)) {
    const rest = startsFirst(service) ? handOver(view, slot, tasks, steps) : tasks
    if (rest.length > 0) update.push({ key: String(slot), tasks: rest })
  }
  return { steps, update }
}

/** The slot goes with all of its history. */
function remove(tasks: Slot, cause: string, steps: Step[]): void {
  for (const task of tasks) if (task.desiredState < TaskState.remove) steps.push({ kind: 'remove', task, cause })
}

/** For a task on a drained node: first a second task in its slot, and when that runs, its end. */
function handOver(view: ServiceView, slot: number, tasks: Slot, steps: Step[]): Slot {
  const leaving = tasks.filter((task) => task.status.state === TaskState.running && isDraining(view.node(task.nodeId)))
  if (leaving.length === 0) return tasks
  const others = tasks.filter((task) => !leaving.includes(task))
  if (others.length === 0) {
    steps.push({ kind: 'create', place: { slot }, cause: 'node drained: the replacement starts first' })
    return []
  }
  if (others.some((task) => task.status.state === TaskState.running)) {
    for (const task of leaving) steps.push({ kind: 'shutdown', task, cause: 'node drained: the replacement runs' })
  }
  return others
}

/**
 * The slots with those to keep first: nodes that run most of the service lose tasks first, among
 * those the ones that do not run, among those the highest slots.
 */
function keepFirst(slots: LiveSlot[]): LiveSlot[] {
  const runs = (tasks: Slot) => tasks.some((task) => task.status.state === TaskState.running)
  const ordered = [...slots].sort((a, b) => Number(runs(b.tasks)) - Number(runs(a.tasks)) || a.slot - b.slot)
  const perNode = new Map<string, number>()
  const ranked = ordered.map((entry) => {
    const [task, second] = entry.tasks
    // A slot in the middle of a change, or not placed yet, is the first to go.
    if (!task || second || task.nodeId === '' || isOver(task)) return { entry, rank: Infinity }
    const rank = (perNode.get(task.nodeId) ?? 0) + 1
    perNode.set(task.nodeId, rank)
    return { entry, rank }
  })
  // `Infinity - Infinity` is not a number: compare before subtracting.
  return ranked.sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank)).map(({ entry }) => entry)
}
