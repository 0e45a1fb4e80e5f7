import { ErrorKind, kindOf, messageOf } from '../../base/errors.js'
import type { Logger } from '../../base/log.js'
import { WatchQueue, type Subscription } from '../../base/watch-queue.js'
import type { ClusterEvent } from '../../model/control.js'
import type { EventMessage } from '../../model/engine-api/system.js'

/** Past events kept for `events --since`, as many as of the engine's. */
const historyMax = 1024

/** A manager that this node is. */
export interface WatchedManager {
  /** Resolves once a leader is known; rejects when the signal is aborted. */
  leaderKnown(signal: AbortSignal): Promise<void>
  /** Changes of the cluster's objects from this call on, until the signal is aborted. */
  watch(signal: AbortSignal): AsyncIterable<ClusterEvent>
}

/** The cluster's events, as the Engine API shows them: those that this node saw while it was a manager, and those to come. */
export class ClusterEventLog {
  private readonly history: EventMessage[] = []
  private readonly queue = new WatchQueue<EventMessage>()

  constructor(private readonly log: Logger) {}

  /** Keeps what happens from now on, as long as this node is this manager: until the signal is aborted. */
  async follow(manager: WatchedManager, signal: AbortSignal): Promise<void> {
    // Before, it reads its own log again: what that tells of is over, and removals would be told with the time of now.
    await manager.leaderKnown(signal).catch(() => undefined)
    while (!signal.aborted) {
      try {
        for await (const event of manager.watch(signal)) this.add(encodeClusterEvent(event))
        return
      } catch (thrown) {
        this.log.debug(`events of the cluster were lost: ${messageOf(thrown)}`)
        // Only what was too slow goes on.
        if (kindOf(thrown) !== ErrorKind.exhausted) return
      }
    }
  }

  /** Events of the past from a moment on, oldest first. */
  since(sinceMs: number): EventMessage[] {
    return this.history.filter((event) => (event.timeNano ?? 0) >= sinceMs * 1e6)
  }

  subscribe(): Subscription<EventMessage> {
    return this.queue.subscribe()
  }

  private add(event: EventMessage): void {
    this.history.push(event)
    if (this.history.length > historyMax) this.history.shift()
    this.queue.publish(event)
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
