import type { Task } from '../../../src/model/task.js'
import type { ServiceId } from '../../../src/model/ids.js'
import type { SlotKey } from '../slots.js'

/** How often a slot was restarted under one version of its spec. */
export interface RestartRecord {
  specVersion: number
  restarts: number
  /** Times of restarts, oldest first; kept only where the policy has a window. */
  restartedAtMs: number[]
}

/**
 * Restarts per slot, remembered only for policies that limit their number. It lives with the leader;
 * a new leader rebuilds it from the task history, which keeps one task more than the attempts.
 */
export class RestartHistory {
  private readonly services = new Map<string, Map<SlotKey, RestartRecord>>()

  get(serviceId: string, slot: SlotKey): RestartRecord | undefined {
    return this.services.get(serviceId)?.get(slot)
  }

  /** `replacement` was made at `atMs` for a task that ended. */
  record(slot: SlotKey, replacement: Pick<Task, 'serviceId' | 'spec' | 'specVersion'>, atMs: number): void {
    const policy = replacement.spec.restart
    if (!policy || policy.maxAttempts === 0) return
    let slots = this.services.get(replacement.serviceId)
    if (!slots) this.services.set(replacement.serviceId, (slots = new Map()))
    let record = slots.get(slot)
    // Failures of an older version do not count against a new one.
    if (record?.specVersion !== replacement.specVersion) {
      record = { specVersion: replacement.specVersion, restarts: 0, restartedAtMs: [] }
      slots.set(slot, record)
    }
    record.restarts++
    if (policy.windowNs > 0) {
      record.restartedAtMs.push(atMs)
      // More than the attempts are never looked at.
      if (record.restartedAtMs.length > policy.maxAttempts) record.restartedAtMs.shift()
    }
  }

  forget(serviceId: ServiceId): void {
    this.services.delete(serviceId)
  }

  clear(): void {
    this.services.clear()
  }
}
