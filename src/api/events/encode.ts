import type { EventMessage } from '../../model/engine-api/system.js'

/** An event with the older top-level fields beside it, which `docker-py` and Compose 1 read. */
export function encodeEvent(event: EventMessage): Record<string, unknown> {
  if (event.Type !== 'container' && event.Type !== 'image') return { ...event }
  const from = event.Type === 'container' ? event.Actor?.Attributes?.image : undefined
  return { status: event.Action, id: event.Actor?.ID, ...(from !== undefined && { from }), ...event }
}
