import type { Action } from '../../agent/executor/advance.js'
import type { Controller, Executor, Observed } from '../../agent/executor/controller.js'
import type { Task } from '../../src/model/task.js'

/** What a scripted action does: ends well, fails, or hangs until the test settles it or it is aborted. */
export type Script = 'ok' | 'hang' | Error

/** A controller whose steps do what a test says. The calls are kept as `task:action`. */
export class ScriptedController implements Controller {
  readonly scripts: Record<Action, Script[]> = { prepare: [], start: [], wait: ['hang'], shutdown: [] }
  private readonly hanging = new Map<Action, (end: Error | undefined) => void>()
  removed = 0
  updates: Task[] = []
  observed: Partial<Observed> = {}

  constructor(
    readonly task: Task,
    private readonly calls: string[],
  ) {}

  /** Lets a hanging action end. */
  settle(action: Action, failure?: Error): void {
    this.hanging.get(action)?.(failure)
  }

  isHanging(action: Action): boolean {
    return this.hanging.has(action)
  }

  update(task: Task): void {
    this.updates.push(task)
  }
  prepare(signal: AbortSignal): Promise<void> {
    return this.act('prepare', signal)
  }
  start(signal: AbortSignal): Promise<void> {
    return this.act('start', signal)
  }
  wait(signal: AbortSignal): Promise<void> {
    return this.act('wait', signal)
  }
  shutdown(signal: AbortSignal): Promise<void> {
    return this.act('shutdown', signal)
  }
  remove(): Promise<void> {
    this.calls.push(`${this.task.id}:remove`)
    this.removed++
    return Promise.resolve()
  }
  observe(): Promise<Partial<Observed>> {
    return Promise.resolve(this.observed)
  }

  private act(action: Action, signal: AbortSignal): Promise<void> {
    this.calls.push(`${this.task.id}:${action}`)
    const script = this.scripts[action].shift() ?? 'ok'
    if (script === 'ok') return Promise.resolve()
    if (script !== 'hang') return Promise.reject(script)
    return new Promise((resolve, reject) => {
      const end = (failure: Error | undefined): void => {
        this.hanging.delete(action)
        if (failure) reject(failure)
        else resolve()
      }
      this.hanging.set(action, end)
      signal.addEventListener('abort', () => end(signal.reason as Error), { once: true })
    })
  }
}

/** Hands out scripted controllers. */
export class ScriptedExecutor implements Executor {
  readonly controllers = new Map<string, ScriptedController>()
  readonly calls: string[] = []
  strays: ((taskId: string) => boolean)[] = []
  /** Applied to each new controller. */
  prepareController: (controller: ScriptedController) => void = () => undefined

  controller(task: Task): ScriptedController {
    const made = new ScriptedController(task, this.calls)
    this.prepareController(made)
    this.controllers.set(task.id, made)
    return made
  }

  removeStrays(isKnown: (taskId: string) => boolean): Promise<void> {
    this.strays.push(isKnown)
    return Promise.resolve()
  }
}
