import { defaults } from '../../../src/model/defaults.js'
import { RestartCondition, type Service } from '../../../src/model/service.js'
import { TaskState } from '../../../src/model/task-state.js'
import type { Task } from '../../../src/model/task.js'
import { byStatusTime, isJob, isWanted, statusTimeMs, type Slot } from '../slots.js'
import type { RestartRecord } from './history.js'

const nanosPerMilli = 1_000_000

/** How long a replacement waits before it starts. */
export function restartDelayMs(task: Pick<Task, 'spec'>): number {
  return (task.spec.restart?.delayNs ?? defaults.restartDelayNs) / nanosPerMilli
}

/** The condition allows a replacement; the number of attempts is not looked at. */
export function conditionAllows(task: Pick<Task, 'spec' | 'status'>, job: boolean): boolean {
  switch (task.spec.restart?.condition ?? RestartCondition.any) {
    case RestartCondition.none:
      return false
    case RestartCondition.onFailure:
      return task.status.state !== TaskState.complete
    case RestartCondition.any:
      // To run a job's task again after it completed would never end.
      return !job || task.status.state !== TaskState.complete
  }
}

/** Condition, attempts and window of the task's own spec allow a replacement in its slot. */
export function shouldRestart(task: Task, job: boolean, record: RestartRecord | undefined): boolean {
  if (!conditionAllows(task, job)) return false
  const policy = task.spec.restart
  if (!policy || policy.maxAttempts === 0) return true
  if (!record || record.specVersion !== task.specVersion) return true
  if (policy.windowNs === 0) return record.restarts < policy.maxAttempts
  const endedAtMs = statusTimeMs(task)
  const sinceMs = endedAtMs - policy.windowNs / nanosPerMilli
  const inWindow = record.restartedAtMs.filter((atMs) => atMs > sinceMs && atMs < endedAtMs)
  return inWindow.length < policy.maxAttempts
}

/**
 * The tasks of a slot that an update may replace: the wanted ones, or else the newest one when it
 * ended for good, which still holds the slot. Undefined for a slot that is free to be filled.
 */
export function updatableTasks(slot: Slot, service: Service, record: RestartRecord | undefined): Slot | undefined {
  const wanted = slot.filter(isWanted)
  if (wanted.length > 0) return wanted
  // What an update left behind must not keep a rollback from filling the slot.
  if (service.updateStatus?.state === 'rollback_started') return undefined
  const candidates = slot.filter((task) => task.desiredState !== TaskState.remove)
  const newest = [...candidates].sort(byStatusTime).at(-1)
  if (!newest || shouldRestart(newest, isJob(service), record)) return undefined
  return [newest]
}
