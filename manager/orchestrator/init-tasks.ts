import { TaskState } from '../../src/model/task-state.js'
import type { Service } from '../../src/model/service.js'
import type { Task } from '../../src/model/task.js'
import { restartDelayMs } from './restart/policy.js'
import { byCreation, groupBySlot, isWanted, type SlotKey } from './slots.js'

/** What a new leader finds in flight for one service. */
export interface InFlight {
  /** Replacements that wait: for how much longer, and for which predecessor. */
  delayed: { task: Task; remainingMs: number; old?: Task }[]
  /** Restarts that happened under the spec version that counts in each slot, oldest first. */
  restarts: { slot: SlotKey; replacement: Task; atMs: number }[]
}

/**
 * Reads from the tasks of a service what the leader before this one kept in memory: which
 * replacements wait for their restart delay or predecessor, and how often slots were restarted.
 */
export function inFlight(service: Service, tasks: readonly Task[], nowMs: number): InFlight {
  const found: InFlight = { delayed: [], restarts: [] }
  for (const [slot, members] of groupBySlot(service, tasks)) {
    const ordered = [...members].sort(byCreation)
    // After a rollback the service's version is older than some of its tasks'.
    const known = ordered.some((task) => task.specVersion === service.specVersion)
    const version = known ? service.specVersion : Math.max(...ordered.map((task) => task.specVersion))
    const current = ordered.filter((task) => task.specVersion === version)
    // Every task of the version but the first one was made by a restart.
    for (const replacement of current.slice(1)) found.restarts.push({ slot, replacement, atMs: replacement.meta.createdAtMs })
    ordered.forEach((task, at) => {
      if (task.desiredState !== TaskState.ready || task.status.state > TaskState.running) return
      const before = ordered[at - 1]
      const old = ordered.slice(0, at).findLast((other) => other.desiredState > TaskState.running && other.status.state <= TaskState.running)
      // Only a restart after a failure waits; what an update made starts as soon as it can.
      const failed = before !== undefined && before.specVersion === task.specVersion && !isWanted(before) && before.status.state > TaskState.running
      const remainingMs = failed ? Math.max(0, task.meta.createdAtMs + restartDelayMs(task) - nowMs) : 0
      found.delayed.push({ task, remainingMs, ...(old ? { old } : {}) })
    })
  }
  return found
}
