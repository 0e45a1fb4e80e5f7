import { TaskState } from '../../src/model/task-state.js'
import type { Task, TaskStatus } from '../../src/model/task.js'
import type { Volume } from '../../src/model/volume.js'
import type { ReadTx, WriteTx } from '../store/store.js'
import { nextTurn, StoreLoop, type LoopDeps, type LoopHandler, type StoreChange } from '../store/store-loop.js'
import type { Filter } from './filters/filter.js'
import { volumesFilter } from './filters/volumes.js'
import { NodeSet } from './node-set.js'
import { defaultFilters } from './pipeline.js'
import { confirm, place, type Decision } from './place.js'

/** Tasks decided and committed together: between two batches the event loop gets its turn. */
const batchMax = 200

/**
 * Gives tasks their nodes. It keeps its own account of what runs where from the store's changes and
 * its own decisions; every decision is checked against the newest state as it is committed.
 */
export class Scheduler implements LoopHandler {
  readonly name = 'scheduler'
  private nodes = new NodeSet()
  /** Tasks to place, and tasks whose node is given, to confirm. */
  private readonly queue = new Map<string, Task>()
  /** Tasks that fit nowhere, until something changes. */
  private readonly stuck = new Map<string, Task>()
  /** Tasks decided here whose assignment has not come back from the store yet. */
  private readonly decided = new Set<string>()
  private readonly filters: readonly Filter[]
  /** Counts what may make room for tasks that fit nowhere. */
  private changes = 0

  constructor(private readonly deps: LoopDeps) {
    const volumes = volumesFilter(
      (source) => this.volumesNamed(source),
      (id) => this.nodesUsing(id),
    )
    this.filters = [...defaultFilters, volumes]
  }

  reset(tx: ReadTx): void {
    this.nodes = new NodeSet()
    this.queue.clear()
    this.stuck.clear()
    this.decided.clear()
    for (const node of tx.list('node')) this.nodes.setNode(node)
    for (const task of tx.list('task')) this.noteTask(task)
  }

  observe(change: StoreChange): void {
    if (change.table === 'node') {
      if (change.action === 'remove') this.nodes.removeNode(change.object.id)
      else this.nodes.setNode(change.object)
      this.retry()
    } else if (change.table === 'task') {
      if (change.action === 'remove') this.dropTask(change.object)
      else {
        this.noteTask(change.object)
        if (change.action === 'update') this.noteFailure(change.old, change.object)
      }
    } else if (change.table === 'volume') {
      this.retry()
    }
  }

  async run(): Promise<void> {
    while (this.queue.size > 0) {
      const { preassigned, groups } = this.takeQueue()
      for (const batch of chunks(preassigned)) {
        const seen = this.changes
        await this.apply(batch.map((task) => confirm(task, this.nodes.get(task.nodeId), this.filters)), seen)
      }
      for (const group of groups) await this.placeGroup(group)
    }
  }

  private noteTask(task: Task): void {
    const waits = task.status.state === TaskState.pending && task.desiredState <= TaskState.complete
    // An older change that arrives after the decision must not undo it here.
    if (waits && this.decided.has(task.id)) return
    this.decided.delete(task.id)
    const freed = this.nodes.setTask(task)
    this.queue.delete(task.id)
    const known = this.stuck.get(task.id)
    if (waits && known) this.stuck.set(task.id, task)
    else if (waits) this.queue.set(task.id, task)
    else this.stuck.delete(task.id)
    if (freed) this.retry()
  }

  private dropTask(task: Task): void {
    this.decided.delete(task.id)
    this.queue.delete(task.id)
    this.stuck.delete(task.id)
    if (this.nodes.removeTask(task)) this.retry()
  }

  /** The scheduler answers only for places it chose itself. */
  private noteFailure(old: Task, task: Task): void {
    const { state } = task.status
    const failed = state !== old.status.state && (state === TaskState.failed || state === TaskState.rejected)
    if (failed && task.slot > 0) this.nodes.get(task.nodeId)?.noteFailure(task, this.deps.clock.nowMs())
  }

  private retry(): void {
    this.changes++
    for (const [id, task] of this.stuck) this.queue.set(id, task)
    this.stuck.clear()
  }

  private takeQueue(): { preassigned: Task[]; groups: Task[][] } {
    const preassigned: Task[] = []
    const groups = new Map<string, Task[]>()
    for (const task of this.queue.values()) {
      if (task.nodeId !== '') {
        preassigned.push(task)
        continue
      }
      const key = `${task.serviceId === '' ? task.id : task.serviceId}@${task.specVersion}`
      const group = groups.get(key)
      if (group) group.push(task)
      else groups.set(key, [task])
    }
    this.queue.clear()
    return { preassigned, groups: [...groups.values()] }
  }

  private async placeGroup(group: Task[]): Promise<void> {
    let why: string | undefined
    for (const batch of chunks(group)) {
      const current = batch.filter((task) => !this.isStale(task))
      // Alike tasks find no room either once one of them did not.
      const told = why
      const seen = this.changes
      const decisions: Decision[] =
        told === undefined
          ? place(current, this.nodes.all(), this.filters, this.deps.clock.nowMs(), this.deps.rng)
          : current.map((task) => ({ task, nodeId: undefined, why: told }))
      const last = decisions.at(-1)
      if (last?.nodeId === undefined) why = last?.why
      await this.apply(decisions, seen)
    }
  }

  /** It changed while it stood in the queue; `observe` has put the newer one in. */
  private isStale(task: Task): boolean {
    const current = this.deps.store.view().get('task', task.id)
    return current === undefined || current.status.state !== TaskState.pending || current.desiredState > TaskState.complete
  }

  /** `seen` is `changes` as the decisions were made. */
  private async apply(decisions: Decision[], seen: number): Promise<void> {
    for (const { task, nodeId } of decisions) if (nodeId !== undefined) this.decided.add(task.id)
    const refused = await this.deps.store.update((tx) => decisions.filter((decision) => !this.write(tx, decision)))
    for (const { task, nodeId } of refused) {
      if (nodeId !== undefined) this.nodes.get(nodeId)?.remove(task.id)
      this.decided.delete(task.id)
    }
    // What was refused has to wait too: the change that was in its way is yet to be heard of, and
    // trying again before that would go round in circles.
    const waiting = [...refused, ...decisions.filter(({ nodeId }) => nodeId === undefined)]
    for (const { task } of waiting) {
      const current = this.deps.store.view().get('task', task.id)
      const waits = current?.status.state === TaskState.pending && current.desiredState <= TaskState.complete
      if (!current || !waits || this.queue.has(task.id)) continue
      // Something became free while this was being committed: the decision may be out of date.
      if (this.changes === seen) this.stuck.set(task.id, current)
      else this.queue.set(task.id, current)
    }
    await nextTurn()
  }

  /** False when the decision no longer holds. */
  private write(tx: WriteTx, decision: Decision): boolean {
    const task = tx.get('task', decision.task.id)
    if (!task || task.status.state !== TaskState.pending || task.nodeId !== decision.task.nodeId) return false
    if (task.desiredState > TaskState.complete) return false
    const timestampMs = this.deps.clock.nowMs()
    if (decision.nodeId === undefined) {
      if (task.status.err === decision.why) return true
      tx.update('task', { ...task, status: { ...task.status, timestampMs, appliedAtMs: timestampMs, err: decision.why } })
      return true
    }
    const node = tx.get('node', decision.nodeId)
    const seen = this.nodes.get(decision.nodeId)?.node
    if (!node || !seen || node.meta.version !== seen.meta.version) return false
    const message =
      task.nodeId === '' ? 'scheduler assigned task to node' : 'scheduler confirmed task can run on preassigned node'
    const status: TaskStatus = { state: TaskState.assigned, timestampMs, appliedAtMs: timestampMs, message, err: '', ports: [], appliedBy: '' }
    tx.update('task', { ...task, nodeId: decision.nodeId, status, assignedGenericResources: decision.generic })
    return true
  }

  private volumesNamed(source: string): Volume[] {
    const view = this.deps.store.view()
    if (source.startsWith('group:')) return view.list('volume').filter(({ spec }) => spec.group === source.slice('group:'.length))
    const volume = view.get('volume', source) ?? view.byName('volume', source)
    return volume ? [volume] : []
  }

  private nodesUsing(volumeId: string): Set<string> {
    const users = new Set<string>()
    for (const { node, tasks } of this.nodes.all()) {
      for (const { spec } of tasks.values()) {
        const mounts = (spec.container?.mounts ?? []).filter((mount) => mount.type === 'cluster')
        if (mounts.some((mount) => this.volumesNamed(mount.source).some(({ id }) => id === volumeId))) users.add(node.id)
      }
    }
    return users
  }
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += batchMax) yield items.slice(at, at + batchMax)
}

/** The scheduling loop; `start` it while leading. */
export function schedulerLoop(deps: LoopDeps): StoreLoop {
  return new StoreLoop(deps, new Scheduler(deps))
}
