import type { HealthMethods, HealthCheckResponse } from '../src/wire/health-service.js'
import type { Handlers } from '../src/wire/service-table.js'

type Status = HealthCheckResponse['status']

/** Whether this manager serves, part by part; other managers ask before they count on it. */
export class Health {
  private readonly parts = new Map<string, Status>()

  /** Says how a part (`raft`, `control`) is from now on. */
  set(part: string, status: Status): void {
    this.parts.set(part, status)
  }

  /** One part, or with an empty name the whole: it serves when every part does. Unknown parts are `unknown`. */
  status(part: string): Status {
    if (part !== '') return this.parts.get(part) ?? 'unknown'
    const all = [...this.parts.values()]
    if (all.length === 0) return 'unknown'
    return all.every((status) => status === 'serving') ? 'serving' : 'notServing'
  }

  readonly handlers: Handlers<HealthMethods> = {
    check: async ({ service }) => ({ status: this.status(service) }),
  }
}
