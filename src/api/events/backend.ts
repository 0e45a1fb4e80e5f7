import type { EventMessage } from '../../model/engine-api/system.js'

/** What `GET /events` needs of the daemon. */
export interface EventsBackend {
  /**
   * Events of this engine and, on a manager, of the cluster, in order of time: the remembered ones from `sinceMs`
   * on (none without it), then what comes until the signal is aborted. The reader stops at its own `until`.
   */
  stream(sinceMs: number | undefined, signal: AbortSignal): AsyncIterable<EventMessage>
}
