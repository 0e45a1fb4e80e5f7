import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { nodeHandlers } from './handlers.js'

export function nodeRoutes({ swarm }: Pick<ApiDeps, 'swarm'>): Route[] {
  const handlers = nodeHandlers(swarm)
  return [
    { method: 'GET', path: '/nodes', handle: handlers.list },
    { method: 'GET', path: '/nodes/:id', handle: handlers.inspect },
    { method: 'POST', path: '/nodes/:id/update', handle: handlers.update },
    { method: 'DELETE', path: '/nodes/:id', handle: handlers.remove },
  ]
}
