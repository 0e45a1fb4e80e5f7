import { unreachable } from '../../src/base/assert.js'
import type { Cluster } from '../../src/model/cluster.js'
import type { Node } from '../../src/model/node.js'
import type { Service } from '../../src/model/service.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import type { WriteTx } from '../store/store.js'
import type { RestartRecord } from './restart/history.js'
import type { RestartSupervisor } from './restart/supervisor.js'
import type { Slot, SlotKey } from './slots.js'
import { newTask, type Place, type TaskFactory } from './task-factory.js'

/** One change to a service's tasks, with the reason for it. */
export type Step =
  | { kind: 'create'; place: Place; cause: string }
  | { kind: 'restart'; task: Task; cause: string }
  | { kind: 'shutdown'; task: Task; cause: string }
  /** The task's slot is gone: the reaper removes it once it has stopped. */
  | { kind: 'remove'; task: Task; cause: string }

/** What reconciling decided. `update` are the slots that an update of the service may have to replace. */
export interface Plan {
  steps: Step[]
  update: { key: SlotKey; tasks: Slot }[]
}

/** What reconciling looks at. */
export interface ServiceView {
  service: Service
  /** All tasks of the service. */
  tasks: Task[]
  /** All nodes, for services that follow them. */
  nodes: Node[]
  node(id: string): Node | undefined
  restarts(slot: SlotKey): RestartRecord | undefined
}

export interface ActContext {
  cluster: Cluster | undefined
  service: Service
  factory: TaskFactory
  restarts: RestartSupervisor
}

/** Carries one step out. A step whose task changed meanwhile is made against the newest state. */
export function act(tx: WriteTx, step: Step, { cluster, service, factory, restarts }: ActContext): void {
  switch (step.kind) {
    case 'create':
      return tx.create('task', newTask(factory, cluster, service, step.place))
    case 'restart': {
      const task = tx.get('task', step.task.id)
      return task && restarts.restart(tx, cluster, service, task)
    }
    case 'shutdown':
      return raiseDesired(tx, step.task.id, TaskState.shutdown)
    case 'remove':
      return raiseDesired(tx, step.task.id, TaskState.remove)
    default:
      return unreachable(step)
  }
}

/** Raises the desired state of a task; it never goes back. */
export function raiseDesired(tx: WriteTx, taskId: string, state: TaskState): void {
  const task = tx.get('task', taskId)
  if (task && task.desiredState < state) tx.update('task', { ...task, desiredState: state })
}

/** One line a step, for logs and tests. */
export function describeStep(step: Step): string {
  if (step.kind !== 'create') return `${step.kind} ${step.task.id}: ${step.cause}`
  const place = 'slot' in step.place ? `slot ${step.place.slot}` : `node ${step.place.nodeId}`
  return `create on ${place}: ${step.cause}`
}
