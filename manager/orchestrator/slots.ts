import { Availability, NodeState, type Node } from '../../src/model/node.js'
import type { Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'

/** The tasks of one place of a service: a slot number, or a node for global services. */
export type Slot = Task[]

/** Names a slot within its service. */
export type SlotKey = string

export function isGlobal(service: Pick<Service, 'spec'>): boolean {
  return service.spec.mode.kind === 'global' || service.spec.mode.kind === 'globalJob'
}

export function isJob(service: Pick<Service, 'spec'>): boolean {
  return service.spec.mode.kind === 'replicatedJob' || service.spec.mode.kind === 'globalJob'
}

/** A global service's slots go by node, every other's by number. */
export function slotKey(service: Pick<Service, 'spec'>, task: Pick<Task, 'slot' | 'nodeId'>): SlotKey {
  return isGlobal(service) ? task.nodeId : String(task.slot)
}

export function groupBySlot(service: Pick<Service, 'spec'>, tasks: readonly Task[]): Map<SlotKey, Slot> {
  const slots = new Map<SlotKey, Slot>()
  for (const task of tasks) {
    const key = slotKey(service, task)
    const slot = slots.get(key)
    if (slot) slot.push(task)
    else slots.set(key, [task])
  }
  return slots
}

/** The state that the manager wants of a task of this service once it may start. */
export function runState(service: Pick<Service, 'spec'>): TaskState {
  return isJob(service) ? TaskState.complete : TaskState.running
}

/** The manager still wants the task to run (a job's task: to complete). */
export function isWanted(task: Pick<Task, 'desiredState' | 'jobIteration'>): boolean {
  return task.desiredState <= (task.jobIteration === undefined ? TaskState.running : TaskState.complete)
}

/** The task has ended, or never started and never will. */
export function isOver(task: Pick<Task, 'status' | 'desiredState'>): boolean {
  return task.status.state > TaskState.running || (task.status.state < TaskState.assigned && task.desiredState > TaskState.complete)
}

/** Tasks must leave this node: it is gone, down or drained. */
export function isInvalidNode(node: Node | undefined): boolean {
  return node === undefined || node.status.state === NodeState.down || node.spec.availability === Availability.drain
}

/** Drained by its user, but working: its tasks can go in an orderly way. */
export function isDraining(node: Node | undefined): boolean {
  return node !== undefined && node.status.state !== NodeState.down && node.spec.availability === Availability.drain
}

/** When the status last changed, by the manager's clock where known. */
export function statusTimeMs(task: Pick<Task, 'status'>): number {
  return task.status.appliedAtMs ?? task.status.timestampMs
}

/** Oldest first; ties go by id so that every manager sorts alike. */
export function byStatusTime(a: Task, b: Task): number {
  return statusTimeMs(a) - statusTimeMs(b) || compareIds(a, b)
}

/** In the order they were made. */
export function byCreation(a: Task, b: Task): number {
  return a.meta.createdAtMs - b.meta.createdAtMs || a.meta.version - b.meta.version || compareIds(a, b)
}

function compareIds(a: Task, b: Task): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
