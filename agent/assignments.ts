import type { Config, Secret } from '../src/model/secret.js'
import type { Task } from '../src/model/task.js'
import type { AssignmentsMessage } from '../src/wire/dispatcher-service.js'

/** Work for this node. `complete`: all there is, whatever is not named is gone. `incremental`: what changed. */
export interface Assignments {
  kind: 'complete' | 'incremental'
  /** New or changed. */
  tasks: Task[]
  secrets: Secret[]
  configs: Config[]
  /** Ids; empty in a complete set. */
  removedTasks: string[]
  removedSecrets: string[]
  removedConfigs: string[]
}

/** Whoever acts on assignments. */
export interface AssignmentConsumer {
  /**
   * Takes note of the assignments, durably, and resolves; the work itself goes on in the background.
   * The next ones come only after that. When it rejects, a complete set follows.
   */
  onAssignments(assignments: Assignments): Promise<void>
}

/** Puts messages together to assignments, and watches that none is missing. */
export class AssignmentAssembler {
  private sequence: string | undefined
  private parts: AssignmentsMessage[] = []

  /**
   * The assignments that this message completes; undefined while parts are missing; `gap` when changes
   * do not follow on what was received: a complete set must be asked for.
   */
  add(message: AssignmentsMessage): Assignments | 'gap' | undefined {
    const first = this.parts[0]
    if (first && (first.type !== message.type || first.resultsIn !== message.resultsIn)) return 'gap'
    if (message.type === 'incremental' && message.appliesTo !== this.sequence) return 'gap'
    this.parts.push(message)
    if (message.more) return undefined
    const assignments = join(this.parts)
    this.parts = []
    this.sequence = message.resultsIn
    return assignments
  }
}

function join(parts: readonly AssignmentsMessage[]): Assignments {
  const joined: Assignments = {
    kind: parts[0]?.type ?? 'incremental',
    tasks: [],
    secrets: [],
    configs: [],
    removedTasks: [],
    removedSecrets: [],
    removedConfigs: [],
  }
  for (const { changes } of parts) {
    for (const { action, assignment } of changes) {
      const { task, secret, config } = assignment
      if (action === 'remove') {
        if (task) joined.removedTasks.push(task.id)
        if (secret) joined.removedSecrets.push(secret.id)
        if (config) joined.removedConfigs.push(config.id)
      } else {
        if (task) joined.tasks.push(task)
        if (secret) joined.secrets.push(secret)
        if (config) joined.configs.push(config)
      }
    }
  }
  return joined
}
