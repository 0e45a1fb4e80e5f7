import type { Config, Secret } from '../src/model/secret.js'
import type { Assignments } from './assignments.js'
import type { FileSource } from './executor/task-files.js'

/**
 * The secrets and configs this node was given. They are kept in memory only: after a restart of the daemon
 * they come again with the first assignments, and containers that run have theirs already.
 */
export class Dependencies implements FileSource {
  private readonly secrets = new Map<string, Secret>()
  private readonly configs = new Map<string, Config>()

  /** Takes over what the assignments bring and take away. */
  apply(assignments: Assignments): void {
    if (assignments.kind === 'complete') {
      this.secrets.clear()
      this.configs.clear()
    }
    for (const secret of assignments.secrets) this.secrets.set(secret.id, secret)
    for (const config of assignments.configs) this.configs.set(config.id, config)
    for (const id of assignments.removedSecrets) this.secrets.delete(id)
    for (const id of assignments.removedConfigs) this.configs.delete(id)
  }

  secret(id: string): Secret | undefined {
    return this.secrets.get(id)
  }

  config(id: string): Config | undefined {
    return this.configs.get(id)
  }
}
