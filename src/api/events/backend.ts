import type { EventMessage } from '../../model/engine-api/system.js'

/** What `GET /events` needs of the daemon: events of this engine and, on a manager, of the cluster. */
export interface EventsBackend {
  /** The remembered events from `sinceMs` on, oldest first. */
  past(sinceMs: number): readonly EventMessage[]
  /**
   * What comes from the moment of the call on, until the signal is aborted. It subscribes within the call, not at the
   * first read: called right after `past`, nothing is lost or given twice.
   */
  live(signal: AbortSignal): AsyncIterable<EventMessage>
}
