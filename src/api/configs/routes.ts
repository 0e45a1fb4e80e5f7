import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { configHandlers } from './handlers.js'

export function configRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  const handlers = configHandlers(swarm)
  return [
    { method: 'GET', path: '/configs', handle: handlers.list },
    { method: 'POST', path: '/configs/create', handle: handlers.create },
    { method: 'GET', path: '/configs/:id', handle: handlers.inspect },
    { method: 'POST', path: '/configs/:id/update', handle: handlers.update },
    { method: 'DELETE', path: '/configs/:id', handle: handlers.remove },
  ]
}
