import { Availability, type Node } from '../../src/model/node.js'
import type { Resources } from '../../src/model/resources.js'
import type { Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { batch } from '../store/batch.js'
import type { ReadTx } from '../store/store.js'
import { StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import { deepEqual } from '../../src/model/equality.js'
import { matchesPlacement } from './placement.js'
import { byCreation } from './slots.js'

/**
 * The tasks that their node may no longer run: its labels, role or platform break a constraint, or
 * its resources cannot hold what is reserved on it. The newest tasks give way. A drained node is the
 * orchestrators' business and a paused one keeps what it has.
 */
function misfits(node: Node, tasks: readonly Task[], serviceOf: (id: string) => Service | undefined): Task[] {
  if (node.spec.availability !== Availability.active) return []
  const free = freeResources(node.description?.resources)
  return [...tasks].sort(byCreation).filter((task) => {
    if (task.desiredState < TaskState.assigned || task.desiredState > TaskState.complete) return false
    if (task.status.state < TaskState.assigned || task.status.state >= TaskState.complete) return false
    // The service's constraints are newer than the task's when only they were changed.
    const placement = (serviceOf(task.serviceId)?.spec.task ?? task.spec).placement
    return !matchesPlacement(placement, node) || !free.take(task)
  })
}

function freeResources(total: Resources | undefined): { take(task: Task): boolean } {
  let nanoCpus = total?.nanoCpus ?? 0
  let memoryBytes = total?.memoryBytes ?? 0
  const counts = new Map<string, number>()
  const pieces = new Set<string>()
  for (const { kind, value, count } of total?.generic ?? []) {
    if (value === undefined) counts.set(kind, (counts.get(kind) ?? 0) + (count ?? 0))
    else pieces.add(`${kind}=${value}`)
  }
  return {
    take({ spec, assignedGenericResources }) {
      const wanted = spec.resources?.reservations
      if (wanted && (wanted.nanoCpus > nanoCpus || wanted.memoryBytes > memoryBytes)) return false
      for (const { kind, value, count } of assignedGenericResources) {
        const held = value === undefined ? (counts.get(kind) ?? 0) >= (count ?? 0) : pieces.has(`${kind}=${value}`)
        if (!held) return false
      }
      nanoCpus -= wanted?.nanoCpus ?? 0
      memoryBytes -= wanted?.memoryBytes ?? 0
      for (const { kind, value, count } of assignedGenericResources) {
        if (value === undefined) counts.set(kind, (counts.get(kind) ?? 0) - (count ?? 0))
        else pieces.delete(`${kind}=${value}`)
      }
      return true
    },
  }
}

/** Rejects tasks that no longer fit their node when the node changes; orchestrators replace them. */
class ConstraintEnforcer implements LoopHandler {
  readonly name = 'constraint enforcer'
  private readonly nodes = new Set<string>()

  constructor(private readonly deps: LoopDeps) {}

  reset(tx: ReadTx): void {
    for (const node of tx.list('node')) this.nodes.add(node.id)
  }

  observe(change: StoreChange): void {
    if (change.table !== 'node') return
    if (change.action === 'remove') {
      this.nodes.delete(change.object.id)
      return
    }
    const { object: node, old } = change
    const same = old && deepEqual([old.spec, old.description, old.observedRole, old.status.address], [node.spec, node.description, node.observedRole, node.status.address])
    if (!same) this.nodes.add(node.id)
  }

  async run(): Promise<void> {
    const view = this.deps.store.view()
    const rejected: Task[] = []
    for (const id of this.nodes) {
      this.nodes.delete(id)
      const node = view.get('node', id)
      // Before a node has described itself nothing can be said of its resources.
      if (node?.description) rejected.push(...misfits(node, view.tasksByNode(id), (serviceId) => view.get('service', serviceId)))
    }
    const timestampMs = this.deps.clock.nowMs()
    await batch(this.deps.store, rejected, (tx, { id }) => {
      const task = tx.get('task', id)
      if (!task || task.desiredState > TaskState.complete || task.status.state >= TaskState.complete) return
      // The observed state: the desired one belongs to the orchestrator, which then restarts the task.
      const status = {
        ...task.status,
        state: TaskState.rejected,
        timestampMs,
        appliedAtMs: timestampMs,
        message: 'task rejected by constraint enforcer',
        err: 'assigned node no longer meets constraints',
      }
      tx.update('task', { ...task, status })
    })
  }
}

/** The loop that enforces constraints; `start` it while leading. */
export function constraintEnforcerLoop(deps: LoopDeps): StoreLoop {
  return new StoreLoop(deps, new ConstraintEnforcer(deps))
}
