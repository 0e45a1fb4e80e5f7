import type { Node } from '../../src/model/node.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { NodeInfo } from './node-info.js'

/** The nodes and which task is where, kept from the store's changes and the scheduler's own decisions. */
export class NodeSet {
  private readonly nodes = new Map<string, NodeInfo>()
  /** Where each placed task is counted. */
  private readonly places = new Map<string, string>()
  /** Tasks seen before their node. */
  private readonly homeless = new Map<string, Map<string, Task>>()

  get(nodeId: string): NodeInfo | undefined {
    return this.nodes.get(nodeId)
  }

  all(): NodeInfo[] {
    return [...this.nodes.values()]
  }

  setNode(node: Node): void {
    const known = this.nodes.get(node.id)
    if (known) return known.refresh(node)
    this.nodes.set(node.id, new NodeInfo(node))
    const waiting = this.homeless.get(node.id)
    this.homeless.delete(node.id)
    for (const task of waiting?.values() ?? []) this.setTask(task)
  }

  removeNode(nodeId: string): void {
    for (const taskId of this.nodes.get(nodeId)?.tasks.keys() ?? []) this.places.delete(taskId)
    this.nodes.delete(nodeId)
  }

  /** Counts a task where it is, or no longer when it holds nothing. True when something became free. */
  setTask(task: Task): boolean {
    const holds = task.nodeId !== '' && task.status.state >= TaskState.assigned && task.status.state <= TaskState.running
    if (!holds) return this.removeTask(task)
    const info = this.nodes.get(task.nodeId)
    if (!info) {
      const waiting = this.homeless.get(task.nodeId) ?? new Map<string, Task>()
      this.homeless.set(task.nodeId, waiting.set(task.id, task))
      return false
    }
    info.add(task)
    this.places.set(task.id, task.nodeId)
    return false
  }

  removeTask(task: Pick<Task, 'id' | 'nodeId'>): boolean {
    const waiting = this.homeless.get(task.nodeId)
    if (waiting?.delete(task.id) && waiting.size === 0) this.homeless.delete(task.nodeId)
    const place = this.places.get(task.id)
    if (place === undefined) return false
    this.places.delete(task.id)
    return this.nodes.get(place)?.remove(task.id) ?? false
  }
}
