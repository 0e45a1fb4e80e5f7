import type { SwarmService, SwarmTask } from '../../model/engine-api/extensions.js'
import type { ProgressLines } from './lines.js'
import { GlobalJobUpdater, ReplicatedJobUpdater } from './job-updaters.js'
import { GlobalUpdater, ReplicatedUpdater } from './service-updaters.js'

/** What is known of a service at one moment. */
export interface Snapshot {
  service: SwarmService
  /** Tasks of the current spec. */
  tasks: readonly SwarmTask[]
  /** Ids of the nodes that are not down. */
  activeNodes: ReadonlySet<string>
  /** A roll-back is going on. */
  rollback: boolean
}

/** Draws one kind of service. */
export interface Updater {
  /** Draws a snapshot and tells whether the service is where its spec wants it. */
  update(snapshot: Snapshot): boolean
}

export function updaterFor(service: SwarmService, lines: ProgressLines): Updater {
  const mode = service.Spec?.Mode ?? {}
  if (mode.Global) return new GlobalUpdater(lines)
  if (mode.ReplicatedJob) {
    const { TotalCompletions: total = 1, MaxConcurrent: concurrent = total } = mode.ReplicatedJob
    return new ReplicatedJobUpdater(lines, total, Math.min(concurrent, total), service.JobStatus?.JobIteration?.Index ?? 0)
  }
  if (mode.GlobalJob) return new GlobalJobUpdater(lines, service.JobStatus?.JobIteration?.Index ?? 0)
  return new ReplicatedUpdater(lines)
}
