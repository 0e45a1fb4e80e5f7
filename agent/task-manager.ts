import { Backoff } from '../src/base/backoff.js'
import { delay, type Clock } from '../src/base/clock.js'
import { messageOf } from '../src/base/errors.js'
import type { Logger } from '../src/base/log.js'
import type { Rng } from '../src/base/rng.js'
import { isTerminal, TaskState, taskStateName } from '../src/model/task-state.js'
import type { Task, TaskStatus } from '../src/model/task.js'
import { ended, moved, nextStep, waiting, type Action, type Step } from './executor/advance.js'
import type { Controller, Observed } from './executor/controller.js'
import { TemporaryError } from './executor/errors.js'

export interface TaskManagerDeps {
  clock: Clock
  rng: Rng
  log: Logger
  /** Hears of each new status, in order. */
  report: (taskId: string, status: TaskStatus) => void
}

const retryFirstMs = 250
const retryMaxMs = 15_000

/**
 * Takes one task from state to state, one step at a time. What the manager wishes comes in by `update`, also
 * in the middle of a step: a wish to end the task interrupts what is being done for it.
 */
export class TaskManager {
  private task: Task
  private status: TaskStatus
  private current: { action: Action; interrupt: AbortController } | undefined
  private readonly closing = new AbortController()
  private wake: (() => void) | undefined
  private changed = false
  private readonly loop: Promise<void>
  private readonly backoff: Backoff

  constructor(
    task: Task,
    private readonly controller: Controller,
    private readonly deps: TaskManagerDeps,
  ) {
    this.task = task
    this.status = task.status
    this.backoff = new Backoff(deps.rng, retryFirstMs, retryMaxMs)
    this.loop = this.run()
  }

  get id(): string {
    return this.task.id
  }

  /** The task as assigned, with the status as it stands here. */
  get snapshot(): Task {
    return { ...this.task, status: this.status }
  }

  /** The manager changed the task. Its desired state never goes back. */
  update(task: Task): void {
    const desiredState = Math.max(this.task.desiredState, task.desiredState) as TaskState
    this.task = { ...task, desiredState }
    this.controller.update(this.task)
    if (desiredState >= TaskState.shutdown && this.current && this.current.action !== 'shutdown') {
      this.current.interrupt.abort(new Error('the task is to be shut down'))
    }
    this.nudge()
  }

  /** Something that a step may be waiting for has come: it is tried again at once. */
  nudge(): void {
    this.changed = true
    this.backoff.reset()
    this.wake?.()
  }

  /** Stops driving the task and waits for the step under way to end; its container is left as it is. */
  async close(): Promise<void> {
    this.closing.abort(new Error('the agent lets go of the task'))
    this.current?.interrupt.abort(this.closing.signal.reason)
    this.wake?.()
    await this.loop
  }

  /** After `close`: stops the container gently if it may still run, and removes what was made for the task. */
  async remove(): Promise<void> {
    if (!isTerminal(this.status.state)) await this.controller.shutdown(new AbortController().signal)
    await this.controller.remove()
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      this.changed = false
      const step = nextStep(this.task.desiredState, this.status.state)
      switch (step.kind) {
        case 'rest':
          await this.somethingChanged()
          break
        case 'move':
          this.set(moved(this.status, step.to, step.message, this.deps.clock.nowMs()))
          break
        case 'act':
          await this.act(step)
      }
    }
  }

  private async act(step: Step & { kind: 'act' }): Promise<void> {
    const interrupt = new AbortController()
    this.current = { action: step.action, interrupt }
    try {
      await this.controller[step.action](interrupt.signal)
      this.backoff.reset()
      const observed = await this.observe()
      if (!this.closing.signal.aborted) this.set(moved(this.status, step.to, step.message, this.deps.clock.nowMs(), observed))
    } catch (thrown) {
      this.current = undefined
      // Interrupted: what to do now follows from the wish that interrupted it.
      if (!interrupt.signal.aborted) await this.failed(step, thrown)
    } finally {
      this.current = undefined
    }
  }

  private async failed(step: Step & { kind: 'act' }, thrown: unknown): Promise<void> {
    const nowMs = this.deps.clock.nowMs()
    // A container that cannot be stopped may still run: the task has not ended.
    if (thrown instanceof TemporaryError || step.action === 'shutdown') {
      this.set(waiting(this.status, thrown, nowMs))
      if (step.action === 'shutdown') this.deps.log.warn(`task ${this.id} cannot be shut down, trying again`, { err: thrown })
      await this.retryLater()
      return
    }
    const observed = await this.observe()
    if (this.closing.signal.aborted) return
    this.set(ended(this.status, thrown, nowMs, observed))
  }

  private async retryLater(): Promise<void> {
    if (this.changed) return
    const early = new AbortController()
    this.wake = () => early.abort(new Error('something changed'))
    try {
      await delay(this.deps.clock, this.backoff.nextMs(), AbortSignal.any([early.signal, this.closing.signal]))
    } catch {
      // Woken before its time: that is what the signal is for.
    } finally {
      this.wake = undefined
    }
  }

  private async somethingChanged(): Promise<void> {
    while (!this.changed && !this.closing.signal.aborted) {
      await new Promise<void>((resolve) => (this.wake = resolve))
      this.wake = undefined
    }
  }

  private async observe(): Promise<Partial<Observed>> {
    try {
      return await this.controller.observe()
    } catch (thrown) {
      this.deps.log.warn(`cannot look at the container of task ${this.id}: ${messageOf(thrown)}`)
      return {}
    }
  }

  private set(status: TaskStatus): void {
    if (status === this.status) return
    this.status = status
    this.deps.log.debug(`task ${this.id} is ${taskStateName(status.state)}`, { message: status.message, reason: status.err })
    this.deps.report(this.id, status)
  }
}
