import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { networkHandlers } from './handlers.js'

export function networkRoutes(deps: Pick<ApiDeps, 'networks' | 'swarm' | 'clock'>): Route[] {
  const handlers = networkHandlers(deps)
  return [
    { method: 'GET', path: '/networks', handle: handlers.list },
    { method: 'POST', path: '/networks/create', handle: handlers.create },
    { method: 'POST', path: '/networks/prune', handle: handlers.prune },
    { method: 'GET', path: '/networks/:id', handle: handlers.inspect },
    { method: 'DELETE', path: '/networks/:id', handle: handlers.remove },
    { method: 'POST', path: '/networks/:id/connect', handle: handlers.connect },
    { method: 'POST', path: '/networks/:id/disconnect', handle: handlers.disconnect },
  ]
}
