import type { Node } from '../../src/model/node.js'
import { PublishMode } from '../../src/model/service.js'
import type { GenericResource } from '../../src/model/resources.js'
import { TaskState } from '../../src/model/task-state.js'
import type { Task } from '../../src/model/task.js'
import { GenericPool } from './generic.js'

/** So many failures of a service on a node within `failureWindowMs` make the node a last resort for it. */
export const failuresMax = 5
const failureWindowMs = 5 * 60_000

/** What a task takes of a node, as far as placement is concerned. */
type PlacedTask = Pick<Task, 'id' | 'serviceId' | 'spec' | 'specVersion' | 'endpoint' | 'desiredState' | 'assignedGenericResources'>

/** The ports a task binds on its node, as `80/tcp`. */
export function hostPorts(task: Pick<Task, 'endpoint'>): string[] {
  const ports = task.endpoint?.ports ?? []
  return ports.filter((port) => port.publishMode === PublishMode.host && port.publishedPort !== 0).map((port) => `${port.publishedPort}/${port.protocol}`)
}

/** A node as the scheduler sees it: what runs there and what is free. */
export class NodeInfo {
  readonly tasks = new Map<string, PlacedTask>()
  private readonly byService = new Map<string, number>()
  private readonly ports = new Map<string, number>()
  private readonly failures = new Map<string, number[]>()
  private activeCount = 0
  nanoCpusFree = 0
  memoryBytesFree = 0
  genericFree = new GenericPool([])

  constructor(public node: Node) {
    this.refresh(node)
  }

  /** The node changed: what is free is counted again. */
  refresh(node: Node): void {
    this.node = node
    const total = node.description?.resources
    this.nanoCpusFree = total?.nanoCpus ?? 0
    this.memoryBytesFree = total?.memoryBytes ?? 0
    this.genericFree = new GenericPool(total?.generic ?? [])
    for (const task of this.tasks.values()) {
      this.reserve(task, -1)
      this.genericFree.take(task.assignedGenericResources)
    }
  }

  get taskCount(): number {
    return this.activeCount
  }

  serviceCount(serviceId: string): number {
    return this.byService.get(serviceId) ?? 0
  }

  usesPort(port: string): boolean {
    return this.ports.has(port)
  }

  /** Adds a task or takes note of its change. */
  add(task: PlacedTask): void {
    const known = this.tasks.get(task.id)
    if (known) this.remove(known.id)
    this.tasks.set(task.id, task)
    this.reserve(task, -1)
    this.genericFree.take(task.assignedGenericResources)
    for (const port of hostPorts(task)) this.ports.set(port, (this.ports.get(port) ?? 0) + 1)
    if (isActive(task)) this.count(task.serviceId, 1)
  }

  /** The task ended or went elsewhere: what it held is free. False when it was not here. */
  remove(taskId: string): boolean {
    const task = this.tasks.get(taskId)
    if (!task) return false
    this.tasks.delete(taskId)
    if (isActive(task)) this.count(task.serviceId, -1)
    for (const port of hostPorts(task)) {
      const left = (this.ports.get(port) ?? 1) - 1
      if (left > 0) this.ports.set(port, left)
      else this.ports.delete(port)
    }
    this.reserve(task, 1)
    if (task.assignedGenericResources.length > 0) this.refresh(this.node)
    return true
  }

  /** What a new task of this spec gets of the named resources. Only call it when there is enough. */
  chooseGeneric(reserved: readonly GenericResource[]): GenericResource[] {
    const pool = new GenericPool(this.node.description?.resources.generic ?? [])
    for (const task of this.tasks.values()) pool.take(task.assignedGenericResources)
    return pool.claim(reserved)
  }

  noteFailure(task: Pick<Task, 'serviceId' | 'specVersion'>, nowMs: number): void {
    const key = failureKey(task)
    const recent = (this.failures.get(key) ?? []).filter((atMs) => nowMs - atMs < failureWindowMs)
    recent.push(nowMs)
    // Beyond the limit only the newest matter.
    this.failures.set(key, recent.slice(-failuresMax * 2))
    for (const [other, times] of this.failures) if (nowMs - (times.at(-1) ?? 0) >= failureWindowMs) this.failures.delete(other)
  }

  /** Failures of this version of the service on this node within the window. */
  recentFailures(task: Pick<Task, 'serviceId' | 'specVersion'>, nowMs: number): number {
    return this.failures.get(failureKey(task))?.filter((atMs) => nowMs - atMs < failureWindowMs).length ?? 0
  }

  private reserve(task: PlacedTask, sign: 1 | -1): void {
    const reserved = task.spec.resources?.reservations
    if (!reserved) return
    this.nanoCpusFree += sign * reserved.nanoCpus
    this.memoryBytesFree += sign * reserved.memoryBytes
  }

  private count(serviceId: string, by: number): void {
    this.activeCount += by
    const count = this.serviceCount(serviceId) + by
    if (count > 0) this.byService.set(serviceId, count)
    else this.byService.delete(serviceId)
  }
}

/** A task that is to stop still holds resources but no longer counts as a copy of its service. */
function isActive(task: PlacedTask): boolean {
  return task.desiredState <= TaskState.complete
}

function failureKey(task: Pick<Task, 'serviceId' | 'specVersion'>): string {
  return `${task.serviceId}@${task.specVersion}`
}
