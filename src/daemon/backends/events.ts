import type { EventsBackend } from '../../api/events/backend.js'
import { Queue } from '../../base/queue.js'
import type { EventMessage } from '../../model/engine-api/system.js'
import type { EventLog } from '../../../agent/engine/view/events.js'
import type { ClusterEventLog } from './cluster-events.js'

/** A client that is further behind than this is cut off. */
const eventsMax = 10_000

/** The engine's events and, on a manager, the cluster's, in one stream. */
export function eventsBackend(log: Pick<EventLog, 'since' | 'subscribe'>, cluster: Pick<ClusterEventLog, 'since' | 'subscribe'>): EventsBackend {
  return {
    // In the order of their times; those of the same time as they were told.
    past: (sinceMs) => [...log.since(sinceMs), ...cluster.since(sinceMs)].sort((a, b) => (a.timeNano ?? 0) - (b.timeNano ?? 0)),
    live: (signal) => {
      const queue = new Queue<EventMessage>(eventsMax)
      const sources = [log.subscribe(), cluster.subscribe()]
      const ended = (): void => {
        for (const source of sources) source.close()
        queue.close()
      }
      signal.addEventListener('abort', ended, { once: true })
      if (signal.aborted) ended()
      for (const source of sources) void forward(source, queue)
      return queue
    },
  }
}

async function forward(events: AsyncIterable<EventMessage>, queue: Queue<EventMessage>): Promise<void> {
  try {
    for await (const event of events) if (!queue.push(event)) break
    queue.close()
  } catch (thrown) {
    queue.close(thrown instanceof Error ? thrown : undefined)
  }
}
