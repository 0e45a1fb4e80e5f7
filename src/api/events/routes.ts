import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { eventHandlers } from './handlers.js'

export function eventRoutes({ events, clock }: Pick<ApiDeps, 'events' | 'clock'>): Route[] {
  return [{ method: 'GET', path: '/events', handle: eventHandlers(events, clock).stream }]
}
