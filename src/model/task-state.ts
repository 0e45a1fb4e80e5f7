/**
 * States of a task, spaced as SwarmKit spaces them so that more fit between. A task only moves forward.
 */
export const TaskState = {
  new: 0,
  pending: 64,
  assigned: 192,
  accepted: 256,
  preparing: 320,
  ready: 384,
  starting: 448,
  running: 512,
  complete: 576,
  shutdown: 640,
  failed: 704,
  rejected: 768,
  remove: 800,
  orphaned: 832,
} as const
export type TaskState = (typeof TaskState)[keyof typeof TaskState]
export type TaskStateName = keyof typeof TaskState

const names = new Map<number, TaskStateName>(
  Object.entries(TaskState).map(([name, value]) => [value, name as TaskStateName]),
)

/** The name the Engine API prints, `running`; `unknown` for a number that is none of the states. */
export function taskStateName(state: number): TaskStateName | 'unknown' {
  return names.get(state) ?? 'unknown'
}

/** The task has ended and will not run again. */
export function isTerminal(state: TaskState): boolean {
  return state > TaskState.running
}
