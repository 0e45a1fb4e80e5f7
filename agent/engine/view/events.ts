import type { Clock } from '../../../src/base/clock.js'
import { WatchQueue, type Subscription } from '../../../src/base/watch-queue.js'
import type { EventMessage } from '../../../src/model/engine-api/system.js'

/** Past events kept for `docker events --since`. */
const historyMax = 1024

/** The engine's events, as the Engine API shows them: the latest ones and those to come. */
export class EventLog {
  private readonly history: EventMessage[] = []
  private readonly queue = new WatchQueue<EventMessage>()

  /** Hears of every event that is published. */
  onPublish: () => void = () => undefined

  constructor(private readonly clock: Clock) {}

  get subscriberCount(): number {
    return this.queue.subscriberCount
  }

  /** Stamps and publishes an event. `attributes` go under `Actor`. */
  publish(type: NonNullable<EventMessage['Type']>, action: string, id: string, attributes: Record<string, string>, scope: 'local' | 'swarm' = 'local'): void {
    const nowMs = this.clock.nowMs()
    // Two fields of the older form of the API are still read by clients.
    const legacy = type === 'container' ? { status: action, id, ...(attributes['image'] !== undefined && { from: attributes['image'] }) } : {}
    const event: EventMessage = {
      ...legacy,
      Type: type,
      Action: action,
      Actor: { ID: id, Attributes: attributes },
      scope,
      time: Math.floor(nowMs / 1000),
      timeNano: Math.round(nowMs * 1e6),
    }
    this.history.push(event)
    if (this.history.length > historyMax) this.history.shift()
    this.queue.publish(event)
    this.onPublish()
  }

  /** Events of the past from a moment on, oldest first; at most the last thousand are kept. */
  since(sinceMs: number): EventMessage[] {
    return this.history.filter((event) => (event.timeNano ?? 0) >= sinceMs * 1e6)
  }

  subscribe(accept?: (event: EventMessage) => boolean): Subscription<EventMessage> {
    return this.queue.subscribe(accept)
  }

  close(): void {
    this.queue.close()
  }
}
