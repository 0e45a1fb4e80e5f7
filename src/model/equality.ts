import type { TaskSpec } from './service.js'
import type { Task } from './task.js'

/**
 * Structural equality of model values. A property that is undefined equals one that is absent, and
 * the order of properties does not matter: a spec that travelled through its wire format, or came
 * from a client that leaves defaults out, equals itself.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, at) => byte === b[at])
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => deepEqual(item, b[at]))
  }
  return fieldsEqual(a as Record<string, unknown>, b as Record<string, unknown>)
}

function fieldsEqual(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key of Object.keys(a)) if (!deepEqual(a[key], b[key])) return false
  for (const key of Object.keys(b)) if (a[key] === undefined && b[key] !== undefined) return false
  return true
}

/**
 * The specs lead to the same container. Placement is left out: it says where a task may run, not what
 * runs, so a task that still satisfies it need not be replaced.
 */
export function taskSpecsEqual(a: TaskSpec, b: TaskSpec): boolean {
  return a === b || deepEqual({ ...a, placement: undefined }, { ...b, placement: undefined })
}

/**
 * The tasks are the same to the agent that runs them: all but what the agent itself reports (status)
 * and what the store keeps (meta).
 */
export function tasksEqualStable(a: Task, b: Task): boolean {
  return a === b || deepEqual({ ...a, meta: undefined, status: undefined }, { ...b, meta: undefined, status: undefined })
}
