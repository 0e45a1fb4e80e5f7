import { defaults, defaultUpdateConfig } from '../../../src/model/defaults.js'
import type { TaskId } from '../../../src/model/ids.js'
import { FailureAction, UpdateOrder, UpdateState, type Service, type UpdateConfig } from '../../../src/model/service.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import { isWanted, type Slot, type SlotKey } from '../slots.js'
import type { NewTask } from '../task-factory.js'

/** What a rollout sees: the newest state of its service's tasks. */
export interface RolloutView {
  /** All tasks of a slot. */
  slot(key: SlotKey): Slot
  task(id: TaskId): Task | undefined
  isDirty(task: Task): boolean
  /** A task of the new spec for the slot, desired state `ready`. */
  make(key: SlotKey, like: Task): NewTask
}

/** What a rollout wants done, in order. */
export type RolloutAction =
  | { kind: 'create'; task: NewTask; cause: string }
  | { kind: 'shutdown'; task: Task; cause: string }
  /** Let a `ready` task run, after `old` has stopped when there is one. */
  | { kind: 'start'; taskId: TaskId; old?: Task; cause: string }
  | { kind: 'begin'; message: string }
  | { kind: 'complete' }
  | { kind: 'pause'; message: string }
  | { kind: 'rollback'; message: string }

/** Where the work on one slot stands. */
type SlotWork =
  | { phase: 'starting'; taskId: TaskId; stopOthers: boolean }
  | { phase: 'resting'; untilMs: number }

/**
 * One rolling update, or rollback, of one service as a state machine without clock or store: `step`
 * looks at the tasks and says what to do next. The semantics are SwarmKit's: `parallelism` slots at
 * once, `delay` after each, every new task watched for `monitor` after it started, and the failure
 * action taken as soon as the part of failed tasks exceeds the ratio.
 */
export class Rollout {
  private readonly config: UpdateConfig
  private readonly rollingBack: boolean
  private readonly all: Set<SlotKey>
  private readonly waiting: SlotKey[]
  private readonly active = new Map<SlotKey, SlotWork>()
  /** Tasks made here, with when each was first seen running. */
  private readonly made = new Map<TaskId, { startedAtMs?: number }>()
  private readonly failed = new Set<TaskId>()
  private monitorUntilMs: number | undefined
  private begun = false
  private ended = false

  /** `slots` are those with tasks to replace, in the order to replace them. */
  constructor(
    readonly service: Service,
    slots: SlotKey[],
  ) {
    this.rollingBack = service.updateStatus?.state === UpdateState.rollbackStarted
    this.config = (this.rollingBack ? service.spec.rollback : service.spec.update) ?? defaultUpdateConfig
    this.waiting = [...slots]
    this.all = new Set(slots)
  }

  /** Nothing more will come of it. */
  get done(): boolean {
    return this.ended
  }

  /** When `step` should be called although nothing changed. */
  get wakeAtMs(): number | undefined {
    if (this.ended) return undefined
    const times = [...this.active.values()].flatMap((work) => (work.phase === 'resting' ? [work.untilMs] : []))
    if (this.monitorUntilMs !== undefined) times.push(this.monitorUntilMs)
    return times.length > 0 ? Math.min(...times) : undefined
  }

  /** Slots that turned up on the way: a paused node became active, a task was placed late. */
  include(slots: SlotKey[]): void {
    for (const key of slots) {
      if (this.active.has(key) || this.waiting.includes(key)) continue
      this.all.add(key)
      this.waiting.push(key)
      this.monitorUntilMs = undefined
    }
  }

  step(view: RolloutView, nowMs: number): RolloutAction[] {
    if (this.ended) return []
    const actions: RolloutAction[] = []
    if (!this.begun) {
      this.begun = true
      if (this.all.size === 0) return this.end(this.inProgress() ? [{ kind: 'complete' }] : [])
      if (this.service.updateStatus === undefined) actions.push({ kind: 'begin', message: 'update in progress' })
    }
    const verdict = this.watchFailures(view, nowMs)
    if (verdict) return this.end([...actions, verdict])

    this.advance(view, nowMs, actions)
    const parallelism = this.config.parallelism > 0 ? this.config.parallelism : this.all.size
    while (this.active.size < parallelism) {
      const key = this.waiting.shift()
      if (key === undefined) break
      this.enter(key, view, actions)
    }
    if (this.active.size === 0) {
      this.monitorUntilMs ??= nowMs + this.monitorMs
      if (nowMs >= this.monitorUntilMs) return this.end([...actions, { kind: 'complete' }])
    }
    return actions
  }

  private get monitorMs(): number {
    return (this.config.monitorNs ?? defaults.monitorNs) / 1e6
  }

  private inProgress(): boolean {
    const state = this.service.updateStatus?.state
    return state === UpdateState.updating || state === UpdateState.rollbackStarted
  }

  private end(actions: RolloutAction[]): RolloutAction[] {
    this.ended = true
    return actions
  }

  /** Counts new tasks that ended while they were watched; says what to do once there are too many. */
  private watchFailures(view: RolloutView, nowMs: number): RolloutAction | undefined {
    for (const [taskId, made] of this.made) {
      if (this.failed.has(taskId)) continue
      const task = view.task(taskId)
      if (!task || task.status.state < TaskState.running) continue
      if (task.status.state === TaskState.running) {
        made.startedAtMs ??= nowMs
        continue
      }
      // A task that stopped because it was told to has not failed.
      const early = made.startedAtMs === undefined || nowMs - made.startedAtMs <= this.monitorMs
      if (!early || task.status.state === TaskState.shutdown) continue
      this.failed.add(taskId)
      if (this.config.failureAction === FailureAction.continue) continue
      if (this.failed.size / this.all.size <= this.config.maxFailureRatio) continue
      const because = `due to failure or early termination of task ${taskId}`
      if (this.rollingBack) return { kind: 'pause', message: `rollback paused ${because}` }
      if (this.config.failureAction === FailureAction.pause) return { kind: 'pause', message: `update paused ${because}` }
      return { kind: 'rollback', message: `update rolled back ${because}` }
    }
    return undefined
  }

  private advance(view: RolloutView, nowMs: number, actions: RolloutAction[]): void {
    for (const [key, work] of this.active) {
      if (work.phase === 'resting') {
        if (nowMs >= work.untilMs) this.active.delete(key)
        continue
      }
      const task = view.task(work.taskId)
      if (task && isWanted(task) && task.status.state < TaskState.running) continue
      if (work.stopOthers && task?.status.state === TaskState.running) {
        this.shutDownOthers(view.slot(key), task, 'its replacement runs', actions)
      }
      const delayMs = this.config.delayNs / 1e6
      // The delay stands between slots: after the last one there is nothing to hold back.
      if (delayMs > 0 && this.waiting.length > 0) this.active.set(key, { phase: 'resting', untilMs: nowMs + delayMs })
      else this.active.delete(key)
    }
  }

  private enter(key: SlotKey, view: RolloutView, actions: RolloutAction[]): void {
    const slot = view.slot(key)
    const wanted = slot.filter(isWanted)
    const like = wanted[0] ?? slot.at(-1)
    // Scaled away, or put right by someone else.
    if (!like || (wanted.length === 1 && !view.isDirty(like))) return
    const startFirst = this.config.order === UpdateOrder.startFirst
    const clean = wanted.filter((task) => !view.isDirty(task))
    const existing = clean.find((task) => task.desiredState === TaskState.running) ?? clean[0]
    if (existing) return this.useExisting(key, existing, wanted, startFirst, actions)

    const task = view.make(key, like)
    this.made.set(task.id, {})
    const cause = `task ${like.id} is out of date`
    actions.push({ kind: 'create', task, cause })
    // With stop-first the image is fetched while the old task stops.
    const old = startFirst ? undefined : this.shutDownOthers(wanted, task, 'out of date', actions)
    actions.push({ kind: 'start', taskId: task.id, ...(old ? { old } : {}), cause })
    this.active.set(key, { phase: 'starting', taskId: task.id, stopOthers: startFirst })
  }

  /** A task of the new spec is there already, from a restart or from the leader before this one. */
  private useExisting(key: SlotKey, existing: Task, wanted: Slot, startFirst: boolean, actions: RolloutAction[]): void {
    this.made.set(existing.id, {})
    const waitsToRun = startFirst && existing.status.state < TaskState.running
    const old = waitsToRun ? undefined : this.shutDownOthers(wanted, existing, 'replaced already', actions)
    if (existing.desiredState < TaskState.running) {
      actions.push({ kind: 'start', taskId: existing.id, ...(old ? { old } : {}), cause: 'of the wanted version already' })
    }
    this.active.set(key, { phase: 'starting', taskId: existing.id, stopOthers: waitsToRun })
  }

  /** Gives one of the tasks it shuts down: what the new task has to wait for. */
  private shutDownOthers(tasks: Slot, keep: Pick<Task, 'id'>, cause: string, actions: RolloutAction[]): Task | undefined {
    const others = tasks.filter((task) => task.id !== keep.id && isWanted(task))
    for (const task of others) actions.push({ kind: 'shutdown', task, cause })
    return others.at(-1)
  }
}
