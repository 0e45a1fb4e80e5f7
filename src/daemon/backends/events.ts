import type { EventsBackend } from '../../api/events/backend.js'
import { messageOf } from '../../base/errors.js'
import type { Logger } from '../../base/log.js'
import { Queue } from '../../base/queue.js'
import type { ClusterEvent } from '../../model/control.js'
import type { EventMessage } from '../../model/engine-api/system.js'
import type { EventLog } from '../../../agent/engine/view/events.js'
import type { SwarmNode } from '../swarm/swarm-node.js'

/** A client that is further behind than this is cut off. */
const eventsMax = 10_000

/** The engine's events and, on a manager, the cluster's, in one stream. */
export function eventsBackend(log: EventLog, swarm: SwarmNode, logger: Logger): EventsBackend {
  return {
    past: (sinceMs) => log.since(sinceMs),
    live: (signal) => {
      const queue = new Queue<EventMessage>(eventsMax)
      const local = log.subscribe()
      const ended = (): void => {
        local.close()
        queue.close()
      }
      signal.addEventListener('abort', ended, { once: true })
      if (signal.aborted) ended()
      void forward(local, queue)
      if (swarm.membership?.manager) void forwardCluster(swarm, queue, logger, signal)
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

/** The cluster's part may end (a change of role) while the engine's goes on. */
async function forwardCluster(swarm: SwarmNode, queue: Queue<EventMessage>, logger: Logger, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of swarm.control().watch(signal)) queue.push(encodeClusterEvent(event))
  } catch (thrown) {
    if (!signal.aborted) logger.debug(`the cluster's events ended: ${messageOf(thrown)}`)
  }
}

function encodeClusterEvent({ table, action, id, name, timeMs, attributes }: ClusterEvent): EventMessage {
  return {
    Type: table,
    Action: action,
    Actor: { ID: id, Attributes: { name, ...attributes } },
    scope: 'swarm',
    time: Math.floor(timeMs / 1000),
    timeNano: Math.round(timeMs * 1e6),
  }
}
