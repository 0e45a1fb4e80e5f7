import type { ApiDeps } from '../backends.js'
import type { Route } from '../route.js'
import { volumeHandlers } from './handlers.js'

export function volumeRoutes({ volumes }: Pick<ApiDeps, 'volumes'>): Route[] {
  const handlers = volumeHandlers(volumes)
  return [
    { method: 'GET', path: '/volumes', handle: handlers.list },
    { method: 'POST', path: '/volumes/create', handle: handlers.create },
    { method: 'POST', path: '/volumes/prune', handle: handlers.prune },
    { method: 'GET', path: '/volumes/:name', handle: handlers.inspect },
    { method: 'DELETE', path: '/volumes/:name', handle: handlers.remove },
  ]
}
