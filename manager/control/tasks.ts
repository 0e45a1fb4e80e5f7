import type { TaskSelection } from '../../src/model/control.js'
import type { Task } from '../../src/model/task.js'
import { resolve } from '../store/resolve.js'
import type { ControlDeps } from './deps.js'

/** The control API's methods for tasks. */
export class TaskControl {
  constructor(private readonly deps: ControlDeps) {}

  list({ serviceId, nodeId, networkId }: TaskSelection = {}): Task[] {
    const view = this.deps.store.view()
    if (networkId !== undefined) {
      const found = view.tasksUsing('network', networkId)
      return found.filter((task) => (serviceId === undefined || task.serviceId === serviceId) && (nodeId === undefined || task.nodeId === nodeId))
    }
    if (serviceId !== undefined) {
      return view.tasksByService(serviceId).filter((task) => nodeId === undefined || task.nodeId === nodeId)
    }
    return nodeId !== undefined ? view.tasksByNode(nodeId) : view.list('task')
  }

  get(ref: string): Task {
    return resolve(this.deps.store.view(), 'task', ref)
  }

  async remove(ref: string): Promise<void> {
    await this.deps.store.update((tx) => tx.remove('task', resolve(tx, 'task', ref).id))
  }
}
