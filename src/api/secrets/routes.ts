import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { secretHandlers } from './handlers.js'

export function secretRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  const handlers = secretHandlers(swarm)
  return [
    { method: 'GET', path: '/secrets', handle: handlers.list },
    { method: 'POST', path: '/secrets/create', handle: handlers.create },
    { method: 'GET', path: '/secrets/:id', handle: handlers.inspect },
    { method: 'POST', path: '/secrets/:id/update', handle: handlers.update },
    { method: 'DELETE', path: '/secrets/:id', handle: handlers.remove },
  ]
}
