import type { Task, TaskStatus } from '../../src/model/task.js'

/** What a controller observed of its container. */
export type Observed = Pick<TaskStatus, 'container' | 'ports'>

/**
 * Carries out one task. Each method is one step; doing it again, also after a restart of the daemon, goes on
 * where it was. They reject with `TemporaryError` for what is to be tried again, `ExitError` or any other
 * error for what ends the task, and with the signal's reason when it is aborted.
 */
export interface Controller {
  /** The manager changed the task (its desired state, its networks). */
  update(task: Task): void
  /** Finds or pulls the image and makes the container. */
  prepare(signal: AbortSignal): Promise<void>
  /** Starts it; resolves when it runs and, with a health check, is healthy. */
  start(signal: AbortSignal): Promise<void>
  /** Resolves when the container ended by itself with code 0. */
  wait(signal: AbortSignal): Promise<void>
  /** Stops it with the task's signal and grace period; nothing that runs is as good. */
  shutdown(signal: AbortSignal): Promise<void>
  /** Removes the container and everything made for the task; nothing to remove is as good. */
  remove(): Promise<void>
  /** What there is to see of the container now; nothing when there is none. */
  observe(): Promise<Partial<Observed>>
}

/** Makes controllers, and knows what tasks left behind. */
export interface Executor {
  controller(task: Task): Controller
  /** Removes containers and files of tasks that are not known: this node was told to forget them. */
  removeStrays(isKnown: (taskId: string) => boolean): Promise<void>
}
