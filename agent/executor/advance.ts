import { assert } from '../../src/base/assert.js'
import { messageOf } from '../../src/base/errors.js'
import { isTerminal, TaskState } from '../../src/model/task-state.js'
import type { TaskStatus } from '../../src/model/task.js'
import { ExitError } from './errors.js'
import type { Observed } from './controller.js'

/** What a controller can be asked to do. */
export type Action = 'prepare' | 'start' | 'wait' | 'shutdown'

/** The one next thing to do for a task. */
export type Step =
  /** Nothing, until the manager changes its wish. */
  | { kind: 'rest' }
  /** Only a note of where the task stands. */
  | { kind: 'move'; to: TaskState; message: string }
  /** An action, and where the task stands when it succeeds. */
  | { kind: 'act'; action: Action; to: TaskState; message: string }

const rest: Step = { kind: 'rest' }

/**
 * The step that takes a task from its state towards the one desired:
 * accepted, preparing, ready, starting, running, complete; or shutdown from any of them. Pure.
 */
export function nextStep(desired: TaskState, state: TaskState): Step {
  if (isTerminal(state)) return rest
  if (desired >= TaskState.shutdown) return { kind: 'act', action: 'shutdown', to: TaskState.shutdown, message: 'shutdown' }
  // A task that runs is watched until it ends, whatever more is desired.
  if (state >= desired && state !== TaskState.running) return rest
  switch (state) {
    case TaskState.new:
    case TaskState.pending:
    case TaskState.assigned:
      return { kind: 'move', to: TaskState.accepted, message: 'accepted' }
    case TaskState.accepted:
      return { kind: 'move', to: TaskState.preparing, message: 'preparing' }
    case TaskState.preparing:
      return { kind: 'act', action: 'prepare', to: TaskState.ready, message: 'prepared' }
    case TaskState.ready:
      return { kind: 'move', to: TaskState.starting, message: 'starting' }
    case TaskState.starting:
      return { kind: 'act', action: 'start', to: TaskState.running, message: 'started' }
    case TaskState.running:
      return { kind: 'act', action: 'wait', to: TaskState.complete, message: 'finished' }
    default:
      return rest
  }
}

/** The status after a step. A task never goes back. */
export function moved(status: TaskStatus, to: TaskState, message: string, atMs: number, observed: Partial<Observed> = {}): TaskStatus {
  assert(to >= status.state, `a task never goes back (from ${status.state} to ${to})`)
  return { ...status, ...observed, state: to, message, err: '', timestampMs: atMs }
}

/** The status after a step failed for good: rejected before the container was started, failed after. */
export function ended(status: TaskStatus, thrown: unknown, atMs: number, observed: Partial<Observed> = {}): TaskStatus {
  assert(!isTerminal(status.state), 'a task that ended cannot fail')
  const started = status.state >= TaskState.starting
  const after: TaskStatus = {
    ...status,
    ...observed,
    state: started ? TaskState.failed : TaskState.rejected,
    message: started ? 'started' : 'preparing',
    err: messageOf(thrown),
    timestampMs: atMs,
  }
  if (thrown instanceof ExitError && after.container) after.container = { ...after.container, exitCode: thrown.exitCode }
  return after
}

/** The status while a step waits to be tried again: the reason is shown on the task. */
export function waiting(status: TaskStatus, thrown: unknown, atMs: number): TaskStatus {
  const err = messageOf(thrown)
  return status.err === err ? status : { ...status, err, timestampMs: atMs }
}
